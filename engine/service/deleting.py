"""Deleting records, and bringing them back."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import InUse, MovedOn, NotFound, Stale
from engine.metadata import labels
from engine.metadata.model import Entity
from engine.records import history, read, uses
from engine.records.history import Entry
from engine.service import writing
from engine.service.cards import title_of
from engine.service.screen import Done, Screen
from engine.service.visit import Visit


def confirm(visit: Visit, name: str, id: int) -> Screen:
    """What deleting a record would take along, or who stands in the way. Raises NotFound."""
    entity = visit.restricted(name, "delete")
    doomed = uses.with_parts(visit.conn, visit.catalog, entity, id)
    return _screen(visit, entity, id, uses.uses_of(visit.conn, visit.catalog, doomed))


def delete(visit: Visit, name: str, id: int, version: str = "") -> Screen | Done:
    """Delete a record with its parts; refused when others refer to it, saying by what. Raises NotFound, Stale, Locked."""
    entity = visit.restricted(name, "delete")
    record = read.fetch(visit.conn, visit.catalog, entity, id, lock=True)
    if version not in ("", record.tag):
        raise Stale(name, id, record.tag)
    title = title_of(visit, entity, record)
    try:
        writing.delete(visit, entity, id, record)
    except InUse as error:
        if not error.uses:
            raise MovedOn from None
        return _screen(visit, entity, id, error.uses, status=409)
    return Done(f"/{name}/deleted", visit.translator.text("“%(name)s” was deleted. It can be restored here.", name=title))


def _screen(visit: Visit, entity: Entity, id: int, found: Mapping[tuple[str, str], int], *, status: int = 200) -> Screen:
    record = read.fetch(visit.conn, visit.catalog, entity, id)
    url = f"/{entity.name}/{id}"
    told = {"id": id, "title": title_of(visit, entity, record), "version": record.tag, "url": url, "delete_url": f"{url}/delete"}
    context = {
        "record": told,
        "entity": {"name": entity.name},
        "parts_text": _parts_text(visit, entity, id),
        "blockers": [_blocker(visit, id, where, count) for where, count in found.items()],
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


def _blocker(visit: Visit, id: int, where: tuple[str, str], count: int) -> dict[str, str]:
    """How many records of what refer to a record through which field, with a link to exactly those."""
    entity = visit.catalog.entity(where[0])
    one = entity.by_name.get(where[1])
    text = visit.translator.count(
        "%(n)s record: %(what)s, field “%(field)s”",
        "%(n)s records: %(what)s, field “%(field)s”",
        count,
        what=labels.entity_plural(visit.catalog, entity, visit.view.languages),
        field=visit.view.label(one) if one else where[1],
    )
    return {"text": text, "url": f"/{entity.name}/?filter[{where[1]}]={id}" if one is not None and one.searchable else ""}


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
    writing.restore(visit, entity, [one for one in batch if _is_gone(visit, one)])
    return Done(f"/{name}/{id}", visit.translator.text("Restored."))


def _is_gone(visit: Visit, entry: Entry) -> bool:
    return not read.existing(visit.conn, visit.catalog, entry.entity, [entry.record_id])
