"""What a plan means for the data that is there: counted, not guessed.

`seen` adds to a plan what can stop it; publishing asks no more than that. `of` is for somebody who looks before: how many
records, which values are lost, what each statement costs and who is in the way, as far as the time allows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.messages import M_, MN_, Message
from engine.metadata.database import Database
from engine.metadata.formats import validator
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.metadata.physical import entity_of, is_stored, tables
from engine.metadata.types import TYPES
from engine.schema import actual, counting, fill, probing
from engine.schema.actual import LARGE, Holder
from engine.schema.counting import Count, Counts
from engine.schema.dependents import Dependent, of_entity, of_field
from engine.schema.editing import field_named
from engine.schema.fill import Lost
from engine.schema.operation import Finding, Operation
from engine.schema.ops.add_field import AddField
from engine.schema.ops.change_field import ChangeField
from engine.schema.ops.convert_field import ConvertField
from engine.schema.ops.entities import AddEntity, PurgeEntity, RetireEntity
from engine.schema.ops.exchange_fields import ExchangeFields
from engine.schema.ops.narrow_field import NarrowField
from engine.schema.ops.retire_field import PurgeField, RetireField
from engine.schema.plan import Plan, Step
from engine.schema.probing import Cost

SHOWN = 20
"""How many of the rows in question are named."""
SECONDS = 1.5
"""How long the counting of one preview may take, about."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one operation means. `rows` are the records of its entity, `filled` those with a value in its field; None where it has none.

    `lost` are values that do not convert, `examples` the first of them; `dependents` is all that uses the field or the entity.
    """

    rows: Count | None = None
    filled: Count | None = None
    lost: Count | None = None
    examples: tuple[Lost, ...] = ()
    dependents: tuple[Dependent, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Its JSON form."""
        told: dict[str, Json] = {name: held.to_json() for name in ("rows", "filled", "lost") if (held := getattr(self, name)) is not None}
        told["examples"] = [{"id": one.id, "value": one.value, "reason": one.reason} for one in self.examples]
        return told | {"dependents": [asdict(one) for one in self.dependents]}


