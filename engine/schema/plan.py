"""A plan: operations checked one after the other on the catalog as each leaves it, and all that follows from them.

Pure: made from a catalog and what is known of the database, before anything runs. What is shown, what runs and what is
journalled is one plan; its hash says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.errors import ChangeRefused, NotConfirmed
from engine.messages import M_, Message
from engine.metadata.model import Catalog, Field, Json
from engine.metadata.physical import folded, folded_in, is_stored, table_names
from engine.metadata.types import TYPES
from engine.schema import capacity, ddl
from engine.schema.editing import field_named, with_entity
from engine.schema.journal import plan_hash
from engine.schema.operation import Finding, Operation
from engine.schema.ops.convert_field import ConvertField
from engine.schema.ops.entities import AddEntity, PurgeEntity
from engine.schema.ops.retire_field import PurgeField
from engine.schema.ops.set_labels import SetLabels
from engine.schema.statement import CONTRACTING, Ground, Statement


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a plan, in words, with what there is to know of it."""

    operation: Operation
    sentence: Message
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """Values to copy: a field's folded text beside it, or (`target`) its values converted for another field."""

    field: Field
    target: Field | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """What a list of operations means here. `prepared` is the catalog while values are being copied, if any are; `preparing` leads there.

    What runs beside the writers waits until the change is in force, whatever it is for.
    """

    before: Catalog
    after: Catalog
    prepared: Catalog | None
    steps: tuple[Step, ...]
    fills: tuple[Fill, ...]
    preparing: tuple[Statement, ...]
    statements: tuple[Statement, ...]
    reverses: tuple[Operation, ...] | None

    @property
    def operations(self) -> list[dict[str, Json]]:
        """The operations in their JSON form."""
        return [step.operation.to_json() for step in self.steps]

    @property
    def findings(self) -> list[Finding]:
        """All findings, in order."""
        return [finding for step in self.steps for finding in step.findings]

    @property
    def expanding(self) -> list[Statement]:
        """The statements before the change is in force."""
        return [one for one in self.statements if one.action not in CONTRACTING and not one.later]

    @property
    def contracting(self) -> list[Statement]:
        """The statements after what they take away has been hidden."""
        return [one for one in self.statements if one.action in CONTRACTING]

    @property
    def later(self) -> list[Statement]:
        """The statements that run beside the writers, once the change is in force."""
        return [one for one in self.statements if one.later]

    @property
    def purged(self) -> list[Field]:
        """The fields whose values go for good."""
        kept = {one.id for entity in self.after.stored for one in (*entity.stored, *entity.missing)}
        return [one for entity in self.before.stored for one in entity.stored if one.id not in kept and is_stored(one) and one.via is None]

    @property
    def hash(self) -> str:
        """The same for the same operations and statements."""
        told = [{"action": one.action, "table": one.table, "name": one.name, "sql": one.sql} for one in self.statements]
        return plan_hash(_json(self.operations), _json(told))


def make(catalog: Catalog, operations: Sequence[Operation], ground: Ground) -> Plan:
    """The plan of these operations on a catalog. One that cannot be applied keeps its findings and is passed over."""
    before, current = catalog, catalog
    steps: list[Step] = []
    reverses: list[Operation] | None = []
    for wanted in operations:
        operation = capacity.placed(wanted, current, ground)
        findings = operation.check(current)
        if not (isinstance(operation, ConvertField) and _errors(findings)):
            findings = [*findings, *_too_early(operation, before)]
        coming = current
        if not _errors(findings):
            coming = operation.apply_to(current)
            findings += capacity.findings(before, current, coming, operation, ground)
        steps.append(Step(operation, operation.describe(current), tuple(findings)))
        if _errors(findings):
            continue
        taken_back = operation.reverse(current)
        reverses = None if taken_back is None or reverses is None else [*taken_back, *reverses]
        current = coming
    fills = _fills(before, current, [step.operation for step in steps])
    prepared = prepare(before, fills) if fills else None
    preparing = ddl.difference(before, prepared, ground) if prepared else []
    statements = [*preparing, *ddl.difference(prepared or before, current, ground)]
    back = None if reverses is None else tuple(reverses)
    at_once = tuple(one for one in preparing if not one.later)
    return Plan(before, current, prepared, tuple(steps), fills, at_once, tuple(statements), back)


