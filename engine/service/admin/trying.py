"""What would come of a new field: its control, its conditions on the search screen, and what runs in the database."""

from __future__ import annotations

from engine.errors import BadOperation
from engine.metadata.model import Entity, Json
from engine.metadata.types import TYPES
from engine.query.operators import OPERATORS
from engine.render import form
from engine.schema.operation import Operation, read
from engine.schema.ops import OPERATIONS
from engine.schema.ops.add_field import AddField
from engine.service import evolution
from engine.service.admin import room, telling
from engine.service.admin.desk import Desk

CONTROLS = {"N1": "name", "F1": "options", "F2": "options", "F4": "flags", "N0": "group"}


def problems(desk: Desk, operation: AddField) -> list[tuple[str, str]]:
    """What keeps a field from being added, by control."""
    try:
        read([operation.to_json()], OPERATIONS)
    except BadOperation as error:
        return [(error.argument, desk.visit.translator.say(error.message))]
    return [
        (CONTROLS.get(one.code, ""), telling.of_finding(desk.visit, desk.catalog, one))
        for one in operation.check(desk.catalog)
        if one.level == "error"
    ]


def show(desk: Desk, entity: Entity, operation: AddField) -> dict[str, Json]:
    """The preview of a field."""
    visit = desk.visit
    wrong = [text for _, text in problems(desk, operation)]
    if wrong:
        return {"problems": wrong, "control": "", "operators": [], "notes": [], "statements": []}
    found = operation.check(desk.catalog)
    catalog = operation.apply_to(desk.catalog)
    after = catalog.entity(entity.name)
    view = type(desk.view)(catalog, visit.rows, visit.translator, visit.view.languages)
    shown = after.narrowed(frozenset({operation.name}))
    card = form.drawn(visit.site.pages, view, shown)
    say = visit.translator.say
    made = evolution.planned(visit.conn, visit.catalog, [*_draft(desk), operation])
    return {
        "problems": [],
        "name": operation.name,
        "control": form.fill(card, {}),
        "operators": [say(OPERATORS[name].label) for name in TYPES[operation.type].operators] if operation.searchable else [],
        "notes": [telling.of_finding(visit, desk.catalog, one) for one in found],
        "statements": [f"{one.sql};" for one in made.statements if operation.name in one.sql],
        "room": room.left(visit, made.after, [entity.name]),
    }


def _draft(desk: Desk) -> list[Operation]:
    return [step.operation for step in desk.applied.steps if not step.refused]
