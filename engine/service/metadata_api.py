"""Definitions and their changes as JSON, for administrators: what `/api/v1/metadata` answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields
from typing import Any

from engine.access import Actor
from engine.errors import BadOperation, Outdated, Overtaken, UnknownChange
from engine.messages import M_
from engine.metadata.model import Catalog, Entity, Field, Group, Json
from engine.metadata.types import TYPES
from engine.schema import journal, operation
from engine.schema.apply import Applied
from engine.schema.ops import OPERATIONS
from engine.service import drift, evolution, plan_json
from engine.service.evolution import Preview, Request
from engine.service.visit import Site, Visit

_ENTITY = ("name", "label", "plural", "kind", "title", "icon", "owner", "tree", "picker", "searched", "system")
_GROUP = ("name", "label", "system", "columns", "collapsed", "tab", "visible")
_FIELD = (
    "id", "name", "type", "group", "label", "help", "placeholder", "default", "width", "enabled", "required",
    "searchable", "sortable", "in_list", "system", "state",
)  # fmt: skip
MOST_NOTE = 2_000
_TO_UNDO = {"note": str, "base": int, "seen": str, "confirmed": list}
_BODY = {"operations": list, **_TO_UNDO}


def entities(visit: Visit) -> list[dict[str, Json]]:
    """All entities in short, retired ones included."""
    evolution.administrator(visit)
    catalog = visit.catalog
    return [
        {name: getattr(one, name) for name in ("name", "label", "kind", "system")}
        | {"state": "retired" if one.name in catalog.retired else "active", "fields": len(one.fields)}
        for one in catalog.stored
    ]


def entity(visit: Visit, name: str) -> dict[str, Json]:
    """One entity's definition: groups with their layout, fields with ids, states and rules. Raises UnknownEntity."""
    evolution.administrator(visit)
    catalog = visit.catalog
    one = catalog.retired.get(name) or catalog.entity(name)
    told = {part: getattr(one, part) for part in _ENTITY}
    told |= {"version": catalog.version, "state": "retired" if name in catalog.retired else "active"}
    told |= {"parts": list(one.parts), "charts": list(one.charts), "groups": [_group(group) for group in one.groups]}
    return told | {"fields": [_field(catalog, field) for field in (*one.fields, *one.retired, *one.missing)], "labels": _labels(catalog, one)}


def _group(one: Group) -> dict[str, Json]:
    via = {"via": {"entity": one.via.entity, "flag": one.via.flag}} if one.via else {}
    return {name: getattr(one, name) for name in _GROUP} | via


def _field(catalog: Catalog, one: Field) -> dict[str, Json]:
    told = {name: getattr(one, name) for name in _FIELD}
    told |= {"options": dict(one.options), "rules": dict(one.rules), "labels": {}}
    told["labels"] = {language: text for language, texts in catalog.labels.items() if (text := texts.get(f"{one.key}.label"))}
    return told | ({"of": one.via.entity} if one.via else {})


def _labels(catalog: Catalog, one: Entity) -> dict[str, Json]:
    return {language: text for language, texts in catalog.labels.items() if (text := texts.get(f"entity.{one.name}.label"))}


def field_types(visit: Visit) -> list[dict[str, Json]]:
    """Every field type: the schema of its options, the operators it can be asked with."""
    evolution.administrator(visit)
    return [
        {
            "name": name,
            "label": visit.translator.say(kind.label),
            "options": {
                "type": "object",
                "properties": dict(kind.options_schema),
                "required": list(kind.required_options),
                "additionalProperties": False,
            },
            "operators": list(kind.operators),
        }
        for name, kind in TYPES.items()
    ]


def operations(visit: Visit) -> list[dict[str, Json]]:
    """Every operation that can be sent: the schema of its JSON form."""
    evolution.administrator(visit)
    return [operation_schema(kind) for kind in OPERATIONS]


