"""Everything that can be wrong with a record's values: the schema's judgement, and what needs the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine import files, rules
from engine.messages import M_, Message, Problem
from engine.metadata.model import Entity, Field, Json
from engine.metadata.rows import DEEPEST
from engine.metadata.types import TYPES
from engine.query import page, tree
from engine.query.cardrules import FREE, UNREADABLE, State
from engine.query.tree import Condition
from engine.records import read
from engine.records.read import Record
from engine.render.bind import FILES
from engine.rules import Mode
from engine.service import ruling
from engine.service.fixed import written_directly
from engine.service.visit import Visit

NOT_FOUND = M_("“%(label)s” names something that does not exist (any more). Choose another.")
INACTIVE = M_("“%(label)s” names an entry that is not in use any more. Choose another.")
OWN_CHILD = M_("“%(label)s” cannot be the entry itself or one below it.")
TOO_DEEP = M_("“%(label)s”: a tree has at most %(most)s levels.")
NOT_ALLOWED = M_("“%(label)s” does not allow this choice.")
HIDDEN = M_("“%(label)s” does not apply here. It can be filled in only when: %(when)s.")
REQUIRED_WHEN = M_("“%(label)s” must be filled in when: %(when)s.")
OFFERED = M_("“%(label)s” offers here only: %(choices)s.")


def judge(visit: Visit, entity: Entity, mode: Mode, values: Mapping[str, Json], record: Record | None = None) -> list[Problem]:
    """All problems of these values, at most one a field, in the card's order. `record` is what they will change."""
    found = rules.judge(visit.catalog, entity, mode).check({k: v for k, v in values.items() if v is not None or mode == "update"})
    wrong = {problem.field for problem in found}
    sound = {name: value for name, value in values.items() if name in entity.by_name and name not in wrong}
    found += [problem for problem in _ruled(visit, entity, sound, record) if problem.field not in wrong]
    wrong = {problem.field for problem in found}
    found += [problem for problem in written_directly(visit.view, entity, values, record) if problem.field not in wrong]
    wrong = {problem.field for problem in found}
    complete = {**(record.values if record else {}), **sound}
    told = [name for name, value in sound.items() if value is not None]
    told += [one.name for one in entity.by_name.values() if one.name not in sound and one.name in complete and sound.keys() & set(one.limited_by)]
    for name in told:
        if name in wrong:
            continue
        message = _beyond_schema(visit, entity, entity.by_name[name], complete, record)
        if message is not None:
            found.append(Problem(name, "reference", message))
    order = {name: place for place, name in enumerate(entity.by_name)}
    return sorted(found, key=lambda one: order.get(one.field or "", len(order)))


def _ruled(visit: Visit, entity: Entity, values: Mapping[str, Json], record: Record | None) -> list[Problem]:
    """What is missing, or stands where the card's rules do not allow it, among values that are right by themselves."""
    ready = ruling.ready(visit, entity)
    stored = record.values if record else {}
    after = ready.state({**stored, **values}) if ready else FREE
    found = {name: Problem(name, "required", rules.SENTENCES["required"]) for name in _new_part(entity, values, record, after)}
    if ready:
        before = ready.state(stored) if record else FREE
        found = {problem.field or "": problem for problem in by_rules(visit, entity, values, record, before, after)} | found
    return list(found.values())


def by_rules(
    visit: Visit, entity: Entity, values: Mapping[str, Json], record: Record | None, before: State, after: State
) -> Iterator[Problem]:
    """What the rules of a card find: values of fields that do not stand on it, demanded ones that are missing, choices not offered.

    Old records stay savable: what was so before the change, by the rules of today, is no problem of the change.
    """
    stored = record.values if record else {}
    for name in after.hidden:
        if values.get(name) not in (None, stored.get(name)) and not (record is None and _is_default(visit, entity.by_name[name], values[name])):
            yield Problem(name, "hidden", M_(HIDDEN.text, when=ruling.why_hidden(visit, entity, name)))
    complete = {**stored, **values}
    due = demanded(entity, after) - (demanded(entity, before) if record else frozenset())
    due |= {name for name, value in values.items() if value is None and name in demanded(entity, after)}
    for name in due:
        if complete.get(name) is None and not _of_absent_part(entity.by_name[name], record):
            yield Problem(name, "required", _required(visit, entity, name, after))
    for name, offered in (after.offered or {}).items():
        value, was = complete.get(name), (before.offered or {}).get(name)
        if not _is_offered(value, offered) and (value != stored.get(name) or was is None or _is_offered(value, was)):
            yield Problem(name, "choice", M_(OFFERED.text, choices=ruling.offered_in_words(visit, entity, name, offered)))


def _is_default(visit: Visit, one: Field, value: Json) -> bool:
    """Whether a new record holds this only because it started with it."""
    rows = visit.rows.of(one.target or "")
    return bool(value == (rows.by_key.get(str(one.default)) if rows else one.default))


