"""Makes a chosen call of the database fail, as a broken connection would: before it ran, after it ran, or from then on for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from engine.metadata.database import Database

Way = Literal["refused", "unanswered", "gone"]
"""Refused: the call does not run. Unanswered: it runs, and nobody hears of it. Gone: nor does any call after it."""
READING = ("SELECT", "PRAGMA", "SET", "SHOW")


@dataclass
class Failing:
    """Counts calls from the first that writes; the one of number `at` fails. One that fails before has changed nothing."""

    at: int
    way: Way
    calls: int = 0

    @property
    def fired(self) -> bool:
        """Whether any call has failed."""
        return self.calls >= self.at

    def on_statement(self, conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        """Another statement is about to run."""
        if self.calls or not statement.lstrip().startswith(READING):
            self.before()

    def before(self) -> None:
        """Another call begins."""
        self.calls += 1
        if (self.way == "refused" and self.calls == self.at) or (self.way == "gone" and self.fired):
            raise _error()

    def after(self, *_: Any) -> None:
        """It has run."""
        if self.way == "unanswered" and self.calls == self.at:
            raise _error()


def _error() -> OperationalError:
    return OperationalError("a call", None, ConnectionError("made to fail by the test"))


@contextmanager
def failing(database: Database, at: int, way: Way) -> Iterator[Failing]:
    """The call of number `at`, statements and commits counted, fails within."""
    counter = Failing(at, way)
    dialect: Any = database.engine.dialect
    commit = dialect.do_commit

    def do_commit(connection: Any) -> None:
        if counter.calls:
            counter.before()
        commit(connection)
        counter.after()

    event.listen(Engine, "before_cursor_execute", counter.on_statement)
    event.listen(Engine, "after_cursor_execute", counter.after)
    dialect.do_commit = do_commit
    try:
        yield counter
    finally:
        del dialect.do_commit
        event.remove(Engine, "before_cursor_execute", counter.on_statement)
        event.remove(Engine, "after_cursor_execute", counter.after)
