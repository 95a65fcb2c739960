"""Deleting records, replacing them by others, and bringing them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import InUse, MovedOn, NotFound, Refused, Stale
from engine.messages import Message
from engine.metadata import labels
from engine.metadata.model import Entity, Field, Json
from engine.records import history, read, repoint, uses
from engine.records.history import Entry
from engine.records.read import Record
from engine.service import fixed, lookup, replacing, writing
from engine.service.cards import title_of
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

SHOWN = 20
"""So many records are named where no search can find them by the field."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen to stand in the place of a record: its id and name, what is wrong with it, what it would empty."""

    by: int | None = None
    text: str = ""
    wrong: str = ""
    emptied: str = ""


def confirm(visit: Visit, name: str, id: int) -> Screen:
    """What deleting a record would take along, or who stands in the way. Raises NotFound."""
    entity = visit.restricted(name, "delete")
    doomed = uses.with_parts(visit.conn, visit.catalog, entity, id)
    return screen_of(visit, entity, id, uses.uses_of(visit.conn, visit.catalog, doomed))


def delete(visit: Visit, name: str, id: int, version: str = "") -> Screen | Done:
    """Delete a record with its parts; refused when others refer to it, saying by what. Raises NotFound, Stale, Locked."""
    entity = visit.restricted(name, "delete")
    record = writing.fetch_to_change(visit, entity, id)
    if version not in ("", record.tag):
        raise Stale(name, id, record.tag)
    title = title_of(visit, entity, record)
    try:
        writing.delete(visit, entity, id, record)
    except InUse as error:
        if not error.uses:
            raise MovedOn from None
        return screen_of(visit, entity, id, error.uses, status=409)
    return Done(f"/{name}/deleted", visit.translator.text("“%(name)s” was deleted. It can be restored here.", name=title))


def screen_of(
    visit: Visit, entity: Entity, id: int, found: Mapping[tuple[str, str], int], *, status: int = 200, chosen: Chosen | None = None
) -> Screen:
    """The page that asks, or says who stands in the way and what can be done about it: replace, set inactive."""
    record = read.fetch(visit.conn, visit.catalog, entity, id)
    url = f"/{entity.name}/{id}"
    told = {"id": id, "title": title_of(visit, entity, record), "version": record.tag, "url": url, "delete_url": f"{url}/delete"}
    context = {
        "record": told,
        "entity": {"name": entity.name},
        "parts_text": _parts_text(visit, entity, id),
        "fixed": visit.translator.say(why) if (why := fixed.stays(visit.view, entity, record)) else "",
        "blockers": [_blocker(visit, entity, id, where, count) for where, count in found.items()],
        "replacing": _replacement(visit, entity, id, chosen or Chosen()) if replacing.replaceable(visit, entity, found) else None,
        "replaced_text": visit.translator.count("%(n)s reference changes.", "%(n)s references change.", sum(found.values())),
        "inactive": _can_rest(visit, entity, record),
    }
    return Screen("delete.html", context, status)


def _parts_text(visit: Visit, entity: Entity, id: int) -> str:
    counts: dict[str, int] = {}
    for part, _ in uses.with_parts(visit.conn, visit.catalog, entity, id)[:-1]:
        counts[part.name] = counts.get(part.name, 0) + 1
    if not counts:
        return ""
    told = [f"{labels.entity_plural(visit.catalog, visit.catalog.entity(n), visit.view.languages)}: {count}" for n, count in counts.items()]
    return visit.translator.text("Along with it go: %(what)s.", what=visit.translator.text(", ").join(told))


def _can_rest(visit: Visit, entity: Entity, record: Record) -> bool:
    """Whether an entry can be set inactive instead."""
    if not entity.is_dictionary or not visit.may(entity.name, "update"):
        return False
    return record.values.get("active") is True and "active" not in fixed.locked_cells(entity, record)


def _replacement(visit: Visit, entity: Entity, id: int, chosen: Chosen) -> dict[str, Json]:
    """The control that chooses what stands in the place of a record from then on."""
    rows = visit.rows.of(entity.name)
    listed = rows is not None and not entity.picker
    others = [(row, depth) for row, depth in rows.ordered if row.active and row.id != id] if rows and listed else []
    below = rows.under(id) if rows and entity.tree else frozenset()
    return {
        "choices": [{"value": row.id, "label": rows.show(row.id, "path", visit.view.languages)} for row, _ in others if rows and row.id not in below],
        "suggest_url": "" if listed else f"/{entity.name}/suggest",
        "wrong": chosen.wrong,
        "text": chosen.text,
        "by": chosen.by,
        "emptied": chosen.emptied,
    }


