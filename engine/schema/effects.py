"""What a plan means for the data that is there: counted, not guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from engine.messages import MN_
from engine.metadata.formats import validator
from engine.metadata.model import Catalog, Field, Json
from engine.metadata.types import TYPES
from engine.schema import fill
from engine.schema.editing import field_named
from engine.schema.operation import Finding
from engine.schema.ops.narrow_field import NarrowField
from engine.schema.plan import Fill, Plan, Step

SHOWN = 20
"""How many of the rows in question are named."""


def seen(conn: Connection, plan: Plan) -> Plan:
    """The plan with what the stored values add to its findings."""
    steps = tuple(replace(step, findings=(*step.findings, *_of_step(conn, plan, step))) for step in plan.steps)
    return replace(plan, steps=steps)


def _of_step(conn: Connection, plan: Plan, step: Step) -> Iterator[Finding]:
    operation = step.operation
    if isinstance(operation, NarrowField) and operation.entity in plan.before.entities:
        held = field_named(plan.before.entities[operation.entity].fields, operation.field)
        coming = field_named(plan.after.entities[operation.entity].fields, operation.field)
        if held and coming and (ids := list(violating(conn, plan.before, held, coming))):
            told = MN_(
                "%(n)s record holds a value that would be wrong then: number %(ids)s.",
                "%(n)s records hold values that would be wrong then: numbers %(ids)s.",
                len(ids),
                ids=", ".join(map(str, ids[:SHOWN])),
            )
            yield Finding("D2", "error", told, operation.entity, operation.field)


def violating(conn: Connection, catalog: Catalog, held: Field, coming: Field) -> Iterator[int]:
    """The ids of the rows whose value the coming definition refuses."""
    judge = validator(TYPES[coming.type].json_schema(coming.options))
    return (id for id, value in fill.values_of(conn, catalog, held) if not judge.is_valid(value))


def lost(conn: Connection, plan: Plan, one: Fill) -> tuple[int, list[tuple[int, Json]]]:
    """How many values do not convert, and the first of them."""
    count, found = fill.lost(conn, plan.before, one, SHOWN)
    return count, [(each.id, each.value) for each in found]
