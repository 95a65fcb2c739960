"""Running statements without keeping anybody waiting: never in a queue for a table, again and again until it is free."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.errors import ChangeRefused, TableHeld
from engine.messages import M_
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.metadata.physical import entity_of
from engine.schema import actual, fill
from engine.schema.statement import MARIADB, Statement, drop_half_built

if TYPE_CHECKING:
    from engine.schema.plan import Plan

LOCK_TIMEOUT = "20ms"
"""How long a statement may wait for a table on PostgreSQL: everybody who comes after it waits with it."""
_PAUSES = {True: (0.02, 0.5), False: (0.002, 0.01)}
"""The first and the longest pause between tries, in seconds. MariaDB cannot wait for a moment, so it is asked often: that costs nobody anything."""
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Orders:
    """How a change is to be applied, and by whom.

    `base` is the version it was looked at with, `seen` the hash of the plan that was shown; either refuses what has
    changed since. `patience` is for a table that somebody holds, in seconds. `archive` is the folder for what is purged.
    `more` adds what rooms beside this one find in the plan. `known` spares reading the metadata, if it is what is in force.
    """

    user_id: int | None = None
    author: str = ""
    note: str = ""
    undoes: int | None = None
    base: int | None = None
    seen: str = ""
    confirmed: frozenset[str] = frozenset()
    patience: float = 30.0
    archive: Path = field(default_factory=lambda: Path("purged"))
    told: fill.Told | None = None
    more: Callable[[Connection, Plan], Plan] | None = None
    known: Catalog | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One change on its way on one database. `first` says that nothing of it can be there yet: it is nobody's second try, and adopts nothing."""

    database: Database
    orders: Orders
    first: bool = False

    @property
    def transactional(self) -> bool:
        """Whether DDL can be rolled back here."""
        return self.database.dialect not in MARIADB


@contextmanager
def transaction(run: Run) -> Iterator[Connection]:
    """A transaction that gives up rather than wait for a table."""
    with run.database.writing() as conn:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        yield conn


def retried(run: Run, attempt: Callable[[], Made], statements: Iterable[Statement]) -> Made:
    """Try until nobody holds the table, with pauses in which others go on. Raises TableHeld when patience ends."""
    began, (pause, longest) = time.monotonic(), _PAUSES[run.transactional]
    while True:
        try:
            return attempt()
        except DBAPIError as error:
            spent = time.monotonic() - began
            if not is_held(error):
                raise
            if spent > run.orders.patience:
                held = next((entity_of(one.table) for one in statements), "")  # a new extension table waits for the entity's own
                raise TableHeld(held, spent) from None
        time.sleep(pause * (0.5 + random.random()))  # noqa: S311  # not in step with those who write
        pause = min(pause * 1.5, longest)


def is_held(error: DBAPIError) -> bool:
    """Whether a statement failed because somebody else holds what it needs: worth another try."""
    state = getattr(error.orig, "sqlstate", None) or ""
    code = error.orig.args[0] if error.orig and error.orig.args else None
    return state in ("55P03", "40P01", "40001") or code in (1205, 1213) or "database is locked" in str(error.orig)


def run_all(conn: Connection, statements: Iterable[Statement]) -> None:
    """Run statements within a transaction, and see that they took effect."""
    told = list(statements)
    for one in told:
        # An index outlives the setting it was made for: a field that is searched again may have its own still.
        if one.action != "create_index" or not actual.is_done(conn, one):
            conn.exec_driver_sql(one.sql)
    for one in told:
        _see(conn, one)


def run_beside(run: Run, statement: Statement) -> None:
    """Run a statement outside of any transaction, as what goes on beside the writers must be."""
    with run.database.reading() as conn:
        if not actual.is_done(conn, statement) or statement.name in actual.half_built(conn, statement.table):
            conn.exec_driver_sql(statement.sql)
    with run.database.reading() as conn:
        check(conn, statement)


_THERE_ALREADY = ((1050,), (1060,), (1061,), (1826,))
"""How MariaDB says that a table, a column, an index or a foreign key of that name exists."""


class NotRun(Exception):
    """The database refused a statement of a first try, since something of that name is there: somebody else's."""

    def __init__(self, statement: Statement, reason: DBAPIError) -> None:
        super().__init__(str(reason.orig))
        self.statement, self.reason = statement, reason


def run_alone(run: Run, statement: Statement, *, first: bool = False) -> None:
    """Run a statement by itself, unless it has taken effect already; the `first` time it cannot have. Raises NotRun then."""
    with run.database.reading() as conn:
        if not first and actual.is_done(conn, statement):
            check(conn, statement)
            return
    try:
        retried(run, lambda: execute(run, statement.sql), [statement])
    except DBAPIError as error:
        if first and (error.orig.args[:1] if error.orig else ()) in _THERE_ALREADY:
            raise NotRun(statement, error) from error
        raise
    with run.database.reading() as conn:
        _see(conn, statement)


def execute(run: Run, sql: str, *, unchecked: bool = False) -> None:
    """Run one statement of DDL by itself; `unchecked`, whoever refers to what it drops. On MariaDB it is its own transaction in any case."""
    with transaction(run) if run.transactional else run.database.reading() as conn:
        unchecked = conn.dialect.name in MARIADB and (unchecked or "FOREIGN KEY" in sql)
        if unchecked:  # a new column is empty: there is nothing to check, and so nothing to copy
            conn.exec_driver_sql("SET foreign_key_checks = 0")
        try:
            conn.exec_driver_sql(sql)
        finally:
            if unchecked:
                conn.exec_driver_sql("SET foreign_key_checks = 1")


def check(conn: Connection, statement: Statement) -> None:
    """What somebody else has made must be what the statement was for. Raises ChangeRefused."""
    if not actual.is_as_told(conn, statement):
        raise _not_as_made(statement)


def _see(conn: Connection, statement: Statement) -> None:
    """A statement that has just been run must have taken effect. Raises ChangeRefused."""
    if not actual.is_done(conn, statement):
        raise _not_as_made(statement)


def _not_as_made(statement: Statement) -> ChangeRefused:
    told = M_("“%(table)s.%(name)s” is not as it was made: something else changed the table.", table=statement.table, name=statement.name)
    return ChangeRefused([told], ["V1"])


def build_later(database: Database, statements: Iterable[Statement]) -> list[Statement]:
    """Build the indexes of large tables beside the writers. Returns those that could not be built now: `schema repair` offers them.

    On SQLite an index stops all writers while it is built, so it is left to an operator who says when.
    """
    return [one for one in statements if database.dialect == "sqlite" or not _is_built(database, one)]


def _is_built(database: Database, statement: Statement) -> bool:
    try:
        with database.reading() as conn:
            if statement.name in actual.half_built(conn, statement.table):
                conn.exec_driver_sql(drop_half_built(statement.name))
            if not actual.is_done(conn, statement):
                conn.exec_driver_sql(statement.sql)
    except DBAPIError:
        return False
    return True
