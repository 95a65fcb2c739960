"""Steps of a lifecycle: which a record may go now, why it may not go others, and going one."""

from __future__ import annotations

from dataclasses import dataclass

from engine import lifecycle
from engine.errors import NotPossible, Stale, UnknownStep
from engine.lifecycle import APPROVAL, Lifecycle, Step
from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import Entity, Field, Json
from engine.metadata.rows import RowSet
from engine.query import page, tree
from engine.query.cardrules import UNREADABLE
from engine.records import read
from engine.records.read import Record
from engine.schema.editing import field_of
from engine.service import writing
from engine.service.screen import Done
from engine.service.visit import Visit

NO_TYPE = M_("“%(field)s” is empty; it says which approval flow decides this step.")
NO_FLOW = M_("“%(name)s” names no approval flow, and without one this step is not possible. An administrator can name one there.")
NOT_YET = M_("The approval flow “%(flow)s” decides this step, and approvals cannot be asked for yet.")
NOT_FROM = M_("“%(step)s” is not possible from “%(state)s”. It is possible from: %(states)s.")
NO_STATE = M_("The state “%(state)s” that this step leads to is not there. An administrator can add it to the list.")
NOT_MET = M_("This record does not meet the condition of the step.")


@dataclass(frozen=True)
class Way:
    """One field's lifecycle as it stands for a record."""

    field: Field
    lifecycle: Lifecycle
    rows: RowSet
    state: str | None


def ways_of(visit: Visit, entity: Entity, record: Record) -> list[Way]:
    """The lifecycles of a record's fields."""
    found = []
    for one in lifecycle.fields_of(entity):
        told, rows = lifecycle.of(one), visit.rows.of(one.target or "")
        if told is not None and rows is not None:
            row = rows.rows.get(record.values.get(one.name, 0))
            # A record that is older than the field stands where new ones start.
            found.append(Way(one, told, rows, row.key if row else told.initial[0]))
    return found


def shown(visit: Visit, entity: Entity, record: Record) -> list[dict[str, Json]]:
    """The lifecycles of a record for its page: the ladder with its place on it, and the steps from there with why not."""
    return [_shown(visit, entity, record, way) for way in ways_of(visit, entity, record)]


def _shown(visit: Visit, entity: Entity, record: Record, way: Way) -> dict[str, Json]:
    place = way.lifecycle.ladder.index(way.state) if way.state in way.lifecycle.ladder else None
    rungs = [
        {"text": _state(visit, way, key), "current": at == place, "passed": place is not None and at < place, "colour": _colour(way, key)}
        for at, key in enumerate(way.lifecycle.ladder)
    ]
    steps = [_offer(visit, entity, record, way, step) for step in way.lifecycle.steps_from(way.state)] if visit.may(entity.name, "update") else []
    beside = _state(visit, way, way.state) if place is None and way.state else ""
    return {"name": way.field.name, "label": visit.view.label(way.field), "rungs": rungs, "beside": beside, "steps": steps}


def _offer(visit: Visit, entity: Entity, record: Record, way: Way, step: Step) -> dict[str, Json]:
    why = why_not(visit, entity, record, way, step)
    return {
        "name": step.name,
        "label": _label(visit, way, step),
        "to": _state(visit, way, step.moves[way.state or ""]),
        "why": visit.translator.say(why) if why else "",
    }


def why_not(visit: Visit, entity: Entity, record: Record, way: Way, step: Step) -> Message | None:
    """Why a record may not go a step now; None when it may."""
    if way.state not in step.moves:
        say = visit.translator.text
        states = say(", ").join(_state(visit, way, key) for key in way.lifecycle.states if key in step.moves)
        state = _state(visit, way, way.state) if way.state else say("empty")
        return M_(NOT_FROM.text, step=_label(visit, way, step), state=state, states=states)
    if (to := step.moves[way.state or ""]) not in way.rows.by_key:
        return M_(NO_STATE.text, state=to)
    if step.guard is not None and not _meets(visit, entity, record, step):
        because = labels.step_reason(visit.catalog, way.field, step.name, visit.view.languages)
        return Message("%(because)s", {"because": because}) if because else NOT_MET
    return _unapproved(visit, entity, record, way) if step.needs == APPROVAL else None


