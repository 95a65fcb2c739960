"""A record's own page: its values, its parts, its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.messages import M_, Message
from engine.metadata.model import Entity, Field, Json
from engine.records import history, read
from engine.records.history import Entry
from engine.records.read import Record
from engine.render import detail
from engine.render.view import Known, plain, toned
from engine.service import fixed, row_names, ruling, transitions
from engine.service.cards import title_of
from engine.service.known import known_to
from engine.service.screen import Screen
from engine.service.visit import Visit
from engine.service.writing import shown_values

ACTIONS: Mapping[str, Message] = {
    "create": M_("created this"),
    "update": M_("changed this"),
    "delete": M_("deleted this"),
    "restore": M_("restored this"),
}
MAX_FACTS = 4


def show(visit: Visit, name: str, id: int) -> Screen:
    """A record's page. Raises NotFound."""
    entity = visit.restricted(name, "read")
    record = read.fetch(visit.conn, visit.catalog, entity, id)
    values = shown_values(visit, entity, record)
    entries = history.of_record(visit.conn, name, id)
    known = known_to(visit, entity.by_name, [values, *(side for entry in entries for side in (entry.before, entry.after))])
    hidden = ruling.state(visit, entity, record.values).hidden
    baked = detail.bake(visit.site.pages, visit.view, entity, hidden)
    parts = [_part(visit, visit.catalog.entity(part), record) for part in entity.parts if visit.may(part, "read")]
    nav = [{"id": id, "label": label} for id, label in baked.nav]
    nav += [{"id": f"p-{part['name']}", "label": f"{part['plural']} ({len(part['rows'])})"} for part in parts]
    context = {
        "record": _head(visit, entity, record, values),
        "entity": visit.view.named(entity),
        "owner": _owner(visit, entity, values, known),
        "ways": transitions.shown(visit, entity, record),
        "facts": list(_facts(visit, entity, {name: value for name, value in values.items() if name not in hidden}, known)),
        "sections": detail.fill(baked, values, visit.view, visit.region, known, f"/{name}/{id}/files"),
        "sections_nav": [*nav, {"id": "history", "label": visit.translator.text("History")}],
        "parts": parts,
        "history": [_told(visit, entity, entry, known) for entry in entries],
    }
    return Screen("record.html", context)


def _head(visit: Visit, entity: Entity, record: Record, values: Mapping[str, Json]) -> dict[str, Json]:
    url = f"/{entity.name}/{record.id}"
    say = visit.translator.text
    return {
        "id": record.id,
        "title": title_of(visit, entity, record),
        "subtitle": values.get("english_name", ""),
        "version": record.tag,
        "edit_url": f"{url}/edit" if visit.may(entity.name, "update") else "",
        "names_url": f"{url}/names" if row_names.fields_of(entity) and visit.may(entity.name, "update") else "",
        "delete_url": f"{url}/delete" if visit.may(entity.name, "delete") and not fixed.stays(visit.view, entity, record) else "",
        "created_text": say("Created %(when)s", when=visit.moment(record.created_at)),
        "updated_text": say("Last changed %(when)s", when=visit.moment(record.updated_at)) if record.version > 1 else "",
    }


def _owner(visit: Visit, entity: Entity, values: Mapping[str, Json], known: Known) -> dict[str, str] | None:
    if entity.owner is None or values.get(entity.owner) is None:
        return None
    one = entity.by_name[entity.owner]
    return {"title": plain(one, values[entity.owner], visit.view, visit.region, known), "url": f"/{entity.owner}/{values[entity.owner]}"}


def _facts(visit: Visit, entity: Entity, values: Mapping[str, Json], known: Known) -> Sequence[dict[str, str]]:
    """The list's columns at a glance: what people look for first."""
    if entity.is_dictionary:
        return []
    shown = [one for one in entity.by_name.values() if one.in_list and one.name not in (entity.title, entity.owner) and one.name in values]
    return [
        {"label": visit.view.label(one), "value": toned(one, values[one.name], visit.view, visit.region, known)} for one in shown[:MAX_FACTS]
    ]


def _part(visit: Visit, part: Entity, record: Record) -> dict[str, Json]:
    columns = list_columns(part)
    ids = read.parts_of(visit.conn, visit.catalog, part, record.id)
    found = read.fetch_many(visit.conn, visit.catalog, part, ids, [one.name for one in columns])
    known = known_to(visit, {one.name: one for one in columns}, [one.values for one in found])
    rows = [
        {
            "url": f"/{part.name}/{one.id}",
            "title": title_of(visit, part, one),
            "cells": [toned(c, one.values.get(c.name), visit.view, visit.region, known) for c in columns],
        }
        for one in found
    ]
    return {
        **visit.view.named(part),
        "new_url": f"/{part.name}/new?{part.owner}={record.id}" if visit.may(part.name, "create") else "",
        "columns": [{"label": visit.view.label(one)} for one in columns],
        "rows": rows,
    }


def list_columns(part: Entity) -> list[Field]:
    """What a sub-list shows of a part: the list's columns without the owner, the title first."""
    found = [one for one in part.by_name.values() if one.in_list and one.name != part.owner]
    return sorted(found, key=lambda one: one.name != part.title)


def _told(visit: Visit, entity: Entity, entry: Entry, known: Known) -> dict[str, Json]:
    changes = []
    for name, (before, after) in entry.changes.items():
        one = entity.by_name.get(name)
        if one is not None:
            sides = [plain(one, value, visit.view, visit.region, known) for value in (before, after)]
            changes.append({"label": visit.view.label(one), "before": sides[0], "after": sides[1]})
    return {
        "when": visit.moment(entry.at),
        "who": entry.user_name or visit.translator.text("The system"),
        "action_text": visit.translator.say(ACTIONS[entry.action]),
        "changes": changes if entry.action == "update" else [],
    }
