"""The JSON interface: the same entities, rules and conditions as the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from engine import lifecycle, rules
from engine.errors import Refused, Stale, UnknownParameter
from engine.lifecycle import Lifecycle
from engine.messages import Problem
from engine.metadata import labels
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES
from engine.query import tree
from engine.records import read, write
from engine.records.read import Record
from engine.render.bind import widget_of
from engine.render.view import plain
from engine.rules import Mode, normalised
from engine.service import replacing, row_names, ruled_schema, ruling, transitions, writing
from engine.service.judging import NOT_FOUND, judge
from engine.service.known import known_to
from engine.service.searching import Pairs, run
from engine.service.visit import Visit
from engine.service.writing import defaults

STAMPS = ("id", "version", "created_at", "updated_at")


def listed(visit: Visit, name: str, pairs: Pairs) -> dict[str, Json]:
    """`{"data": […], "meta": {"total"}, "links": {"next"}}` of a query. Raises Unknown…, BadValue."""
    entity = visit.restricted(name, "read")
    shown, rest = asks_shown(pairs)
    query = tree.parse(rest, entity)
    names = [one for one in query.fields if one not in STAMPS] if query.fields else None
    result = run(visit, entity, query, names)
    data = [as_json(one, query.fields) for one in result.records]
    if shown:
        data = _with_shown(visit, entity, data)
    return {"data": data, "meta": {"total": result.page.total, "size": query.size}, "links": {"next": result.page.next or None}}


def as_json(record: Record, names: Sequence[str] = ()) -> dict[str, Json]:
    """A record, flat: its stamps and its values; fields without a value are null only when asked for by name."""
    stamps = {
        "id": record.id,
        "version": record.tag,
        "created_at": TYPES["datetime"].to_json(record.created_at),
        "updated_at": TYPES["datetime"].to_json(record.updated_at),
    }
    if not names:
        return {**stamps, **record.values}
    return {"id": record.id, **{name: stamps.get(name, record.values.get(name)) for name in names}}


def asks_shown(pairs: Pairs) -> tuple[bool, Pairs]:
    """Whether an address asks for the shown texts (`shown=true`), and the rest of it. Raises UnknownParameter."""
    told = [value for key, value in pairs if key == "shown"]
    if unknown := [value for value in told if value not in ("true", "false")]:
        raise UnknownParameter(f"shown={unknown[0]}")
    return told[-1:] == ["true"], [pair for pair in pairs if pair[0] != "shown"]


def _with_shown(visit: Visit, entity: Entity, data: Sequence[Mapping[str, Json]]) -> list[dict[str, Json]]:
    """The records with what people read for references and choices, as each field says, in the reader's language."""
    spoken = {one.name: one for one in entity.by_name.values() if TYPES[one.type].refers or "choices" in one.options}
    known = known_to(visit, spoken, data)
    return [
        {**one, "_shown": {name: plain(spoken[name], one[name], visit.view, visit.region, known) for name in one if name in spoken}}
        for one in data
    ]


def record_json(visit: Visit, name: str, record: Record, pairs: Pairs) -> dict[str, Json]:
    """One record as the address asks for it. Raises UnknownParameter."""
    shown, rest = asks_shown(pairs)
    if rest:
        raise UnknownParameter(rest[0][0])
    found = as_json(record)
    return _with_shown(visit, visit.restricted(name, "read"), [found])[0] if shown else found


def fetched(visit: Visit, name: str, id: int) -> Record:
    """One record. Raises NotFound."""
    return read.fetch(visit.conn, visit.catalog, visit.restricted(name, "read"), id)


def created(visit: Visit, name: str, body: Json) -> Record:
    """Store a new record. Raises Refused with every problem."""
    entity = visit.restricted(name, "create")
    given = normalised(entity, _object(body))
    values = defaults(visit.rows, entity) | given
    _check(visit, entity, "create", values)
    stored = {key: value for key, value in values.items() if value is not None}
    by, now = visit.signed_in().id, datetime.now(UTC)
    stored = dict(ruling.without_hidden(visit, entity, ruling.started(visit, entity, [stored])[0]))  # as it is stored, so it is answered
    id = writing.insert(visit, entity, stored, at=now)
    values = write.as_stored(entity, stored)  # known, in the spelling in which they were stored: nothing is read back
    if not entity.vias:
        return Record(id, "1", 1, values, now, by, now, by)
    [record] = read.fetch_many(visit.conn, visit.catalog, entity, [id], read.standing(entity))  # for the versions on its card
    return replace(record, values=values)


def changed(visit: Visit, name: str, id: int, body: Json, tag: str | None) -> Record:
    """Change the given fields of a record. Raises NotFound, Refused, and Stale when it is not at `tag` any more."""
    entity = visit.restricted(name, "update")
    told = dict(_object(body))
    tag = tag or _tag(told.pop("version", None))
    record = writing.fetch_to_change(visit, entity, id)
    if tag and tag != record.tag:
        raise Stale(name, id, record.tag)
    given = normalised(entity, told)
    values = {key: value for key, value in given.items() if key not in entity.by_name or record.values.get(key) != value}
    _check(visit, entity, "update", values, record)
    writing.update(visit, entity, record, values)
    return read.fetch(visit.conn, visit.catalog, entity, id)


