"""Applying operations as one change, under the evolution lock.

Where the database rolls DDL back and nothing is copied or dropped, a change is one transaction: columns, metadata,
journal and version. Else it goes through `stages`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.errors import DatabaseRefused, Interrupted, Outdated
from engine.metadata import store
from engine.metadata.database import Database
from engine.schema import actual, compare, effects, journal, lock, overriding, plan, stages
from engine.schema.journal import Intent
from engine.schema.operation import Operation
from engine.schema.ops.quarantine_field import ReviveField
from engine.schema.plan import Plan
from engine.schema.recover import carry_on
from engine.schema.running import Orders, Run, check, retried, run_all, transaction
from engine.schema.stages import Applied
from engine.schema.statement import Statement


def publish(database: Database, operations: Iterable[Operation], orders: Orders) -> Applied:
    """Apply operations as one change.

    Raises ChangeRefused, NotConfirmed, Outdated, ChangeUnderWay, TableHeld, DatabaseRefused; then nothing has changed.
    Raises Interrupted where the database went away: `recover` brings the change to its end.
    """
    run = Run(database, orders)
    with _told(), lock.evolving(database):
        carry_on(run)
        made = _planned(run, tuple(operations))
        if run.transactional and not made.fills and not made.contracting:
            return _at_once(run, made)
        with database.reading() as conn:
            there = _already_there(conn, made)
        run = replace(run, first=not made.fills and not there)
        with database.writing() as conn:
            change = journal.open_change(conn, replace(_intent(run, made), there=there))
        try:
            return stages.from_the_start(run, change, made)
        except KeyboardInterrupt:
            stages.stopped(run, change, made)
            raise


@contextmanager
def _told() -> Iterator[None]:
    """What the database itself refuses, in words."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Interrupted(str(error.orig)) from error
        raise DatabaseRefused(str(error.orig)) from error


def _planned(run: Run, operations: tuple[Operation, ...]) -> Plan:
    orders = run.orders
    with run.database.reading() as conn:
        catalog = orders.known if orders.known and orders.known.version == store.read_version(conn).catalog else store.load(conn)
        if orders.base is not None and catalog.version != orders.base:
            raise Outdated(orders.base, catalog.version)
        made = effects.seen(conn, plan.make(catalog, operations, actual.ground(conn, plan.touched(operations, catalog))))
        made = orders.more(conn, made) if orders.more else made
        made = overriding.added(conn, made, orders.undoes)
    plan.refuse(made, orders.confirmed)
    if orders.seen and made.hash != orders.seen:
        raise Outdated(catalog.version, catalog.version)
    return made


def _already_there(conn: Connection, made: Plan) -> list[Statement]:
    """Those statements whose work is there before the change: only a field that is taken back or adopted has any."""
    possible = any(isinstance(step.operation, ReviveField) for step in made.steps) or any(one.code == "V2" for one in made.findings)
    return [one for one in made.expanding if possible and actual.is_done(conn, one)]


def _at_once(run: Run, made: Plan) -> Applied:
    change, alone = 0, True

    def attempt() -> None:
        nonlocal change, alone
        with transaction(run) as conn:
            change = journal.write_whole(conn, _intent(run, made))
            store.write_difference(conn, made.before, made.after)
            alone = store.advance(conn, made.before.version)
            if not alone:  # somebody wrote words since the plan was made; definitions are written by nobody else under the lock
                store.bump_version(conn, "catalog")
            there = _already_there(conn, made)
            for one in there:
                check(conn, one)
            run_all(conn, [one for one in made.expanding if one not in there])  # last: others could wait for it

    try:
        retried(run, attempt, made.expanding)
    except DBAPIError:
        if stages.state_of(run, change) != "applied":
            raise  # else it was committed, only the answer was lost
    if alone:
        version = made.before.version + 1
        return Applied(change, version, tuple(made.later), replace(made.after, version=version))
    with run.database.reading() as conn:
        return Applied(change, store.read_version(conn).catalog, tuple(made.later))


def mend(database: Database, orders: Orders) -> Applied | None:
    """Make again in the database what the definitions say, as a change in the journal. Returns None where nothing is to be done.

    Raises ChangeUnderWay, TableHeld, ChangeRefused, DatabaseRefused, Interrupted.
    """
    run = Run(database, orders)
    with _told(), lock.evolving(database):
        carry_on(run)
        with database.reading() as conn:
            catalog = store.load(conn)
            found = [one for one in compare.compare(conn, catalog) if one.statement and one.repair]
        if not found:
            return None
        statements = [one.statement for one in found if one.statement]
        operations = [one.repair.to_json() for one in found if one.repair]
        with database.writing() as conn:
            intent = Intent(operations, None, statements, catalog.version, orders.user_id, orders.author, orders.note)
            change = journal.open_change(conn, intent)
        stages.mend(run, change, statements)
    return Applied(change, catalog.version)


def _intent(run: Run, made: Plan) -> Intent:
    return Intent(
        operations=made.operations,
        reverses=None if made.reverses is None else [one.to_json() for one in made.reverses],
        statements=made.statements,
        base=made.before.version,
        user_id=run.orders.user_id,
        author=run.orders.author,
        note=run.orders.note,
        undoes=run.orders.undoes,
    )


__all__ = ["Applied", "Orders", "publish"]