def _errors(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.level == "error"]


def _too_early(operation: Operation, before: Catalog) -> list[Finding]:
    """What goes must have been retired by an earlier change: only then nobody writes to it any more while it is exported.

    What is converted must be in force before: its values are copied from where they are now.
    """
    if isinstance(operation, ConvertField) and (held := before.entities.get(operation.entity)) and not field_named(held.fields, operation.field):
        told = M_("“%(name)s” must be in force before it is converted: convert it by a change of its own.", name=operation.field)
        return [Finding("D3", "error", told, operation.entity, operation.field)]
    if isinstance(operation, PurgeField):
        entity = before.entities.get(operation.entity)
        late = entity is not None and field_named(entity.retired, operation.field) is None
        name = operation.field
    else:
        late, name = isinstance(operation, PurgeEntity) and operation.entity in before.entities, getattr(operation, "entity", "")
    told = M_("“%(name)s” must be retired by a change of its own before it can be purged.", name=name)
    return [Finding("D3", "error", told, getattr(operation, "entity", ""), getattr(operation, "field", ""))] if late else []


def refuse(plan: Plan, confirmed: frozenset[str] = frozenset()) -> None:
    """Raises ChangeRefused for errors, NotConfirmed for what waits for a confirmation."""
    if errors := _errors(plan.findings):
        raise ChangeRefused([one.message for one in errors], [one.code for one in errors])
    waiting = [one for one in plan.findings if one.level == "confirm" and one.key not in confirmed]
    if waiting:
        raise NotConfirmed([one.message for one in waiting], [one.key for one in waiting])


def touched(operations: Sequence[Operation], catalog: Catalog) -> frozenset[str]:
    """The names of the tables that operations are about: those of the entities they name."""
    names = {str(one.name if isinstance(one, AddEntity) else getattr(one, "entity", "")) for one in operations if not isinstance(one, SetLabels)}
    return frozenset(names | {one for name in names if name in catalog.entities for one in table_names(catalog.entities[name])})


def unprepared(catalog: Catalog, folding: Iterable[str] = ()) -> Catalog:
    """The catalog without what is only there while values are being copied; `folding` are the ids of fields that get a folded column."""
    ids = set(folding)
    for entity in catalog.stored:
        retired = tuple(one for one in entity.retired if one.state != "filling")
        fields = tuple(replace(one, copies_to=None, copies_in="", folded=one.folded and one.id not in ids) for one in entity.fields)
        if retired != entity.retired or fields != entity.fields:
            catalog = with_entity(catalog, replace(entity, fields=fields, retired=retired))
    return catalog


def _fills(before: Catalog, after: Catalog, operations: Sequence[Operation]) -> tuple[Fill, ...]:
    gained = {(table, column) for table, columns in folded(after).items() for column in columns - folded_in(before, table)}
    stood = {(one.table, one.column): one for entity in before.stored for one in entity.stored if one.via is None} if gained else {}
    held = {place: stood[place] for place in gained & stood.keys()}
    found = [
        Fill(held[one.table, one.column])
        for entity in (after.stored if held else ())
        for one in entity.stored
        if one.via is None and TYPES[one.type].folds and (one.table, one.column) in held
    ]
    for operation in operations:
        if isinstance(operation, ConvertField) and operation.entity in before.entities:
            source = field_named(before.entities[operation.entity].fields, operation.field)
            target = field_named(after.entities[operation.entity].stored, operation.name)
            if source and target:
                found.append(Fill(replace(source, copies_in=operation.zone), replace(target, state="filling")))
    return tuple(found)


def prepare(before: Catalog, fills: Sequence[Fill]) -> Catalog:
    """The catalog while values are being copied: every save writes them to both places."""
    catalog = before
    for fill in fills:
        entity = catalog.entities[fill.field.entity]
        changes = {"copies_to": fill.target.id, "copies_in": fill.field.copies_in} if fill.target else {"folded": True}
        fields = tuple(replace(one, **changes) if one.id == fill.field.id else one for one in entity.fields)
        retired = (*entity.retired, fill.target) if fill.target else entity.retired
        catalog = with_entity(catalog, replace(entity, fields=fields, retired=retired))
    return catalog


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
