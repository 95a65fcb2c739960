"""The journal of changes, altered by hand: the check names the first entry that does not fit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from engine.errors import BrokenJournal
from engine.metadata import tables as t
from engine.metadata.database import Database
from engine.schema import apply, journal, migrate
from engine.schema.ops import AddEntity, AddField
from engine.schema.running import Orders
from tests.faults.conftest import a_definition

EVENT, CHANGE = t.CHANGE_EVENT, t.CHANGE


def _event(events: list[int], place: int, **values: object) -> sa.Update:
    return sa.update(EVENT).where(EVENT.c.id == events[place]).values(**values)


ALTERED: dict[str, tuple[int, Callable[[list[int], list[int]], sa.Executable]]] = {
    "a state": (2, lambda events, changes: _event(events, 2, state="failed")),
    "a moment": (1, lambda events, changes: _event(events, 1, at=sa.text("'2020-01-01 00:00:00'"))),
    "who did it": (3, lambda events, changes: _event(events, 3, process="somebody/1")),
    "what is no JSON": (2, lambda events, changes: _event(events, 2, detail="{broken")),
    "a detail": (0, lambda events, changes: _event(events, 0, detail='{"plan": ""}')),
    "its hash": (4, lambda events, changes: _event(events, 4, hash="0" * 64)),
    "an entry taken out": (3, lambda events, changes: sa.delete(EVENT).where(EVENT.c.id == events[2])),
    "the first one taken out": (1, lambda events, changes: sa.delete(EVENT).where(EVENT.c.id == events[0])),
    "what was done": (2, lambda events, changes: sa.update(CHANGE).where(CHANGE.c.id == changes[1]).values(operations="[]")),
    "what ran": (4, lambda events, changes: sa.update(CHANGE).where(CHANGE.c.id == changes[2]).values(statements="[]")),
    "who wanted it": (2, lambda events, changes: sa.update(CHANGE).where(CHANGE.c.id == changes[1]).values(author="B")),
    "what takes it back": (4, lambda events, changes: sa.update(CHANGE).where(CHANGE.c.id == changes[2]).values(reverses="[]")),
    "a change taken out": (2, lambda events, changes: sa.delete(CHANGE).where(CHANGE.c.id == changes[1])),
}
"""What is done to the journal → the place of the entry that is named."""


@pytest.fixture
def journalled(empty_database: Database) -> Database:
    """Three changes, each begun and applied."""
    with empty_database.writing() as conn:
        migrate.upgrade(conn)
    apply.publish(empty_database, [AddEntity(a_definition("c_thing"))], Orders(author="A"))
    for name in ("c_one", "c_two"):
        apply.publish(empty_database, [AddField("c_thing", name, "text", "basic", name)], Orders(author="A"))
    return empty_database


def _alter(conn: Connection, statement: sa.Executable) -> None:
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("SET session_replication_role = replica")  # as one who may do anything
    elif conn.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    else:
        conn.exec_driver_sql("SET foreign_key_checks = 0")
    conn.execute(statement)


@pytest.mark.parametrize("altered", ALTERED.values(), ids=ALTERED.keys())
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # the check reads rows and computes; the one below runs everywhere
def test_the_first_altered_entry_is_named(journalled: Database, altered: tuple[int, Callable[[list[int], list[int]], sa.Executable]]) -> None:
    place, alter = altered
    with journalled.writing() as conn:
        events, changes = (list(conn.execute(sa.select(table.c.id).order_by(table.c.id)).scalars()) for table in (EVENT, CHANGE))
        _alter(conn, alter(events, changes))
        with pytest.raises(BrokenJournal) as told:
            journal.check_chain(conn)
    assert told.value.entry == events[place]


def test_an_untouched_journal_fits(journalled: Database) -> None:
    with journalled.reading() as conn:
        assert journal.check_chain(conn) == 6
        events = list(conn.execute(sa.select(EVENT.c.id).order_by(EVENT.c.id)).scalars())
    with journalled.writing() as conn:
        conn.execute(_event(events, 3, state="failed"))
    with journalled.reading() as conn, pytest.raises(BrokenJournal) as told:
        journal.check_chain(conn)
    assert told.value.entry == events[3]


@pytest.mark.parametrize("column", ["operations", "reverses", "statements"])
def test_a_change_that_cannot_be_read_is_said_to_be_altered(journalled: Database, column: str) -> None:
    with journalled.writing() as conn:
        id = conn.execute(sa.select(sa.func.max(CHANGE.c.id))).scalar_one()
        conn.execute(sa.update(CHANGE).where(CHANGE.c.id == id).values({column: "{broken"}))
        last = conn.execute(sa.select(sa.func.max(EVENT.c.id))).scalar_one()
        for read in (lambda: journal.read_change(conn, id), lambda: journal.read_changes(conn)):
            with pytest.raises(BrokenJournal) as broken:
                read()
            assert broken.value.entry == last
