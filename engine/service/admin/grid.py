"""The table of an entity's fields: the page, and the rows that a change makes different."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.metadata.types import TYPES
from engine.service.admin import desk as desks
from engine.service.admin import finding, locks, telling, usage
from engine.service.admin.desk import Desk
from engine.service.admin.usage import Filled
from engine.service.screen import Screen
from engine.service.visit import Visit

ICONS: Mapping[str, str] = {
    "text": "type", "multiline": "text", "rich_text": "pilcrow", "integer": "hash", "decimal": "sigma", "amount": "banknote",
    "date": "calendar", "time": "clock", "datetime": "calendar-clock", "check": "toggle-left", "choice": "circle-dot",
    "multiple_choice": "list-checks", "list": "list", "tree": "list-tree", "reference": "link-2", "attachment": "paperclip", "image": "image",
    "email": "at-sign", "phone": "phone", "url": "globe", "hint": "info", "computed": "calculator", "lines": "table",
}  # fmt: skip
FLAGS: Mapping[str, Message] = {
    "enabled": M_("Enabled"),
    "required": M_("Required"),
    "searchable": M_("Searchable"),
    "in_list": M_("In lists"),
}
FILTERS: Sequence[tuple[str, str, Message]] = (
    ("is:required", "asterisk", M_("Required")),
    ("is:searchable", "search", M_("Searchable")),
    ("is:listed", "list", M_("In lists")),
    ("is:custom", "user", M_("Custom")),
    ("is:hidden", "eye-off", M_("Not enabled")),
    ("is:changed", "pencil", M_("In your draft")),
    ("unused", "circle", M_("Filled nowhere")),
)


@dataclass
class Reasons:
    """The sentences that explain locks: each stands on the page once, however many cells point at it."""

    found: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)

    def id(self, text: str, lines: Sequence[str] = ()) -> str:
        """The id of a sentence."""
        told = (text, tuple(lines))
        return self.found.setdefault(told, f"why-{sha256(repr(told).encode()).hexdigest()[:10]}")

    def told(self) -> list[dict[str, Json]]:
        """All sentences, for the page."""
        return [{"id": id, "heading": "", "text": text, "lines": list(lines)} for (text, lines), id in self.found.items()]


def flags_of(visit: Visit, entity: Entity) -> list[dict[str, str]]:
    """The switches of the table; an entity whose fields are not searched has no such column (3.1.2)."""
    say = visit.translator.say
    return [{"name": name, "label": say(message)} for name, message in FLAGS.items() if name != "searchable" or entity.searched]


def show(visit: Visit, name: str, query: str = "", *, counted: bool = False) -> Screen:
    """The page. With `counted` it also says how full each field is. Raises SignInNeeded, Forbidden, UnknownEntity."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    wanted = finding.parse(query)
    full = usage.filled(visit, visit.catalog.entity(name)) if counted or "unused" in wanted.facts else None
    reasons = Reasons()
    changed = changed_fields(visit.catalog, desk.catalog, name)
    drawn = list(rows(desk, entity, entity.fields, reasons, changed=changed, full=full))
    shown = [row for row in drawn if wanted.fits(str(row["find"]), set(str(row["told"]).split()), str(row["type"]["name"]))]
    return Screen(
        "admin/fields.html",
        {
            **desks.head(desk, entity),
            "groups": _groups(desk, entity, shown, only_full=wanted.anything),
            "flags": flags_of(visit, entity),
            "filters": _filters(visit, entity),
            "reasons": reasons.told(),
            "q": query,
            "shown": visit.translator.text("%(n)s of %(total)s", n=len(shown), total=len(drawn)) if wanted.anything else "",
            "searchable": entity.searched,
            "usage_url": f"/admin/{name}/usage",
            "preview_url": f"/admin/{name}/preview",
        },
    )


def _groups(desk: Desk, entity: Entity, drawn: Sequence[Mapping[str, Json]], *, only_full: bool) -> list[dict[str, Json]]:
    found = []
    for group in entity.groups:
        inside = [row for row in drawn if row["group"] == group.name]
        if inside or not only_full:
            found.append(
                {
                    "name": group.name,
                    "label": labels.group_label(desk.catalog, entity, group, desk.visit.view.languages),
                    "count": len(inside),
                    "via": group.via is not None,
                    "locked": group.via is not None,
                    "add_url": f"/admin/{entity.name}/fields/new?group={group.name}",
                    "rows": inside,
                }
            )
    return found


