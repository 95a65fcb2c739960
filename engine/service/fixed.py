"""What cannot be changed on a card, and why: cells that ship with the program, and values that move by steps only.

Both are data: the locks of a dictionary, and the lifecycle of a field. The card shows the sentence in the place of the
control; whoever writes all the same, by page, program or file, is refused with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine import lifecycle
from engine.messages import M_, Message, Problem
from engine.metadata.model import Entity, Field, Json
from engine.records.read import Record
from engine.render.view import View

CELL = M_("This entry ships with the program; its “%(label)s” is fixed.")
STARTS = M_("“%(label)s” of a new record is “%(state)s”; it changes step by step from there.")
STEPS = M_("“%(label)s” changes step by step, with the buttons on the record's own page; it cannot be written directly.")
LIST = M_("This list is fixed: nothing can be added to it.")
STATE = M_("This entry is a state of “%(label)s” and cannot be deleted.")
ENTRY = M_("This entry ships with the program and cannot be deleted.")


def reasons(view: View, entity: Entity, record: Record | None) -> dict[str, str]:
    """Why fields cannot be changed, by name: of a record, or of a new one."""
    found = {one.name: view.speaker.say(_moves(view, one, record), label=view.label(one)) for one in lifecycle.fields_of(entity)}
    if record is not None:
        names = [name for name in locked_cells(entity, record) if name in entity.by_name]
        found |= {name: view.speaker.say(CELL, label=view.label(entity.by_name[name])) for name in names}
    return found


def locked_cells(entity: Entity, record: Record) -> list[str]:
    """The fields of a shipped row that are fixed."""
    return [name for name, keys in entity.locks.change.items() if record.row_key in keys]


def stays(view: View, entity: Entity, record: Record) -> Message | None:
    """Why an entry of a list can never be deleted; None when it can as long as nothing refers to it."""
    if record.row_key in entity.locks.delete:
        return ENTRY
    for one in view.catalog.referrers.get(entity.name, ()):
        told = lifecycle.of(one)
        if told is not None and record.row_key in told.states:
            return M_(STATE.text, label=view.label(one))
    return None


def _moves(view: View, one: Field, record: Record | None) -> Message:
    if record is not None:
        return STEPS
    first = initial(view, one)
    rows = view.dictionaries.of(one.target or "")
    state = rows.show(first[0], one.options.get("show", "title"), view.languages) if rows and first else ""
    return M_(STARTS.text, state=state)


def initial(view: View, one: Field) -> list[int]:
    """The ids of the states in which a record may start."""
    told, rows = lifecycle.of(one), view.dictionaries.of(one.target or "")
    return [rows.by_key[key] for key in told.initial if key in rows.by_key] if told and rows else []


def written_directly(view: View, entity: Entity, values: Mapping[str, Json], record: Record | None) -> list[Problem]:
    """A problem for each value that only a step may change."""
    found = []
    for one in lifecycle.fields_of(entity):
        rows = view.dictionaries.of(one.target or "")
        if rows is None or one.name not in values or values[one.name] not in (None, *rows.rows):  # what is no state at all is told as such
            continue
        same = values[one.name] == record.values.get(one.name) if record is not None else values[one.name] in initial(view, one)
        if not same:  # emptying is writing, too
            found.append(Problem(one.name, "step", _moves(view, one, record)))
    return found
