"""The stages of a change that is more than one transaction.

1. *prepare*, only when values are to be copied: the new columns, and metadata by which every save writes both places;
2. *fill*: copying in batches;
3. *publish*: the remaining columns, the metadata, the version. From here on requests see the change;
4. *contract*, only when something goes: what the publishing has hidden is dropped, after requests under way have ended.

MariaDB commits with each statement of DDL. There the intent is written first, each statement is run only if it has not
taken effect yet, and metadata follow when all have. Every stage can be done again: a process that was killed anywhere
leaves what `recover` completes, or takes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.errors import TableHeld
from engine.metadata import store
from engine.metadata.model import Catalog, Json
from engine.schema import actual, archive, ddl, fill, journal, plan
from engine.schema.journal import State
from engine.schema.plan import Fill, Plan
from engine.schema.running import NotRun, Run, execute, retried, run_all, run_alone, run_beside, transaction
from engine.schema.statement import CONTRACTING, Statement, undoing

GRACE = 1.0
"""How long requests that began before a publishing may go on using what it has hidden, in seconds."""
_NOTE_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Applied:
    """A change that is in force.

    `later` are statements that run beside the writers, `catalog` is what is in force now, where it is known. `left` is what
    the database would not drop: nobody sees it any more, and a repair drops it.
    """

    change: int
    version: int
    later: tuple[Statement, ...] = ()
    catalog: Catalog | None = None
    left: tuple[Statement, ...] = ()


def write(conn: Connection, before: Catalog, after: Catalog) -> None:
    """Write the metadata of a change, and let every process load them."""
    store.write_difference(conn, before, after)
    store.bump_version(conn, "catalog")


def from_the_start(run: Run, change: int, made: Plan) -> Applied:
    """All stages. Whatever stops a change before it is published leaves nothing of it."""
    if made.prepared is not None:
        _guarded(run, change, made, ("filling",), lambda: _prepare(run, change, made))
    return from_filling(run, change, made, {})


def from_filling(run: Run, change: int, made: Plan, done: Mapping[str, int]) -> Applied:
    """The stages from the copying on; `done` says how far each copying has come."""
    version = _guarded(run, change, made, ("published", "applied"), lambda: _fill_and_publish(run, change, made, dict(done)))
    left = contract(run, change, made.contracting) if made.contracting else ()
    alone = made.prepared is None and version == made.before.version + 1  # nobody else wrote metadata meanwhile
    return Applied(change, version, tuple(made.later), replace(made.after, version=version) if alone else None, left)


def _guarded(run: Run, change: int, made: Plan, reached: Sequence[State], stage: Callable[[], int]) -> int:
    """Do a stage, or take back the change. Returns the version in force after."""
    try:
        return stage()
    except Exception as error:
        if state_of(run, change) in reached:  # it was committed, only the answer was lost
            with run.database.reading() as conn:
                return store.read_version(conn).catalog
        refused = error.statement if isinstance(error, NotRun) else None
        give_up(run, change, [one for one in made.statements if one is not refused], folding(made), str(error))
        if isinstance(error, NotRun):
            raise error.reason from error
        raise


def stopped(run: Run, change: int, made: Plan) -> None:
    """Whoever began a change has stopped it: unless it is in force already, nothing of it is left."""
    if state_of(run, change) in ("applying", "filling"):
        give_up(run, change, made.statements, folding(made), "stopped")


def state_of(run: Run, change: int) -> State | None:
    """How far a change has come, as the journal says; None where it was never written down."""
    with run.database.reading() as conn:
        found = journal.read_change(conn, change)
    return found.state if found else None


def folding(made: Plan) -> list[str]:
    """The ids of the fields that get a folded column."""
    return [one.field.id for one in made.fills if one.target is None]


def _prepare(run: Run, change: int, made: Plan) -> int:
    def metadata(conn: Connection, held: Catalog) -> Catalog:
        journal.add_event(conn, change, "filling", {"folding": list(folding(made)), "done": {}})
        return plan.prepare(held, made.fills)

    return _bring(run, made.preparing, metadata, made.before)


def _fill_and_publish(run: Run, change: int, made: Plan, done: dict[str, int]) -> int:
    for at, one in enumerate(made.fills):
        _fill(run, change, made, one, str(at), done)
    kept = _archive(run, change, made)

    def metadata(conn: Connection, held: Catalog) -> Catalog:
        journal.add_event(conn, change, "published" if made.contracting else "applied", kept)
        if held is made.before:
            return made.after
        # Labels may have been translated meanwhile: the operations are applied to what is there now.
        current = plan.unprepared(held, folding(made))
        for step in made.steps:
            current = step.operation.apply_to(current)
        return current

    # Where values were copied, the database holds what was prepared for it: a resumed change must not take the catalog before it for that.
    return _bring(run, made.expanding, metadata, made.before if made.prepared is None else None)


def _bring(run: Run, statements: Sequence[Statement], metadata: Callable[[Connection, Catalog], Catalog], known: Catalog | None) -> int:
    """Bring tables and metadata to the next catalog: in one transaction, or the tables first. Returns its version.

    What is `known` is read again only if it has changed.
    """
    if not run.transactional:
        for one in statements:
            run_alone(run, one, first=run.first)

    def attempt() -> int:
        with transaction(run) as conn:
            version = store.hold_version(conn)
            held = known if known and version == known.version else store.load(conn)
            write(conn, held, metadata(conn, held))
            if run.transactional:  # last: it is what others could wait for
                run_all(conn, [one for one in statements if not actual.is_done(conn, one)])
        return version + 1

    return retried(run, attempt, statements)


def _fill(run: Run, change: int, made: Plan, one: Fill, name: str, done: dict[str, int]) -> None:
    assert made.prepared is not None
    noted = time.monotonic()

    def note(this: Fill, last: int, largest: int) -> None:
        nonlocal noted
        if run.orders.told:
            run.orders.told(this, last, largest)
        if time.monotonic() - noted > _NOTE_EVERY:  # often enough to go on from, rarely enough for a journal
            noted, done[name] = time.monotonic(), last
            with run.database.writing() as conn:
                journal.add_event(conn, change, "filling", {"folding": list(folding(made)), "done": dict(done)})

    began = datetime.now(UTC) - timedelta(seconds=30)
    fill.run(run.database, made.prepared, one, after=done.get(name, 0), told=note)
    # Requests that began before the preparing did not write both places: what was saved since is copied once more.
    time.sleep(GRACE)
    fill.run(run.database, made.prepared, one, since=began)


def _archive(run: Run, change: int, made: Plan) -> Mapping[str, Json]:
    if not made.purged:
        return {}
    with run.database.reading() as conn:
        return {"archive": archive.export(conn, made.before, made.purged, run.orders.archive, change)}


def contract(run: Run, change: int, statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Drop what was hidden, once the requests that knew it have ended, and close the change.

    Returns what the database would not drop (a view of somebody's reads it, say). Everybody goes on without it: it is
    written down, `compare` names it, and a repair drops it.
    """
    time.sleep(GRACE)
    going, reason = [one for one in statements if one.action in CONTRACTING], ""
    while going and not reason:
        reason = _not_dropped(run, going[0])
        going = going if reason else going[1:]
    detail = {"left": [asdict(one) for one in going], "reason": reason[:2000]} if going else None
    with run.database.writing() as conn:
        journal.add_event(conn, change, "applied", detail)
    return tuple(going)


