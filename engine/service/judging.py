"""Everything that can be wrong with a record's values: the schema's judgement, and what needs the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine import files, rules
from engine.messages import M_, Message, Problem
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES
from engine.query import page, tree
from engine.records import read
from engine.records.read import Record
from engine.render.bind import FILES
from engine.rules import Mode
from engine.service.fixed import written_directly
from engine.service.visit import Visit

NOT_FOUND = M_("“%(label)s” names something that does not exist (any more). Choose another.")
INACTIVE = M_("“%(label)s” names an entry that is not in use any more. Choose another.")
OWN_CHILD = M_("“%(label)s” cannot be the entry itself or one below it.")
NOT_ALLOWED = M_("“%(label)s” does not allow this choice.")


def judge(visit: Visit, entity: Entity, mode: Mode, values: Mapping[str, Json], record: Record | None = None) -> list[Problem]:
    """All problems of these values, at most one a field, in the card's order. `record` is what they will change."""
    told = [name for name, value in values.items() if name in entity.by_name and value is not None]
    found = rules.judge(visit.catalog, entity, mode).check({k: v for k, v in values.items() if v is not None or mode == "update"})
    wrong = {problem.field for problem in found}
    found += [Problem(name, "required", rules.SENTENCES["required"]) for name in _new_part(entity, values, record) if name not in wrong]
    found += [problem for problem in written_directly(visit.view, entity, values, record) if problem.field not in wrong]
    wrong = {problem.field for problem in found}
    for name in told:
        if name in wrong:
            continue
        message = _beyond_schema(visit, entity, entity.by_name[name], values[name], record)
        if message is not None:
            found.append(Problem(name, "reference", message))
    order = {name: place for place, name in enumerate(entity.by_name)}
    return sorted(found, key=lambda one: order.get(one.field or "", len(order)))


def _new_part(entity: Entity, values: Mapping[str, Json], record: Record | None) -> list[str]:
    """Required fields that are missing where a change would make the other record of the card (a first main contact)."""
    missing: list[str] = []
    for part in entity.vias:
        on_card = [one for one in entity.by_name.values() if one.via is not None and one.via.entity == part]
        makes = record is not None and part not in (record.via_ids or {}) and any(values.get(one.name) is not None for one in on_card)
        missing += [one.name for one in on_card if makes and one.required and values.get(one.name) is None]
    return missing


def _beyond_schema(visit: Visit, entity: Entity, one: Field, value: Json, record: Record | None) -> Message | None:
    if TYPES[one.type].refers:
        return _wrong_reference(visit, entity, one, int(value), record)
    if one.type in FILES and not may_attach(visit, one, int(value), record):
        return NOT_FOUND
    return None


def _wrong_reference(visit: Visit, entity: Entity, one: Field, id: int, record: Record | None) -> Message | None:
    rows = visit.rows.of(one.target or "")
    if rows is not None:
        row = rows.rows.get(id)
        if row is None:
            return NOT_FOUND
        if not row.active and (record is None or record.values.get(one.name) != id):
            return INACTIVE
        if record is not None and one.target == entity.name and one.name == entity.tree and id in rows.under(record.id):
            return OWN_CHILD
    elif not read.existing(visit.conn, visit.catalog, one.target or "", [id]):
        return NOT_FOUND
    if "where" in one.options and id not in holding(visit, one, [id]):
        return NOT_ALLOWED
    return None


def holding(visit: Visit, one: Field, ids: Iterable[int]) -> set[int]:
    """Which of these records meet the field's own condition."""
    target = visit.catalog.entity(one.target or "")
    condition = tree.from_json(one.options["where"], target, searchable_only=False)
    return page.holding(visit.conn, visit.catalog, target, condition, ids, visit.scope())


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