def demanded(entity: Entity, state: State) -> frozenset[str]:
    """The fields that must be filled in as long as a record is in this state."""
    return frozenset(one.name for one in entity.by_name.values() if one.required and one.name not in state.hidden) | state.required


def _required(visit: Visit, entity: Entity, name: str, state: State) -> Message:
    if name in state.required and not entity.by_name[name].required:
        return M_(REQUIRED_WHEN.text, when=ruling.why_required(visit, entity, name))
    return rules.SENTENCES["required"]


def _of_absent_part(one: Field, record: Record | None) -> bool:
    """Whether the field is one of another record of the card that there is none of (see `_new_part`)."""
    return one.via is not None and record is not None and one.via.entity not in (record.via_ids or {})


def _is_offered(value: Json, offered: frozenset[str]) -> bool:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return all(str(one) in offered for one in values)


def _new_part(entity: Entity, values: Mapping[str, Json], record: Record | None, state: State) -> list[str]:
    """Required fields that are missing where a change would make the other record of the card (a first main contact)."""
    missing: list[str] = []
    for part in entity.vias:
        on_card = [one for one in entity.by_name.values() if one.via is not None and one.via.entity == part]
        makes = record is not None and part not in (record.via_ids or {}) and any(values.get(one.name) is not None for one in on_card)
        missing += [one.name for one in on_card if makes and one.name in demanded(entity, state) and values.get(one.name) is None]
    return missing


def _beyond_schema(visit: Visit, entity: Entity, one: Field, values: Mapping[str, Json], record: Record | None) -> Message | None:
    if TYPES[one.type].refers:
        return _wrong_reference(visit, entity, one, values, record)
    if one.type in FILES and not may_attach(visit, one, int(values[one.name]), record):
        return NOT_FOUND
    return None


def _wrong_reference(visit: Visit, entity: Entity, one: Field, values: Mapping[str, Json], record: Record | None) -> Message | None:
    id = int(values[one.name])
    rows = visit.rows.of(one.target or "")
    if rows is not None:
        row = rows.rows.get(id)
        if row is None:
            return NOT_FOUND
        if not row.active and (record is None or record.values.get(one.name) != id):
            return INACTIVE
        if one.target == entity.name and one.name == entity.tree:
            if record is not None and id in rows.under(record.id):
                return OWN_CHILD
            if len(rows.path(row)) + (rows.height(record.id) if record else 1) > DEEPEST:
                return M_(TOO_DEEP.text, most=DEEPEST)
    elif not read.existing(visit.conn, visit.catalog, one.target or "", [id]):
        return NOT_FOUND
    if "where" in one.options and id not in holding(visit, one, [id], values):
        return NOT_ALLOWED
    return None


def holding(visit: Visit, one: Field, ids: Iterable[int], values: Mapping[str, Json]) -> set[int]:
    """Which of these records meet the field's own condition, on a card with these values."""
    condition = limit_of(visit, one)
    if condition is None:
        return set(ids)
    return page.holding(visit.conn, visit.catalog, visit.catalog.entity(one.target or ""), condition, ids, replace(visit.scope(), record=values))


def limit_of(visit: Visit, one: Field) -> Condition | None:
    """The field's own condition on what may be chosen; None where it cannot be read: like any rule it does nothing then until it is mended."""
    try:
        return tree.from_json(one.options["where"], visit.catalog.entity(one.target or ""), searchable_only=False)
    except UNREADABLE:
        return None


def may_attach(visit: Visit, one: Field, id: int, record: Record | None) -> bool:
    """A stored file may be named by the record that has it, or by whoever uploaded it."""
    if record is not None and record.values.get(one.name) == id:
        return True
    return files.uploaded_by(visit.conn, id) == visit.signed_in().id


def spoken(visit: Visit, entity: Entity, problems: list[Problem]) -> dict[str, list[str]]:
    """Sentences by field name, in the reader's language; '' holds those of the record as a whole."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.field or "", []).append(sentence(visit, entity, problem))
    return found


def sentence(visit: Visit, entity: Entity, problem: Problem) -> str:
    """A problem in words; the field is named by its label where there is one."""
    one = entity.by_name.get(problem.field or "")
    label = visit.view.label(one) if one else problem.field or ""
    if "%(label)s" in problem.message.text or not label:
        return visit.translator.say(problem.message, label=label)
    return visit.translator.text("“%(label)s”: %(problem)s", label=label, problem=visit.translator.say(problem.message))


def check_upload(one: Field, name: str, content: bytes) -> files.Kind:
    """The kind of an uploaded file, as the field allows it. Raises BadUpload."""
    endings = files.PICTURES if one.type == "image" else one.options.get("types", ())
    return files.check(name, content, endings, int(one.options.get("max_bytes", files.MAX_BYTES)))
