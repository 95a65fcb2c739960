"""Changes of the metadata from the command line: whoever can start it may do what an administrator may.

Operations, plans and what came of them are in their JSON form here.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from engine.errors import DatabaseSays, FieldloomError, NotSetUp, UnknownChange
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Json
from engine.schema import apply, journal, recover, running
from engine.schema.apply import Orders
from engine.schema.operation import Operation
from engine.schema.plan import Fill
from engine.service import drift, evolution, plan_json, rule_findings, setup, starts

Told = Callable[[str, int, int], None]
"""(what, done, whole): how far a copying is."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a change from the command line is to be made. `seen` is the hash of the plan that was shown."""

    archive: Path
    note: str = ""
    seen: str = ""
    confirmed: frozenset[str] = frozenset()
    undoes: int | None = None
    told: Told | None = None

    @property
    def orders(self) -> Orders:
        """The same for the engine."""
        return Orders(
            author=author(),
            note=self.note,
            seen=self.seen,
            confirmed=self.confirmed,
            undoes=self.undoes,
            archive=self.archive,
            told=_drawn(self.told),
            more=rule_findings.added,
        )


@contextmanager
def in_words(database: Database) -> Iterator[None]:
    """What a database answers that is no database of ours, or not yet. Raises NotSetUp, DatabaseSays."""
    try:
        yield
    except DBAPIError as error:
        told: FieldloomError = DatabaseSays(str(error.orig))
        with suppress(DBAPIError):  # else it is what it says
            if not setup.is_of_this_version(database):
                told = NotSetUp(older=setup.has_tables(database))
        raise told from error


def author() -> str:
    """Who is at the command line, as the journal names them."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container's user need not have a name
        return "command line"


def _drawn(told: Told | None) -> Callable[[Fill, int, int], None] | None:
    return None if told is None else lambda one, done, whole: told(f"Copying {one.field.entity}.{one.field.name}", done, whole)


def look(database: Database, documents: Json, undoes: int | None = None) -> dict[str, Json]:
    """What operations would do here. Changes nothing. Raises BadOperation."""
    operations = _read(documents, undoes)
    with database.reading() as conn:
        return plan_json.of_preview(evolution.looked_at(database, conn, store.load(conn), operations, undoes))


def carry_out(database: Database, documents: Json, wish: Wish) -> dict[str, Json]:
    """Apply operations as one change. `left` are indexes that an operator has to say when to build, `not_dropped` is what the database would not drop.

    Raises BadOperation and what `evolution.publish` raises.
    """
    operations = _read(documents, wish.undoes)
    done = apply.publish(database, operations, wish.orders)
    starts.after(database, operations)
    try:
        left = running.build_later(database, done.later)
    except KeyboardInterrupt:  # the change is in force: only its indexes wait, and a repair builds them
        left = list(done.later)
    told = {"left": [one.sql for one in left], "not_dropped": [one.sql for one in done.left]}
    return {"change": done.change, "version": done.version, **told}


def _read(documents: Json, undoes: int | None) -> Sequence[Operation]:
    return evolution.read_operations(documents) if undoes is None else evolution.read_journalled(documents)


def reversal(database: Database, change: int) -> list[Json]:
    """The operations that take a change back. Raises UnknownChange, NotUndoable."""
    with database.reading() as conn:
        return [one.to_json() for one in evolution.taken_back(conn, change)]


def changes(database: Database, *, limit: int, before: int | None = None) -> list[dict[str, Json]]:
    """The journal, newest first."""
    with database.reading() as conn:
        catalog, undone = store.load(conn), journal.undone(conn)
        found = journal.read_changes(conn, limit=limit, before=before)
        return [plan_json.of_change(one, catalog) | {"undone": one.id in undone} for one in found]


def change(database: Database, id: int) -> dict[str, Json]:
    """One entry of the journal with its events. Raises UnknownChange."""
    with database.reading() as conn:
        found = journal.read_change(conn, id)
        if found is None:
            raise UnknownChange(id)
        told = plan_json.of_change(found, store.load(conn), events=journal.events_of(conn, id))
        return told | {"undone": id in journal.undone(conn)}


def checked_chain(database: Database) -> int:
    """How many events the journal has, each fitting the one before. Raises BrokenJournal."""
    with database.reading() as conn:
        return journal.check_chain(conn)


def checked(database: Database) -> list[dict[str, Json]]:
    """What differs between definitions and database; `repair` says in words what would mend it."""
    with database.reading() as conn:
        return drift.found(conn, store.load(conn))


def repaired(database: Database, wish: Wish) -> list[int]:
    """End what was left open, take fields back that were set aside, make again in the database what is not there.

    Returns the ids of the changes made. Raises what `evolution.publish` raises.
    """
    return drift.repair(database, wish.orders)


def recovered(database: Database, wish: Wish) -> int | None:
    """Bring to its end what a killed process left open. Returns the change's id. Raises ChangeUnderWay while that process lives."""
    found = recover.recover(database, wish.orders)
    return None if found is None else found.id
