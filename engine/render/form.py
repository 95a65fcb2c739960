"""Cards: baked once into text pieces, filled per request.

What depends only on the metadata, the dictionaries, the language and the permissions is drawn once by the widgets
and cut at its slots. A request fills in values and errors, escapes them and joins. A new card without errors is
one ready string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from engine.kept import kept
from engine.metadata import labels
from engine.metadata.model import Entity, Field, Group, Json
from engine.metadata.rows import RowSet
from engine.metadata.types import TYPES, Region
from engine.metadata.types.choice import Palette
from engine.render.bind import FILES, MULTIPLE, Bound, Submission, widget_of
from engine.render.page import Pages
from engine.render.view import NOTHING_KNOWN, Known, View, plain
from engine.render.widgets import WIDGETS, Slots, choice

OFF, FOLD = " data-off", '<details class="fold"'
"""Marks what does not stand on the card at the moment: the style sheet hides it where scripts run, and only there."""
SELECTED_BY = {"select": " selected", "radio": " checked", "palette": " checked", "checkboxes": " checked", "checkbox": " checked"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in one control: its text, the words beside it, what is chosen, what is wrong.

    `fixed` says why the value cannot be changed here: then it is shown in the place of a control.
    """

    value: str = ""
    text: str = ""
    keep: str = ""
    chosen: frozenset[str] = frozenset()
    errors: tuple[str, ...] = ()
    fixed: str = ""


EMPTY = Entry()


@dataclass(frozen=True, slots=True)
class BakedField:
    """One field's markup with slots between its pieces; `blank` is it without value and errors, `offered` are the choices it has."""

    field: Field
    id: str
    pieces: tuple[str, ...]
    slots: tuple[tuple[str, str], ...]
    selected: str
    described: str
    offered: frozenset[str]
    blank: str = ""


@dataclass(frozen=True, slots=True)
class BakedSection:
    """A heading with its fields: `pieces` stand around them; `second` goes on after the place where OFF is put if no field stands on the card."""

    group: Group
    label: str
    pieces: tuple[str, ...]
    fields: tuple[BakedField, ...]
    second: str = ""

    def is_off(self, hidden: frozenset[str]) -> bool:
        """Whether none of its fields stands on the card."""
        return bool(hidden) and all(one.field.name in hidden for one in self.fields)

    def head(self, entries: Mapping[str, Entry], hidden: frozenset[str]) -> str:
        """What stands before the fields. A collapsed group is open where something is wrong in it."""
        wrong = self.group.collapsed and any(entries[one.field.name].errors for one in self.fields if one.field.name in entries)
        return self.pieces[0] + (OFF if self.is_off(hidden) else "") + (self.second.replace(FOLD, FOLD + " open", 1) if wrong else self.second)


@dataclass(frozen=True, eq=False)
class BakedCard:
    """A whole card."""

    sections: tuple[BakedSection, ...]
    errors: Callable[[str, Sequence[str]], str] = field(compare=False)
    fixed: Callable[[BakedField, Entry, bool], str] = field(compare=False)
    more: Callable[[BakedField, Sequence[str]], str] = field(compare=False)


@kept(128, owner=lambda _, view, *__, **___: view.dictionaries)
def bake(pages: Pages, view: View, entity: Entity, omit: str | None = None, notes: tuple[tuple[str, str], ...] = ()) -> BakedCard:
    """The card of an entity in one language. `omit` names a field that the page itself decides (a part's owner).

    `notes` are sentences that say when fields, and groups (their names end with a colon), apply.
    """
    return drawn(pages, view, entity, omit, notes)