def moved(visit: Visit, name: str, id: int, step: str, body: Json, tag: str | None) -> Record:
    """Let a record go a step of its lifecycle. Raises NotFound, UnknownStep, NotPossible with the reason, Stale."""
    told = dict(_object(body))
    tag = tag or _tag(told.pop("version", None))
    if told:
        raise Refused([Problem(next(iter(told)), "unknown", rules.SENTENCES["unknown"])])
    return transitions.go(visit, name, id, step, tag)


def deleted(visit: Visit, name: str, id: int, tag: str | None) -> None:
    """Delete a record with its parts. Raises NotFound, InUse, Locked, Stale."""
    entity = visit.restricted(name, "delete")
    record = writing.fetch_to_change(visit, entity, id)
    if tag and tag != record.tag:
        raise Stale(name, id, record.tag)
    writing.delete(visit, entity, id, record)


def replaced(visit: Visit, name: str, id: int, body: Json, tag: str | None) -> dict[str, Json]:
    """`{"by": id}`: let all refer to another record, and delete this one. Raises NotFound, Refused, InUse, Locked, Stale."""
    told = dict(_object(body))
    tag = tag or _tag(told.pop("version", None))
    by = told.pop(replacing.BY, None)
    if told or isinstance(by, bool) or not isinstance(by, int):
        name_of = next(iter(told), replacing.BY)
        raise Refused([Problem(name_of, "unknown", rules.SENTENCES["unknown"]) if told else Problem(name_of, "reference", NOT_FOUND)])
    done = replacing.replace(visit, name, id, by, tag or "")
    return {"replaced": done.references, "emptied": done.emptied}


def names(visit: Visit, name: str, id: int) -> Json:
    """The texts of a list's entry by field and language, without falling back. Raises NotFound, Forbidden."""
    return row_names.told(visit, name, id)


def renamed(visit: Visit, name: str, id: int, body: Json, tag: str | None) -> Json:
    """Change some of them: `{"name": {"zh-Hans": "…"}}`; null takes one away. Raises NotFound, Forbidden, Refused, Stale."""
    told = _object(body)
    texts = {one: {language: text or "" for language, text in _object(found).items()} for one, found in told.items()}
    if wrong := [row_names.control(one, language) for one, found in texts.items() for language, text in found.items() if not isinstance(text, str)]:
        raise Refused([Problem(wrong[0], "type", rules.SENTENCES["type"])])
    row_names.change(visit, name, id, texts, tag)
    return row_names.told(visit, name, id)


def _object(body: Json) -> Mapping[str, Json]:
    if not isinstance(body, Mapping):
        raise Refused([Problem(None, "type", rules.NOT_AN_OBJECT)])
    return body


def _tag(version: Json) -> str | None:
    return None if version is None else str(version)


def _check(visit: Visit, entity: Entity, mode: Mode, values: Mapping[str, Json], record: Record | None = None) -> None:
    if problems := judge(visit, entity, mode, values, record):
        raise Refused(problems)


def schema(visit: Visit, name: str, mode: Mode, draft: str) -> dict[str, Json]:
    """The JSON Schema of an entity's record, with the labels of the reader's language as titles."""
    entity = visit.restricted(name, "read")
    found = rules.schema(entity, mode, draft=draft)
    found["title"] = labels.entity_label(visit.catalog, entity, visit.view.languages)
    groups = {group.name: group for group in entity.groups}
    ready = ruling.ready(visit, entity)
    if ready and mode == "create" and (clauses := list(ruled_schema.clauses(ready, entity))):
        found["allOf"] = clauses
    for one in rules.judged(entity):
        found["properties"][one.name] = {
            **found["properties"][one.name],
            **ruled_schema.told(one, groups.get(one.group)),
            "title": visit.view.label(one),
            **({"description": told} if (told := labels.field_help(visit.catalog, one, visit.view.languages)) else {}),
        }
    return found


def ui_schema(visit: Visit, name: str) -> dict[str, Json]:
    """What a client needs to draw the same card: groups in order, labels, widgets, choices."""
    entity = visit.restricted(name, "read")
    groups = [
        {
            "name": group.name,
            "label": labels.group_label(visit.catalog, entity, group, visit.view.languages),
            **({} if group.visible is None else {"x-visible-when": group.visible}),
            "fields": [_ui_field(visit, one) for one in entity.fields_of(group)],
        }
        for group in entity.groups
    ]
    return {"entity": name, "version": visit.catalog.version, "language": visit.language.tag, "groups": groups}


def _ui_field(visit: Visit, one: Any) -> dict[str, Json]:
    told: dict[str, Json] = {
        "name": one.name,
        "label": visit.view.label(one),
        "type": one.type,
        "widget": widget_of(one),
        "required": one.required,
        "searchable": one.searchable,
        "operators": list(tree.operators_of(one)) if one.searchable else [],
        **ruled_schema.told(one),
    }
    if "choices" in one.options:
        told["choices"] = [{"value": v, "label": label} for v, label in labels.choices(visit.catalog, one, visit.view.languages)]
    if TYPES[one.type].refers:
        told |= {"entity": one.target, "show": one.options.get("show", "title")}
    if (moves := lifecycle.of(one)) is not None:
        told["lifecycle"] = {"initial": moves.initial, "ladder": moves.ladder, "frozen": moves.frozen, "steps": _ui_steps(visit, one, moves)}
    return told


def _ui_steps(visit: Visit, one: Field, moves: Lifecycle) -> list[dict[str, Json]]:
    named = {name: labels.step_label(visit.catalog, one, name, visit.view.languages) for name in moves.steps}
    return [{"name": step.name, "label": named[step.name], "moves": dict(step.moves), "needs": step.needs} for step in moves.steps.values()]
