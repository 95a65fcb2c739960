"""Going on with a change whose process was killed: completed where it can be, else taken back."""

from __future__ import annotations

import logging

from engine.errors import FieldloomError
from engine.metadata import store
from engine.metadata.database import Database
from engine.schema import actual, compare, journal, lock, plan, stages
from engine.schema.journal import Change
from engine.schema.operation import read
from engine.schema.ops import JOURNALLED, Mend
from engine.schema.running import Orders, Run
from engine.schema.statement import Statement

log = logging.getLogger("fieldloom.schema")


def recover(database: Database, orders: Orders | None = None) -> Change | None:
    """Complete what was left open, if anything was. Returns it as it was found. Raises ChangeUnderWay while its process still lives."""
    with database.reading() as conn:
        if journal.open_one(conn) is None:
            return None
    with lock.evolving(database, patience=0):
        return carry_on(Run(database, orders or Orders()))


def carry_on(run: Run) -> Change | None:
    """The same, for one who holds the evolution lock."""
    with run.database.reading() as conn:
        found = journal.open_one(conn)
    if found is None:
        return None
    log.warning("change %s was left “%s” by a process that is gone; it is brought to its end now", found.id, found.state)
    statements = [Statement(one["action"], one["table"], one["name"], one["sql"]) for one in found.statements]
    folding = list(found.detail.get("folding", ()))
    match found.state:
        case "published":
            stages.contract(run, found.id, statements)
        case "giving_up":
            stages.give_up(run, found.id, statements, folding, str(found.detail.get("reason", "")))
        case _:
            _resume(run, found, statements, folding)
    return found


def _resume(run: Run, found: Change, statements: list[Statement], folding: list[str]) -> None:
    operations = read(found.operations, JOURNALLED)
    if any(isinstance(one, Mend) for one in operations):
        _mend(run, found, statements)
        return
    with run.database.reading() as conn:
        catalog = plan.unprepared(store.load(conn), folding)
        made = plan.make(catalog, operations, actual.ground(conn, plan.touched(operations, catalog)))
    try:
        plan.refuse(made, frozenset(one.key for one in made.findings))  # it was confirmed when it began
    except FieldloomError as error:
        stages.give_up(run, found.id, statements, folding, str(error))
        return
    if found.state == "filling":
        stages.from_filling(run, found.id, made, found.detail.get("done", {}))
    else:
        stages.from_the_start(run, found.id, made)


def _mend(run: Run, found: Change, statements: list[Statement]) -> None:
    """Those of the repairs that have not taken effect yet."""
    wanted = {(one.action, one.table, one.name) for one in statements}
    with run.database.reading() as conn:
        left = [one.statement for one in compare.compare(conn, store.load(conn)) if one.statement]
    stages.mend(run, found.id, [one for one in left if (one.action, one.table, one.name) in wanted])