def drawn(pages: Pages, view: View, entity: Entity, omit: str | None = None, notes: tuple[tuple[str, str], ...] = ()) -> BakedCard:
    """The same, drawn anew and not kept."""
    applies = dict(notes)
    environment = pages.environment(view.speaker)
    block = environment.get_template("errors.html")
    sections = []
    for group in entity.groups:
        slots = Slots()
        fields = [_bake_field(environment, view, one, applies.get(one.name, "")) for one in entity.fields_of(group) if one.name != omit]
        if not fields:
            continue
        label = labels.group_label(view.catalog, entity, group, view.languages)
        told: dict[str, Any] = {"name": group.name, "label": label, "via": group.via, "note": applies.get(f"{group.name}:", "")}
        told |= {"columns": group.columns, "collapsed": group.collapsed, "tab": group.tab}
        marks = [slots.mark(str(n)) for n in range(len(fields))]
        first, second, *rest = slots.cut(environment.get_template("section.html").render(group=told, slot=slots, fields=marks))[0]
        sections.append(BakedSection(group, label, (first, *rest), tuple(fields), second))

    def errors(id: str, messages: Sequence[str]) -> str:
        return block.render(id=f"{id}-error", messages=messages)

    def fixed(baked: BakedField, entry: Entry, off: bool) -> str:
        told = {"name": baked.field.name, "id": baked.id, "label": view.label(baked.field), "width": baked.field.width, "off": off}
        wrong = Markup(errors(baked.id, entry.errors)) if entry.errors else ""  # noqa: S704  # autoescaped by Jinja
        return environment.get_template("field_fixed.html").render(f=told, text=entry.text, reason=entry.fixed, errors=wrong)

    def more(baked: BakedField, values: Sequence[str]) -> str:
        return environment.get_template("widgets/kept.html").render(name=baked.field.name, values=values, multiple=baked.field.type in MULTIPLE)

    return BakedCard(tuple(sections), errors, fixed, more)


def _bake_field(environment: Environment, view: View, one: Field, note: str) -> BakedField:
    slots = Slots()
    rows = view.dictionaries.of(one.target or "")
    picker = TYPES[one.type].refers and (rows is None or "where" in one.options or view.catalog.entity(one.target or "").picker)
    widget = widget_of(one, picker=picker)
    told = _control(view, one, widget, rows, slots) | {"note": note, "hides": "visible" in one.rules}
    template = environment.get_template("field.html")
    drawn = WIDGETS[widget].draw(environment, slots, told)
    pieces, places = slots.cut(template.render(f=told, slot=slots, control=drawn))
    described = f"{told['id']}-help" if told["help"] else ""
    offered = frozenset(value for kind, value in places if kind == "mark")
    baked = BakedField(one, told["id"], pieces, places, SELECTED_BY.get(widget, " selected"), described, offered)
    return replace(baked, blank=_join(baked, EMPTY, ""))


def _control(view: View, one: Field, widget: str, rows: RowSet | None, slots: Slots) -> dict[str, Any]:
    """What the widget's template is told about the control."""
    told: dict[str, Any] = {
        "name": one.name,
        "id": f"f-{one.name}",
        "label": view.label(one),
        "help": labels.field_help(view.catalog, one, view.languages),
        "placeholder": labels.field_placeholder(view.catalog, one, view.languages),
        "required": one.required,
        "required_when": "required" in one.rules,
        "needs": " ".join(one.limited_by),
        "widget": widget,
        "width": one.width,
        "attrs": TYPES[one.type].attributes(one.options),
        "choices": [],
        "suggest_url": f"/{one.target}/suggest?for={one.entity}.{one.name}" if widget == "picker" else "",
        "create_url": "",
    }
    if one.type == "check":
        told["choices"] = [choice("true", "", slots)]
    elif one.type == "palette":
        told["choices"] = [choice("", view.speaker.text("None"), slots), *(choice(v, view.speaker.say(m), slots) for v, m in Palette.colours.items())]
    elif "choices" in one.options:
        told["choices"] = [choice(value, label, slots) for value, label in labels.choices(view.catalog, one, view.languages)]
    elif rows is not None and widget == "select":
        how = one.options.get("show", "title")
        told["choices"] = [
            choice(str(row.id), rows.show(row.id, how, view.languages), slots, depth=depth, hidden=not row.active, colour=row.colour)
            for row, depth in rows.ordered
        ]
    return told


def _join(baked: BakedField, entry: Entry, errors: str, *, off: bool = False, more: str = "") -> str:
    if not baked.slots:
        return baked.pieces[0]
    parts = [baked.pieces[0]]
    for (kind, argument), piece in zip(baked.slots, baked.pieces[1:], strict=True):
        match kind:
            case "value":
                parts.append(escape(entry.value))
            case "mark":
                if argument in entry.chosen:
                    parts.append(baked.selected)
            case "errors":
                parts.append(errors)
            case "attrs":
                parts.append(_attributes(baked, wrong=bool(errors)))
            case "off" if off:
                parts.append(OFF)
            case "text":
                parts.append(escape(entry.text))
            case "keep":
                parts.append(escape(entry.keep))
            case "more":
                parts.append(more)
        parts.append(piece)
    return "".join(parts)


def _attributes(baked: BakedField, *, wrong: bool) -> str:
    if wrong:
        described = f"{baked.id}-error {baked.described}".strip()
        return f' aria-invalid="true" aria-describedby="{described}"'
    return f' aria-describedby="{baked.described}"' if baked.described else ""