def operation_schema(kind: str) -> dict[str, Json]:
    """The schema of one operation's JSON form."""
    known = OPERATIONS[kind]
    needed = [one.name for one in fields(known) if one.default is MISSING and one.default_factory is MISSING]
    properties: dict[str, Json] = {"operation": {"const": kind}, **{name: dict(told) for name, told in known.arguments.items()}}
    return {"type": "object", "properties": properties, "required": ["operation", *needed], "additionalProperties": False}


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody wants: looked at, or published. `tag` is the version of the definitions that `If-Match` asked for."""

    actor: Actor
    request: Request
    tag: int | None = None


def check(visit: Visit) -> list[dict[str, Json]]:
    """What differs between definitions and database."""
    evolution.administrator(visit)
    return drift.found(visit.conn, visit.catalog, visit.translator.say)


def sent(visit: Visit, body: Json, tag: str | None = None) -> Sent:
    """Read what was sent. Raises Forbidden, BadOperation, and Overtaken where the definitions are not at `tag` any more."""
    return _sent(visit, {"operations": body} if isinstance(body, list) else body, _BODY, tag)


def sent_to_undo(visit: Visit, body: Json, tag: str | None = None) -> Sent:
    """The same for taking a change back, which brings its operations itself: none can be sent."""
    return _sent(visit, body, _TO_UNDO, tag)


def _sent(visit: Visit, body: Json, known: Mapping[str, type], tag: str | None) -> Sent:
    actor, version = evolution.administrator(visit), visit.catalog.version
    told = _read(body, known)
    if tag is not None and tag != str(version):
        raise Overtaken(version)
    operations = evolution.read_operations(told.get("operations", []))
    base = told.get("base", version if tag else None)
    wanted = Request(operations, told.get("note", ""), base, told.get("seen", ""), frozenset(told.get("confirmed", ())))
    return Sent(actor, wanted, version if tag else None)


def _read(body: Json, known: Mapping[str, type]) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        text = M_("Operations are a list of JSON objects.") if "operations" in known else M_("What is sent here is a JSON object.")
        raise BadOperation(0, "", text)
    for name, value in body.items():
        fits = name in known and isinstance(value, known[name]) and not isinstance(value, bool)
        if not fits or (name == "confirmed" and not all(isinstance(one, str) for one in value)):
            raise BadOperation(0, name, M_("“%(name)s” is not understood here. Known: %(known)s.", name=name, known=", ".join(known)))
    if len(body.get("note", "")) > MOST_NOTE or not operation.storable(body.get("note", "")):
        raise BadOperation(0, "note", M_("A note has at most %(most)s characters, without control characters.", most=MOST_NOTE))
    return body


def preview(visit: Visit, wanted: Sent) -> dict[str, Json]:
    """What it would do. Changes nothing. Raises Outdated as a publishing would."""
    return _looked_at(visit, wanted, evolution.preview(visit, wanted.request.operations))


def preview_undo(visit: Visit, wanted: Sent, change: int) -> dict[str, Json]:
    """What taking a change back would do. Changes nothing. Raises UnknownChange, NotUndoable, and Outdated as an undoing would."""
    return _looked_at(visit, wanted, evolution.preview(visit, evolution.taken_back(visit.conn, change), change))


def _looked_at(visit: Visit, wanted: Sent, found: Preview) -> dict[str, Json]:
    base, version = wanted.request.base, visit.catalog.version
    if base not in (None, version) or wanted.request.seen not in ("", found.hash):
        raise Outdated(version if base is None else base, version)
    return plan_json.of_preview(found, visit.translator.say)


def publish(site: Site, wanted: Sent) -> dict[str, Json]:
    """Make the change. Raises what `evolution.publish` raises, and Overtaken."""
    if not wanted.request.operations:
        raise BadOperation(0, "operations", M_("There is nothing to publish."))
    with _precondition(wanted):
        return _applied(evolution.publish(site, wanted.actor, wanted.request))


def undo(site: Site, wanted: Sent, change: int) -> dict[str, Json]:
    """Take a change back. Raises UnknownChange, NotUndoable, and what `publish` raises."""
    with _precondition(wanted):
        return _applied(evolution.undo(site, wanted.actor, change, wanted.request))


@contextmanager
def _precondition(wanted: Sent) -> Iterator[None]:
    """Another change that came in between `If-Match` and the lock is told as one that came before."""
    try:
        yield
    except Outdated as error:
        if wanted.tag is not None and error.current != wanted.tag:
            raise Overtaken(error.current) from error
        raise


def _applied(done: Applied) -> dict[str, Json]:
    return {"change": done.change, "version": done.version, "not_dropped": [one.sql for one in done.left]}


def changes(visit: Visit, *, limit: int, before: int | None) -> list[dict[str, Json]]:
    """The journal, newest first."""
    undone = journal.undone(visit.conn)
    found = evolution.history(visit, limit=limit, before=before)
    return [plan_json.of_change(one, visit.catalog, visit.translator.say) | {"undone": one.id in undone} for one in found]


def change(visit: Visit, id: int) -> dict[str, Json]:
    """One entry of the journal with its events. Raises UnknownChange."""
    evolution.administrator(visit)
    found = journal.read_change(visit.conn, id)
    if found is None:
        raise UnknownChange(id)
    told = plan_json.of_change(found, visit.catalog, visit.translator.say, events=journal.events_of(visit.conn, id))
    return told | {"undone": id in journal.undone(visit.conn)}