def _filters(visit: Visit, entity: Entity) -> list[dict[str, Json]]:
    say = visit.translator.say
    found: list[dict[str, Json]] = [
        {"term": term, "icon": icon, "label": say(message), "rule": False}
        for term, icon, message in FILTERS
        if term != "is:searchable" or entity.searched
    ]
    kinds = sorted({one.type for one in entity.fields}, key=list(TYPES).index)
    for place, kind in enumerate(kinds):
        found.append({"term": f"type:{kind}", "icon": ICONS.get(kind, "type"), "label": say(TYPES[kind].label), "rule": place == 0})
    return found


def rows(
    desk: Desk, entity: Entity, fields: Sequence[Field], reasons: Reasons, *, changed: frozenset[str], full: Filled | None = None
) -> Iterator[dict[str, Json]]:
    """What each row is told. `changed` names the fields that the draft changes."""
    visit, catalog, languages = desk.visit, desk.catalog, desk.visit.view.languages
    say = visit.translator.say
    groups = {group.name: labels.group_label(catalog, entity, group, languages) for group in entity.groups}
    kinds = {one.type: {"name": one.type, "label": say(TYPES[one.type].label), "icon": ICONS.get(one.type, "type")} for one in fields}
    flags = flags_of(visit, entity)
    system, kept = reasons.id(say(locks.SYSTEM)), reasons.id(say(locks.TYPE))
    for one in fields:
        why = locks.flag_reasons(catalog, entity, one)
        told = {flag: reasons.id(telling.sentence(visit, catalog, message, entity.name)) for flag, message in why.items()}
        leaning = list(usage.uses(catalog, entity, one, visit))
        percent = full.percent(one.name) if full else None
        yield {
            "name": one.name,
            "column": one.name,
            "label": labels.field_label(catalog, one, languages),
            "type": kinds[one.type],
            "group": one.group,
            "group_label": groups[one.group],
            "custom": not one.system,
            "changed": one.name in changed,
            "off": not one.enabled,
            "find": finding.text_of(catalog, one),
            "told": " ".join(finding.facts_of(one, changed=one.name in changed, filled=full.fields.get(one.name) if full else None)),
            "locks": {"name": system, "type": kept, "group": reasons.id(say(locks.GROUP)) if one.via else ""},
            "flags": [{**flag, "on": getattr(one, flag["name"]), "why": told.get(flag["name"], "")} for flag in flags],
            "filled": percent,
            "uses": reasons.id("", leaning) if leaning else "",
            "uses_count": len(leaning),
        }


def changed_fields(before: Catalog, after: Catalog, name: str) -> frozenset[str]:
    """The fields of an entity that a draft adds or changes, their labels included; a place among others counts where the group is another."""
    if before is after:
        return frozenset()
    held = {one.name: one for one in before.entities[name].fields} if name in before.entities else {}
    found = {one.name for one in after.entities[name].fields if not _same(held.get(one.name), one)}
    stem = f"field.{name}."
    for language in {*before.labels, *after.labels} if before.labels is not after.labels else ():
        was, is_now = before.labels.get(language, {}), after.labels.get(language, {})
        differing = {key for key in {*was, *is_now} if key.startswith(stem) and was.get(key) != is_now.get(key)}
        found |= {key.removeprefix(stem).split(".")[0] for key in differing}
    return frozenset(found)


def _same(held: Field | None, one: Field) -> bool:
    return held is not None and _known(held) == _known(one)


def _known(one: Field) -> tuple[Json, ...]:
    return tuple(getattr(one, name) for name in one.__slots__ if name != "position")


def order(entity: Entity) -> list[tuple[str, list[str]]]:
    """The names of the fields under each heading, in order."""
    return [(group.name, [one.name for one in entity.fields if one.group == group.name]) for group in entity.groups]


def difference(desk: Desk, before: Catalog, name: str) -> dict[str, Json] | None:
    """What a page that shows `before` has to change: the order, the rows that differ, the bar. None where it must be loaded again."""
    visit, entity = desk.visit, desk.catalog.entities[name]
    held = before.entities.get(name)
    if held is None or [(g.name, g.label) for g in held.groups] != [(g.name, g.label) for g in entity.groups]:
        return None
    was, is_now = changed_fields(visit.catalog, before, name), changed_fields(visit.catalog, desk.catalog, name)
    differing = changed_fields(before, desk.catalog, name) | (was ^ is_now)
    reasons = Reasons()
    drawn = rows(desk, entity, [one for one in entity.fields if one.name in differing], reasons, changed=is_now)
    draw = visit.site.pages.fragment
    found = {row["name"]: str(draw(visit.translator, "admin/_row.html", row=row, entity=name)) for row in drawn}
    return {"order": order(entity), "rows": found, "reasons": reasons.told()}