def replace(visit: Visit, name: str, id: int, by: str, text: str, version: str, agreed: str = "") -> Screen | Done:
    """Let all refer to another record, chosen or called by name, and delete this one. What that would empty is asked about first:
    `agreed` is the one for which that was said. Raises NotFound, Stale, Locked.
    """
    entity = visit.restricted(name, "delete")
    chosen = [int(by)] if by.isascii() and by.isdigit() and len(by) < 19 else list(lookup.called(visit, _any_of(entity), text)) if text else []
    title = title_of(visit, entity, read.fetch(visit.conn, visit.catalog, entity, id))
    if len(chosen) != 1:
        why = lookup.SEVERAL if chosen else lookup.NOBODY
        return _refused(visit, entity, id, Message(why.text, {"text": text[:60]}), text)
    try:
        count = replacing.replace(visit, name, id, chosen[0], version, ask=agreed != str(chosen[0])).references
    except replacing.Asks as asked:
        found = uses.uses_of(visit.conn, visit.catalog, uses.with_parts(visit.conn, visit.catalog, entity, id))
        other = title_of(visit, entity, read.fetch(visit.conn, visit.catalog, entity, chosen[0]))
        return screen_of(visit, entity, id, found, status=422, chosen=Chosen(chosen[0], other, emptied=asked.what))
    except Refused as error:
        return _refused(visit, entity, id, error.problems[0].message, text)
    except InUse as error:
        if not error.uses:
            raise MovedOn from None
        return screen_of(visit, entity, id, error.uses, status=409)
    told = visit.translator.count(
        "“%(name)s” was deleted, and %(n)s record refers to the other one now. Restoring it takes both back.",
        "“%(name)s” was deleted, and %(n)s records refer to the other one now. Restoring it takes both back.",
        count,
        name=title,
    )
    return Done(f"/{name}/deleted", told)


def _any_of(entity: Entity) -> Field:
    """A field that may name any record of an entity, for looking a typed name up."""
    return Field("", entity.name, replacing.BY, "reference", "", "", 0, entity.table, "", options={"entity": entity.name})


def _refused(visit: Visit, entity: Entity, id: int, why: Message, text: str) -> Screen:
    found = uses.uses_of(visit.conn, visit.catalog, uses.with_parts(visit.conn, visit.catalog, entity, id))
    label = labels.entity_label(visit.catalog, entity, visit.view.languages)
    wrong = visit.translator.say(Message(why.text, {"label": label, **why.params}))
    return screen_of(visit, entity, id, found, status=422, chosen=Chosen(text=text, wrong=wrong))


def _blocker(visit: Visit, target: Entity, id: int, where: tuple[str, str], count: int) -> dict[str, Json]:
    """How many records of what refer to a record through which field, with a link to exactly those, or to each of the first."""
    entity = visit.catalog.entity(where[0])
    one = entity.by_name.get(where[1])
    text = visit.translator.count(
        "%(n)s record: %(what)s, field “%(field)s”",
        "%(n)s records: %(what)s, field “%(field)s”",
        count,
        what=labels.entity_plural(visit.catalog, entity, visit.view.languages),
        field=visit.view.label(one) if one else where[1],
    )
    if one is not None and one.searchable and one.target == target.name:
        return {"text": text, "url": f"/{entity.name}/?filter[{where[1]}]={id}", "records": []}
    return {"text": text, "url": "", "records": _first(visit, entity, one, id) if one is not None and one.target == target.name else []}


def _first(visit: Visit, entity: Entity, one: Field, id: int) -> list[dict[str, str]]:
    """The first records that refer through a field which no search knows."""
    found = read.fetch_many(visit.conn, visit.catalog, entity, repoint.referring(visit.conn, visit.catalog, one, id, limit=SHOWN))
    return [{"text": title_of(visit, entity, record), "url": f"/{entity.name}/{record.id}"} for record in found]


def deleted(visit: Visit, name: str) -> Screen:
    """The deleted records of an entity that can be restored."""
    entity = visit.restricted(name, "read")
    visit.restricted(name, "delete")
    rows = [
        {
            "title": str(entry.before.get(entity.title) or f"#{entry.record_id}"),
            "when": visit.moment(entry.at),
            "who": entry.user_name,
            "restore_url": f"/{name}/{entry.record_id}/restore",
        }
        for entry in history.deleted(visit.conn, name)
    ]
    plural = labels.entity_plural(visit.catalog, entity, visit.view.languages)
    return Screen("deleted.html", {"entity": {"name": name, "plural": plural, "icon": entity.icon}, "rows": rows})


def restore(visit: Visit, name: str, id: int) -> Done:
    """Bring a deleted record back, with the parts that went with it. Raises NotFound, NotRestorable."""
    entity = visit.restricted(name, "create")
    entry = history.deletion(visit.conn, name, id)
    if entry is None:
        raise NotFound(name, id)
    batch = history.of_batch(visit.conn, entry.batch) if entry.batch else [entry]
    writing.restore(visit, entity, [one for one in batch if one.action == "delete" and _is_gone(visit, one)])
    back = replacing.take_back(visit, batch, id)
    if not back:
        return Done(f"/{name}/{id}", visit.translator.text("Restored."))
    told = visit.translator.count("Restored; %(n)s record refers to it again.", "Restored; %(n)s records refer to it again.", back)
    return Done(f"/{name}/{id}", told)


def _is_gone(visit: Visit, entry: Entry) -> bool:
    return not read.existing(visit.conn, visit.catalog, entry.entity, [entry.record_id])