@dataclass(frozen=True, slots=True)
class Effects:
    """What a plan means: for each step, for each statement, and who is in the way now, by table."""

    steps: tuple[Effect, ...] = ()
    costs: tuple[Cost, ...] = ()
    holders: Mapping[str, tuple[Holder, ...]] | None = None
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Its JSON form; findings are told with those of the plan."""
        costs = [{"sql": one.statement.sql, "cost": one.kind, "waiting": one.held, "lock": one.lock, "probed": one.probed} for one in self.costs]
        holders = {table: [asdict(one) for one in found] for table, found in (self.holders or {}).items()}
        return {"steps": [one.to_json() for one in self.steps], "costs": costs, "holders": holders}


def seen(conn: Connection, plan: Plan) -> Plan:
    """The plan with what the stored values add to its findings."""
    steps = tuple(replace(step, findings=(*step.findings, *_of_step(conn, plan, step))) for step in plan.steps)
    return replace(plan, steps=steps)


def _of_step(conn: Connection, plan: Plan, step: Step) -> Iterator[Finding]:
    operation = step.operation
    yield from _table_there_already(conn, plan, operation)
    if isinstance(operation, AddField):
        yield from _there_already(conn, plan, operation)
    if isinstance(operation, (AddField, ConvertField)):
        yield from _in_the_way(conn, plan, operation)
    if isinstance(operation, ExchangeFields):
        yield from _exchanged(conn, plan, operation)
    if isinstance(operation, NarrowField) and operation.entity in plan.before.entities:
        held = field_named(plan.before.entities[operation.entity].fields, operation.field)
        coming = field_named(plan.after.entities[operation.entity].fields, operation.field)
        if held and coming and (ids := list(violating(conn, plan.before, held, coming))):
            told = MN_(
                "%(n)s record holds a value that would be wrong then: number %(ids)s.",
                "%(n)s records hold values that would be wrong then: numbers %(ids)s.",
                len(ids),
                ids=_numbers(ids),
            )
            yield Finding("D2", "error", told, operation.entity, operation.field)
        if held and coming and (ids := list(violating_when_deleted(conn, held, coming))):
            told = MN_(
                "%(n)s deleted record holds a value that would be wrong then, and will have it again if it is restored: number %(ids)s.",
                "%(n)s deleted records hold values that would be wrong then, and will have them again if they are restored: numbers %(ids)s.",
                len(ids),
                ids=_numbers(ids),
            )
            yield Finding("D2", "warning", told, operation.entity, operation.field)


def _exchanged(conn: Connection, plan: Plan, operation: ExchangeFields) -> Iterator[Finding]:
    """What was saved since a conversion stands in one of the two fields only."""
    entity = plan.before.entities.get(operation.entity)
    coming, going = (field_named(entity.stored if entity else (), name) for name in (operation.field, operation.instead))
    if coming is None or going is None:
        return
    then = [replace(one, options=operation.options.get(one.name, one.options), copies_in=operation.zone) for one in (coming, going)]
    source, made = then if operation.made == going.name else then[::-1]
    if ids := list(fill.apart(conn, plan.before, source, made)):
        told = MN_(
            "%(n)s record has had its value changed since, and will show the former one: number %(ids)s.",
            "%(n)s records have had their values changed since, and will show the former ones: numbers %(ids)s.",
            len(ids),
            ids=_numbers(ids),
        )
        yield Finding("O2", "confirm", told, operation.entity, operation.field)
    if ids := list(fill.apart_when_deleted(conn, source, made)):
        told = MN_(
            "%(n)s deleted record has had its value changed since, and would come back with the former one: number %(ids)s.",
            "%(n)s deleted records have had their values changed since, and would come back with the former ones: numbers %(ids)s.",
            len(ids),
            ids=_numbers(ids),
        )
        yield Finding("O2", "confirm", told, operation.entity, operation.field)


def _numbers(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids[:SHOWN]))


def _table_there_already(conn: Connection, plan: Plan, operation: Operation) -> Iterator[Finding]:
    """A table of that name which is nobody's here: it is never taken over, and never touched."""
    wanted = operation.name if isinstance(operation, AddEntity) else str(getattr(operation, "table", ""))
    for one in plan.statements:
        if one.action == "create_table" and one.table == wanted and actual.is_done(conn, one):
            told = M_("The database has a table “%(table)s” already, which belongs to no definition. Choose another name, or rename that table.",
                      table=one.table)  # fmt: skip
            yield Finding("V2", "error", told, str(getattr(operation, "entity", wanted)), getattr(operation, "field", ""))


def _there_already(conn: Connection, plan: Plan, operation: AddField) -> Iterator[Finding]:
    """A column of the field's name that belongs to no field: it is adopted with its values when somebody confirms that."""
    for one in plan.statements:
        if one.action != "add_column" or one.name != operation.name or entity_of(one.table) != operation.entity or not actual.is_done(conn, one):
            continue
        named = {"name": one.name, "table": one.table}
        if held := actual.wrong_type(conn, one):
            told = M_("“%(table)s” has a column “%(name)s” already, which belongs to no field and is of another type (%(held)s).", **named, held=held)
            yield Finding("V2", "error", told, operation.entity, operation.name)
        elif operation.searchable:
            told = M_("“%(table)s” has a column “%(name)s” already, which belongs to no field. Adopt it first, let it be searched afterwards.", **named)
            yield Finding("V2", "error", told, operation.entity, operation.name)
        else:
            told = M_("“%(table)s” has a column “%(name)s” already, which belongs to no field. It is adopted, with the values it holds.", **named)
            yield Finding("V2", "confirm", told, operation.entity, operation.name)