def _meets(visit: Visit, entity: Entity, record: Record, step: Step) -> bool:
    try:
        condition = tree.from_json(step.guard, entity, searchable_only=False)
    except UNREADABLE:  # it asks for what is not in force: nobody knows then that it is met
        return False
    return record.id in page.holding(visit.conn, visit.catalog, entity, condition, [record.id], visit.scope())


def _unapproved(visit: Visit, entity: Entity, record: Record, way: Way) -> Message:
    """Why nobody can approve the step: the row that should names no flow, or flows do not decide anything yet."""
    approval = way.lifecycle.approval
    by = field_of(visit.catalog, entity.name, approval.by) if approval else None
    named = record.values.get(by.name) if by else None
    if approval is None or by is None or named is None:
        return M_(NO_TYPE.text, field=visit.view.label(by) if by else "")
    target = visit.catalog.entity(by.target or "")
    flow = read.fetch(visit.conn, visit.catalog, target, int(named)).values.get(approval.flow)
    if flow is None:
        return M_(NO_FLOW.text, name=_title(visit, target, int(named)))
    return M_(NOT_YET.text, flow=_title(visit, visit.catalog.entity(target.by_name[approval.flow].target or ""), int(flow)))


def _title(visit: Visit, entity: Entity, id: int) -> str:
    rows = visit.rows.of(entity.name)
    return rows.show(id, "title", visit.view.languages) if rows else read.titles(visit.conn, visit.catalog, entity.name, [id]).get(id, f"#{id}")


def _label(visit: Visit, way: Way, step: Step) -> str:
    return labels.step_label(visit.catalog, way.field, step.name, visit.view.languages)


def _state(visit: Visit, way: Way, key: str) -> str:
    return way.rows.show(way.rows.by_key.get(key, 0), way.field.options.get("show", "title"), visit.view.languages)


def _colour(way: Way, key: str) -> str:
    row = way.rows.rows.get(way.rows.by_key.get(key, 0))
    return row.colour if row else ""


def go(visit: Visit, name: str, id: int, step: str, tag: str | None = None) -> Record:
    """Let a record go a step; the history keeps it like any change. Returns the record as it is then.

    Raises NotFound, Forbidden, UnknownStep, NotPossible with the reason, Stale when it is not at `tag` any more.
    """
    entity = visit.restricted(name, "update")
    record = read.fetch(visit.conn, visit.catalog, entity, id, lock=True)
    found = next(((way, way.lifecycle.steps[step]) for way in ways_of(visit, entity, record) if step in way.lifecycle.steps), None)
    if found is None:
        raise UnknownStep(name, step)
    if tag and tag != record.tag:
        raise Stale(name, id, record.tag)
    way, chosen = found
    if (why := why_not(visit, entity, record, way, chosen)) is not None:
        raise NotPossible(why)
    writing.update(visit, entity, record, {way.field.name: way.rows.by_key[chosen.moves[way.state or ""]]})
    return read.fetch(visit.conn, visit.catalog, entity, id)


def go_on_page(visit: Visit, name: str, id: int, step: str, tag: str) -> Done:
    """The same from a record's page, which then shows what came of it. Raises NotFound, Forbidden, UnknownStep."""
    try:
        record = go(visit, name, id, step, tag)
    except NotPossible as error:
        return Done(f"/{name}/{id}", visit.translator.say(error.message), "error")
    except Stale:
        return Done(f"/{name}/{id}", visit.translator.text("Somebody changed this record in the meantime; look again before you go on."), "error")
    way = next(way for way in ways_of(visit, visit.restricted(name, "read"), record) if step in way.lifecycle.steps)
    label = visit.view.label(way.field)
    return Done(f"/{name}/{id}", visit.translator.text("“%(label)s” is now “%(state)s”.", label=label, state=_state(visit, way, way.state or "")))
