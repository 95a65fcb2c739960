"""Taking back a change that others were built on: what was set again since is named, and waits for a confirmation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from engine.messages import M_
from engine.metadata.model import Catalog, Json
from engine.schema import journal
from engine.schema.editing import field_named, field_of, follower, group_named
from engine.schema.journal import Change
from engine.schema.operation import Finding, Operation, read
from engine.schema.ops import JOURNALLED
from engine.schema.ops.change_field import ChangeField
from engine.schema.ops.entities import ChangeEntity
from engine.schema.ops.groups import ChangeGroup, MoveGroup
from engine.schema.ops.move_fields import MoveFields
from engine.schema.ops.narrow_field import NarrowField
from engine.schema.ops.set_labels import SetLabels
from engine.schema.ops.widen_field import WidenField
from engine.schema.plan import Plan

Key = tuple[str, str, str, str]
"""Of a field, an option, a group or an entity: that word, entity, name, what of it. Of a label: that word, nothing, its key, its language.

Of where a field or a group stands: `stands` or `group stands`, entity, name, "place"; its value is what it was put before."""
_PLACES = ("stands", "group stands")
_PAGE = 100


def added(conn: Connection, plan: Plan, undoes: int | None) -> Plan:
    """The plan, if it takes a change back, with what it would set although somebody set it anew since."""
    change = journal.read_change(conn, undoes) if undoes is not None and plan.steps else None
    if change is None:
        return plan
    found: dict[tuple[str, str], list[str]] = {}
    made = _settings(_operations(change))
    moved = _moved_since(conn, change.id) if any(key[0] in _PLACES for key in made) else {}
    for key, value in made.items():
        now, then = (_bare(_now(catalog, key, value)) for catalog in (plan.before, plan.after))
        again = moved.get(key, value) if key[0] in _PLACES else now
        if again != _bare(value) and now != then:
            found.setdefault((key[1], key[2]), []).append(key[3])
    told = []
    for (entity, name), whats in found.items():
        message = M_("“%(name)s” was changed again since (%(what)s). Taking this back undoes that too.", name=name or entity, what=", ".join(whats))
        told.append(Finding("O1", "confirm", message, entity, name))
    last = plan.steps[-1]
    return replace(plan, steps=(*plan.steps[:-1], replace(last, findings=(*last.findings, *told))))


def fitting(catalog: Catalog, operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The operations that take a change back, with what goes back before something that has left that place going to the end of it."""
    found: list[Operation] = []
    for one in operations:
        match one:
            case MoveFields() if one.before and not _stands(catalog, one.entity, one.before, one.group):
                told: Operation = replace(one, before=None)
            case MoveGroup() if one.before and (held := catalog.entities.get(one.entity)) and group_named(held, one.before) is None:
                told = replace(one, before=None)
            case _:
                told = one
        found.append(told)
        if not any(finding.level == "error" for finding in told.check(catalog)):
            catalog = told.apply_to(catalog)
    return tuple(found)


def _stands(catalog: Catalog, entity: str, name: str, group: str) -> bool:
    field = field_of(catalog, entity, name)
    return field is not None and field.group == group


def _operations(change: Change) -> tuple[Operation, ...]:
    return read(change.operations, JOURNALLED, kept=True)


def _moved_since(conn: Connection, id: int) -> dict[Key, Json]:
    """Where later changes put fields and groups. The journal is asked: what stands before a field also follows from moves of others."""
    return _settings(one for change in reversed(list(_in_force_since(conn, id))) for one in _operations(change))


def _in_force_since(conn: Connection, id: int) -> Iterator[Change]:
    """The changes after this one, newest first, without those that were taken back and what took them back."""
    taken_back: set[int] = set()
    for one in _since(conn, id):
        if one.state not in journal.IN_FORCE or one.id in taken_back:
            continue
        if one.undoes is not None and one.undoes > id:
            taken_back.add(one.undoes)
        else:
            yield one


def _since(conn: Connection, id: int) -> Iterator[Change]:
    before = None
    while page := journal.read_changes(conn, limit=_PAGE, before=before):
        yield from (one for one in page if one.id > id)
        before = page[-1].id
        if before <= id:
            return


def _settings(operations: Iterable[Operation]) -> dict[Key, Json]:
    """What operations set to a value, the last one of each."""
    return {key: value for one in operations for key, value in _set_by(one)}


def _set_by(one: Operation) -> Iterator[tuple[Key, Json]]:
    match one:
        case ChangeField():
            yield from ((("field", one.entity, one.field, what), value) for what, value in one.changes.items())
        case WidenField() | NarrowField():
            yield from ((("option", one.entity, one.field, what), value) for what, value in one.options.items())
        case ChangeGroup():
            yield from ((("group", one.entity, one.group, what), value) for what, value in one.changes.items())
        case ChangeEntity():
            yield from ((("entity", one.entity, "", what), value) for what, value in one.changes.items())
        case MoveFields():
            for name, before in zip(one.fields, (*one.fields[1:], one.before), strict=True):
                yield ("stands", one.entity, name, "place"), [one.group, before]
        case MoveGroup():
            yield ("group stands", one.entity, one.group, "place"), one.before
        case SetLabels():
            yield from ((("label", "", key, one.language), text) for key, text in one.texts.items())


def _now(catalog: Catalog, key: Key, gone: Json) -> Json:
    """What is set now; where the thing itself is not there any more, `gone`: that stops the undoing by itself."""
    place, entity, name, what = key
    held = catalog.entities.get(entity)
    if place == "label":
        return catalog.labels.get(what, {}).get(name)
    if held is None or place == "entity":
        return getattr(held, what, gone)
    if place == "group":
        return getattr(group_named(held, name), what, gone)
    if place == "group stands":
        names = [one.name for one in held.groups]
        return names[names.index(name) + 1 :][:1] if name in names else gone
    field = field_named(held.fields, name)
    if place == "stands":
        return [field.group, follower(held, name)] if field else gone
    if field is None or place == "field":
        return getattr(field, what, gone)
    return field.options.get(what)


def _bare(value: Json) -> Json:
    """Without what says nothing: a rule that was taken away is written as null, and is not there."""
    return {name: one for name, one in value.items() if one is not None} if isinstance(value, Mapping) else value