def fill(card: BakedCard, entries: Mapping[str, Entry], hidden: frozenset[str] = frozenset()) -> Markup:
    """The card's sections with these entries; fields without one are blank. `hidden` ones are not shown where scripts run."""
    parts: list[str] = []
    for section in card.sections:
        parts.append(section.head(entries, hidden))
        for baked, piece in zip(section.fields, section.pieces[1:], strict=True):
            entry, off = entries.get(baked.field.name), baked.field.name in hidden
            if entry is None and not off:
                parts.append(baked.blank)
            elif (held := entry or EMPTY).fixed:
                parts.append(card.fixed(baked, held, off))
            else:
                kept = sorted(held.chosen - baked.offered - {""}) if "choices" in baked.field.options else []
                more, errors = card.more(baked, kept) if kept else "", card.errors(baked.id, held.errors) if held.errors else ""
                parts.append(_join(baked, held, errors, off=off, more=more))
            parts.append(piece)
    return Markup("".join(parts))  # noqa: S704  # pieces are autoescaped, values escaped


@kept(1)
def blank(card: BakedCard) -> Markup:
    """The card without any value: what most new cards are."""
    return fill(card, {})


def entries_of(entity: Entity, values: Mapping[str, Json], view: View, region: Region, known: Known = NOTHING_KNOWN) -> dict[str, Entry]:
    """Entries for stored values."""
    fields = entity.by_name
    return {name: _entry(fields[name], value, view, region, known) for name, value in values.items() if value is not None}


def with_fixed(
    entity: Entity, entries: Mapping[str, Entry], fixed: Mapping[str, str], values: Mapping[str, Json], view: View, region: Region, known: Known
) -> dict[str, Entry]:
    """The entries, with the values that cannot be changed in the place of controls. `fixed` says why, by field."""
    shown = {name: plain(entity.by_name[name], values.get(name), view, region, known) for name in fixed}
    return {**entries, **{name: replace(entries.get(name, EMPTY), text=shown[name], fixed=why) for name, why in fixed.items()}}


def _entry(one: Field, value: Json, view: View, region: Region, known: Known) -> Entry:
    kind = TYPES[one.type]
    if one.type in FILES:
        return Entry(keep=str(value), text=plain(one, value, view, region, known))
    if kind.refers:
        return Entry(value=str(value), text=plain(one, value, view, region, known), chosen=frozenset((str(value),)))
    if one.type == "multiple_choice":
        return Entry(chosen=frozenset(value))
    if one.type == "check":
        return Entry(chosen=frozenset(("true",)) if value else frozenset())
    return Entry(value=kind.edit(value, region, one.options), chosen=frozenset((str(value),)))


def entries_sent(
    entity: Entity, sent: Submission, bound: Bound, errors: Mapping[str, Sequence[str]], view: View, region: Region, known: Known
) -> dict[str, Entry]:
    """Entries for what was sent, so that nothing typed is lost; `errors` says what is wrong by field."""
    found: dict[str, Entry] = {}
    for name, one in entity.by_name.items():
        wrong = tuple(errors.get(name, ()))
        if one.type in FILES:
            keep = bound.values.get(name)
            text = plain(one, keep, view, region, known) if keep else ""
            entry = Entry(keep=str(keep or ""), text=text, errors=wrong)
        elif name in bound.raw:
            raw = bound.raw[name]
            text = sent.one(f"{name}__text")
            value = bound.values.get(name)
            if not text and TYPES[one.type].refers and value is not None:
                text = plain(one, value, view, region, known)
            chosen = frozenset(("true",)) if one.type == "check" and value else frozenset(raw)
            entry = Entry(value=raw[-1] if raw and one.type not in MULTIPLE else "", text=text, chosen=chosen, errors=wrong)
        else:
            entry = Entry(errors=wrong)
        if entry != EMPTY:
            found[name] = entry
    return found


def sections_nav(card: BakedCard, errors: Iterable[str] = (), hidden: frozenset[str] = frozenset()) -> list[dict[str, object]]:
    """The card's headings as links, with the number of problems under each."""
    wrong = set(errors)
    return [
        {
            "id": f"g-{one.group.name}",
            "label": one.label,
            "errors": sum(f.field.name in wrong for f in one.fields),
            "off": one.is_off(hidden),
        }
        for one in card.sections
    ]


__all__ = ["EMPTY", "BakedCard", "Entry", "bake", "blank", "entries_of", "entries_sent", "fill", "sections_nav", "with_fixed"]