def _not_dropped(run: Run, statement: Statement) -> str:
    """Run a statement, twice if need be. Returns why the database refuses it, or ''."""
    reason = ""
    for _ in range(2):
        try:
            run_alone(run, statement)
        except TableHeld as error:  # it was tried for as long as there is patience
            return str(error)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            reason = str(error.orig)
        else:
            return ""
    return reason


def mend(run: Run, change: int, statements: Sequence[Statement]) -> None:
    """Run repairs of the database, each unless it has taken effect already, and close the change."""
    try:
        for one in statements:
            (run_beside if one.later and run.database.dialect == "postgresql" else run_alone)(run, one)
    except Exception as error:
        with run.database.writing() as conn:
            journal.add_event(conn, change, "failed", {"reason": str(error)[:2000]})
        raise
    with run.database.writing() as conn:
        journal.add_event(conn, change, "applied")


def give_up(run: Run, change: int, statements: Sequence[Statement], folding: Sequence[str], reason: str) -> None:
    """Take back what a change has done so far, and close it. Decided first and written down: nobody goes on with it after.

    What was there before the change stays: a column that it would have adopted has values.
    """
    with run.database.writing() as conn:
        held = store.load(conn)
        base = plan.unprepared(held, folding)
        write(conn, held, base)
        journal.add_event(conn, change, "giving_up", {"folding": list(folding), "reason": reason[:2000]})
    with run.database.reading() as conn:
        ground, there = actual.ground(conn, frozenset()), journal.was_there(conn, change)
    done = [one for one in statements if one.action not in CONTRACTING and (one.action, one.table, one.name) not in there]
    new = {one.table for one in done if one.action == "create_table"}  # which go with all that was made in them
    for one in reversed([one for one in done if one.action == "create_table" or one.table not in new]):
        sql = "" if ddl.belongs(one, base, ground) else undoing(one, ground)
        with run.database.reading() as conn:
            wanted = bool(sql) and actual.is_done(conn, one)
        if wanted:
            # Only what was made with a new table can refer to it.
            retried(run, partial(execute, run, sql, unchecked=one.table in new), [one])
    with run.database.writing() as conn:
        journal.add_event(conn, change, "failed", {"reason": reason[:2000]})
