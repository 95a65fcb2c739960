"""Search screens: conditions, chips, columns and rows as the templates take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from engine.messages import Message
from engine.metadata import labels
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES, Region
from engine.metadata.types.choice import Palette
from engine.render.view import NO, YES, Known, View, plain, tone, toned

TEXTS = {"checkbox": "check", "number": "number", "date": "date", "time": "time", "datetime": "datetime"}


@dataclass(frozen=True, slots=True)
class OperatorChoice:
    """An operator that a field offers: its name, its words, how many values it takes."""

    name: str
    label: Message
    arity: int | str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asked of a field."""

    operator: str
    values: tuple[str, ...]


def list_columns(entity: Entity) -> list[Field]:
    """The columns of a result list: the title first, then what the metadata marks."""
    title = entity.by_name.get(entity.title)
    others = [one for one in entity.by_name.values() if one.in_list and one.name != entity.title]
    return [*([title] if title else []), *others]


def filter_widget(view: View, one: Field) -> str:
    """How a condition's value is entered: text, number, date, time, datetime, check, select or picker."""
    if TYPES[one.type].refers:
        rows = view.dictionaries.of(one.target or "")
        return "picker" if rows is None or view.catalog.entity(one.target or "").picker else "select"
    if "choices" in one.options or one.type == "palette":
        return "select"
    return TEXTS.get(TYPES[one.type].widget, "text")


def filter_choices(view: View, one: Field) -> list[dict[str, object]]:
    """The choices of a select condition, trees indented by depth."""
    if one.type == "palette":
        return [{"value": name, "label": view.speaker.say(text), "depth": 0} for name, text in Palette.colours.items()]
    rows = view.dictionaries.of(one.target or "") if TYPES[one.type].refers else None
    if rows is None:
        return [{"value": v, "label": label, "depth": 0} for v, label in labels.choices(view.catalog, one, view.languages)]
    how = "description" if one.options.get("show") == "description" else "title"
    return [{"value": str(row.id), "label": rows.show(row.id, how, view.languages), "depth": depth} for row, depth in rows.ordered]


def filter_row(
    view: View, region: Region, one: Field, operators: Sequence[OperatorChoice], spans: Mapping[str, Message], asked: Asked | None, known: Known
) -> dict[str, object]:
    """One condition of the search screen. `spans` are the relative spans of dates."""
    widget = filter_widget(view, one)
    chosen = asked.operator if asked else operators[0].name
    choices = filter_choices(view, one) if widget == "select" else []
    if widget in ("date", "datetime"):
        choices = [{"value": code, "label": view.speaker.say(text)} for code, text in spans.items()]
    values = list(asked.values) if asked else []
    texts = [value_text(view, region, one, chosen, value, spans, known) for value in values] if widget == "picker" else []
    if asked and widget in ("text", "number") and len(values) > 1 and chosen != "_between":
        values = [", ".join(values)]
    return {
        "name": one.name,
        "label": view.label(one),
        "widget": widget,
        "operators": [{"value": o.name, "label": view.speaker.say(o.label), "arity": o.arity} for o in operators],
        "operator": chosen,
        "values": values,
        "texts": texts,
        "choices": choices,
        "suggest_url": f"/{one.target}/suggest?for={one.entity}.{one.name}" if widget == "picker" else "",
        "active": asked is not None,
    }


def value_text(view: View, region: Region, one: Field, operator: str, value: Json, spans: Mapping[str, Message], known: Known) -> str:
    """One value of a condition in words."""
    text = str(value)
    if operator == "_relative":
        return view.speaker.say(spans[text]) if text in spans else text
    kind = TYPES[one.type]
    if one.type == "check":
        return view.speaker.say(YES if text.lower() in ("true", "1", "yes") else NO)
    if kind.refers and not text.isdigit():
        rows = view.dictionaries.of(one.target or "")
        return plain(one, rows.by_key[text], view, region, known) if rows and text in rows.by_key else text
    if kind.refers:
        return plain(one, int(text), view, region, known)
    if one.type == "palette":
        return plain(one, text, view, region, known)
    if "choices" in one.options:
        return dict(labels.choices(view.catalog, one, view.languages)).get(text, text)
    return text


def cells(view: View, region: Region, columns: Sequence[Field], values: Mapping[str, Json], known: Known) -> list[str]:
    """A result row's cells, one for each column."""
    return [toned(one, values.get(one.name), view, region, known) for one in columns]


def heading(view: View, entity: Entity, id: int, title: str) -> str:
    """What a row of a list is called, with the colour of its own where it is a dictionary's."""
    rows = view.dictionaries.of(entity.name)
    row = rows.rows.get(id) if rows else None
    return tone(title, row.colour) if row and row.colour else title


def address(path: str, pairs: Sequence[tuple[str, str]]) -> str:
    """A list's address; brackets and commas stay readable."""
    told = "&".join(f"{quote(key, safe='[]_.')}={quote(value, safe=',$:')}" for key, value in pairs)
    return f"{path}?{told}" if told else path