def _in_the_way(conn: Connection, plan: Plan, operation: AddField | ConvertField) -> Iterator[Finding]:
    """A column of the field's name that nobody would adopt: where a conversion writes, or in the entity’s own table though that is full."""
    held, entity = (catalog.entities.get(operation.entity) for catalog in (plan.before, plan.after))
    made = field_named(entity.stored, operation.name) if entity else None
    if held is None or made is None or not is_stored(made) or any(one.id == made.id for one in held.stored):
        return
    for table in sorted({held.table, made.table} - ({made.table} if isinstance(operation, AddField) else set())):
        if actual.has_column(conn, table, made.column):
            told = M_("“%(table)s” has a column “%(name)s” already, which belongs to no field. Choose another name.", table=table, name=operation.name)
            yield Finding("V2", "error", told, operation.entity, operation.name)


def violating(conn: Connection, catalog: Catalog, held: Field, coming: Field) -> Iterator[int]:
    """The ids of the rows whose value the coming definition refuses."""
    judge = validator(TYPES[coming.type].json_schema(coming.options))
    return (id for id, value in fill.values_of(conn, catalog, held) if not judge.is_valid(value))


def violating_when_deleted(conn: Connection, held: Field, coming: Field) -> Iterator[int]:
    """The same of records that have been deleted."""
    judge = validator(TYPES[coming.type].json_schema(coming.options))
    kept = ((id, values.get(held.name)) for id, values in fill.deleted(conn, held))
    return (id for id, value in kept if value is not None and not judge.is_valid(value))


def of(database: Database, conn: Connection, plan: Plan, *, seconds: float = SECONDS) -> Effects:
    """What a plan means here. Changes nothing, and keeps nobody waiting."""
    until = time.monotonic() + seconds
    counts = _counts(conn, plan, until)
    steps = tuple(_effect(conn, plan, step.operation, counts, until) for step in plan.steps)
    catalogs = [one for one in (plan.prepared, plan.after, plan.before) if one is not None]
    costs = probing.costs(database, catalogs, plan.statements)
    holders = _holders(conn, plan)
    told = [finding for step, effect in zip(plan.steps, steps, strict=True) for finding in _told(plan, step.operation, effect)]
    told += [*_waiting(holders), *_costly(conn, costs)]
    return Effects(steps, costs, holders, tuple(told))


def _subject(plan: Plan, operation: Operation) -> tuple[Entity | None, Field | None]:
    """The entity and the field an operation is about, as they are stored now."""
    name = str(getattr(operation, "entity", ""))
    entity = plan.before.entities.get(name) or plan.before.retired.get(name)
    field = field_named(entity.stored, str(getattr(operation, "field", ""))) if entity else None
    return entity, field


_COUNTED = (ChangeField, RetireField, PurgeField, ConvertField, NarrowField)


def _counts(conn: Connection, plan: Plan, until: float) -> dict[str, Counts]:
    """The counts of the tables that the steps are about, each table walked once."""
    wanted: dict[str, set[str]] = {}
    for step in plan.steps:
        entity, field = _subject(plan, step.operation)
        if entity is None or not isinstance(step.operation, (*_COUNTED, RetireEntity, PurgeEntity)):
            continue
        wanted.setdefault(entity.table, set())
        if field is not None and field.via is None and is_stored(field):
            wanted.setdefault(field.table, set()).add(field.column)
    return {table: counting.count(conn, tables(plan.before)[table], columns, until) for table, columns in wanted.items()}


def _effect(conn: Connection, plan: Plan, operation: Operation, counts: Mapping[str, Counts], until: float) -> Effect:
    entity, field = _subject(plan, operation)
    if entity is None:
        return Effect()
    rows = counts[entity.table].rows if entity.table in counts else None
    if field is None or field.via is not None:
        leaning = of_entity(plan.before, entity.name) if isinstance(operation, (RetireEntity, PurgeEntity)) else []
        return Effect(rows, dependents=tuple(leaning))
    filled = counts[field.table].filled.get(field.column) if field.table in counts else None
    made = Effect(rows, filled, dependents=tuple(of_field(plan.before, entity, field)))
    goal = next((one for one in plan.fills if one.target and one.field.id == field.id), None)
    if isinstance(operation, ConvertField) and goal is not None:
        count, examples, whole = fill.lost(conn, plan.before, goal, SHOWN, until=until)
        return replace(made, lost=Count(count, about=not whole), examples=tuple(examples))
    return made


