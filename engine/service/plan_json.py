"""Plans, changes and findings as JSON: the same for the command line and `/api/v1/metadata`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from engine.messages import Message
from engine.metadata.model import Catalog, Json
from engine.schema.journal import Change, Event
from engine.schema.operation import Finding, read
from engine.schema.ops import JOURNALLED
from engine.schema.plan import Plan
from engine.schema.statement import Statement

if TYPE_CHECKING:  # it is imported by what evolution itself needs
    from engine.service.evolution import Preview

Say = Callable[[Message], str]
"""How a sentence is spoken: in the reader's language, or as it is written (`str`)."""


def of_plan(plan: Plan, say: Say = str) -> dict[str, Json]:
    """What operations would do. `hash` and `base` are what a publishing sends back as `seen` and `base`."""
    return {
        "base": plan.before.version,
        "hash": plan.hash,
        "steps": [
            {
                "operation": step.operation.to_json(),
                "sentence": say(step.sentence),
                "findings": [of_finding(one, say) for one in step.findings],
            }
            for step in plan.steps
        ],
        "statements": [_of_statement(one) for one in plan.statements],
        "copies": [f"{one.field.entity}.{one.field.name}" for one in plan.fills],
        "runs": not any(one.level == "error" for one in plan.findings),
        "confirmations": list(dict.fromkeys(one.key for one in plan.findings if one.level == "confirm")),
        "undone_by": None if plan.reverses is None else [one.to_json() for one in plan.reverses],
    }


def of_preview(seen: Preview, say: Say = str) -> dict[str, Json]:
    """A plan with what it means for the data that is there, what each statement costs, and how full the entities would be."""
    told = of_plan(seen.plan, say)
    effects = seen.effects.to_json()
    for step, effect in zip(told["steps"], effects.pop("steps"), strict=True):
        step["effect"] = effect
    for statement, cost in zip(told["statements"], effects.pop("costs"), strict=True):
        statement |= {name: value for name, value in cost.items() if name != "sql"}
    told["findings"] = [of_finding(one, say) for one in seen.effects.findings]
    return told | effects | {"budgets": [one.to_json() for one in seen.budgets]}


def of_finding(one: Finding, say: Say = str) -> dict[str, Json]:
    """One thing to know before."""
    told: dict[str, Json] = {"code": one.code, "level": one.level, "message": say(one.message)}
    told |= {name: value for name, value in (("entity", one.entity), ("field", one.field)) if value}
    return told | ({"key": one.key} if one.level == "confirm" else {})


def _of_statement(one: Statement) -> dict[str, Json]:
    return {"action": one.action, "table": one.table, "name": one.name, "sql": one.sql, "later": one.later}


def of_change(change: Change, catalog: Catalog, say: Say = str, *, events: Sequence[Event] | None = None) -> dict[str, Json]:
    """An entry of the journal."""
    told: dict[str, Json] = {
        "id": change.id,
        "state": change.state,
        "at": change.at.isoformat(),
        "author": change.author,
        "user": change.user_id,
        "note": change.note,
        "base": change.base,
        "undoes": change.undoes,
        "sentences": [say(one.describe(catalog)) for one in read(change.operations, JOURNALLED)],
        "operations": list(change.operations),
        "statements": [dict(one) for one in change.statements],
        "undone_by": None if change.reverses is None else list(change.reverses),
        "detail": dict(change.detail),
    }
    if events is not None:
        told["events"] = [_of_event(one) for one in events]
    return told


def _of_event(one: Event) -> dict[str, Json]:
    return {"id": one.id, "state": one.state, "at": one.at.isoformat(), "process": one.process, "detail": dict(one.detail)}