def _told(plan: Plan, operation: Operation, effect: Effect) -> Iterator[Finding]:
    """The effect in words."""
    entity, field = _subject(plan, operation)
    if entity is None:
        return
    if isinstance(operation, (RetireEntity, PurgeEntity)) and effect.rows:
        yield Finding("E2", "note", _counted(effect.rows, entity.label), entity.name)
    if field is None:
        return
    hides = isinstance(operation, ChangeField) and operation.changes.get("enabled") is False
    if effect.filled and (hides or isinstance(operation, (RetireField, PurgeField, ConvertField))):
        yield Finding("E2", "note", _counted(effect.filled, field.label), entity.name, field.name)
    demands = isinstance(operation, ChangeField) and operation.changes.get("required") is True
    if demands and effect.filled and effect.rows and effect.rows.n > effect.filled.n:
        lacking = Count(effect.rows.n - effect.filled.n, effect.rows.about or effect.filled.about)
        yield Finding("E1", "note", _lacking(lacking, field.label), entity.name, field.name)
    if effect.lost and effect.lost.n:
        yield Finding("C3", "warning", _losing(effect.lost, effect.examples, field.label), entity.name, field.name)


def _lacking(count: Count, label: str) -> Message:
    if count.about:
        return M_("About %(n)s records have no value in “%(label)s”.", n=counting.rounded(count.n), label=label)
    return MN_("%(n)s record has no value in “%(label)s”.", "%(n)s records have no value in “%(label)s”.", count.n, label=label)


def _losing(count: Count, examples: tuple[Lost, ...], label: str) -> Message:
    ids = ", ".join(str(one.id) for one in examples)
    if count.about:
        return M_("At least %(n)s values of “%(label)s” do not convert, among them those of records %(ids)s.", n=count.n, label=label, ids=ids)
    return MN_(
        "%(n)s value of “%(label)s” does not convert: that of record %(ids)s.",
        "%(n)s values of “%(label)s” do not convert: those of records %(ids)s.",
        count.n,
        label=label,
        ids=ids,
    )


def _counted(count: Count, label: str) -> Message:
    if count.about:
        return M_("“%(label)s”: about %(n)s records have a value.", n=count.n, label=label)
    return MN_("“%(label)s”: %(n)s record has a value.", "“%(label)s”: %(n)s records have a value.", count.n, label=label)


def _holders(conn: Connection, plan: Plan) -> dict[str, tuple[Holder, ...]]:
    found = {}
    for table in dict.fromkeys(one.table for one in plan.statements if one.action != "create_table"):
        try:
            held = actual.holders(conn, table)
        except DBAPIError:  # no right to look
            held = []
        if held:
            found[table] = tuple(held)
    return found


def _waiting(holders: Mapping[str, tuple[Holder, ...]]) -> Iterator[Finding]:
    for table, held in holders.items():
        longest = max(held, key=lambda one: one.seconds)
        told = M_("“%(table)s” may be held by a transaction that has been open for %(seconds)s seconds (%(process)s). Publishing waits for it, "
                  "keeps nobody waiting meanwhile, and gives up after half a minute.",
                  table=table, seconds=round(longest.seconds), process=longest.process)  # fmt: skip
        yield Finding("Q1", "warning", told, table)


def _costly(conn: Connection, costs: tuple[Cost, ...]) -> Iterator[Finding]:
    """Where many rows are read or written while somebody waits."""
    for table in dict.fromkeys(one.statement.table for one in costs if one.kind in ("reads", "rewrites")):
        rows = actual.row_estimate(conn, table)
        if rows > LARGE:
            told = M_("Nobody can save to “%(table)s” while about %(n)s records are gone through.", table=table, n=counting.rounded(rows))
            yield Finding("B1", "warning", told, table)
