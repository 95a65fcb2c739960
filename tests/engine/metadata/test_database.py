"""Units of work: whole or not at all, on each database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from engine.errors import BadDatabaseUrl, Unavailable
from engine.metadata.database import Database
from engine.metadata.tables import ATTEMPT, SESSION
from engine.schema import migrate
from tests.databases import url_of


def count(database: Database, subject: str) -> int:
    """How many rows of that subject there are."""
    with database.reading() as conn:
        return int(conn.execute(sa.select(sa.func.count()).select_from(ATTEMPT).where(ATTEMPT.c.subject == subject)).scalar_one())


def add(conn: sa.Connection, subject: str) -> None:
    """One row."""
    conn.execute(sa.insert(ATTEMPT).values(subject=subject, failures=1, last_at=datetime.now(UTC)))


def test_a_writing_unit_is_kept_when_it_ends(workshop: Database) -> None:
    with workshop.writing() as conn:
        add(conn, "kept")
    assert count(workshop, "kept") == 1
    with workshop.writing() as conn:
        conn.execute(sa.delete(ATTEMPT))


def test_a_writing_unit_that_fails_never_was(workshop: Database) -> None:
    def fails() -> None:
        with workshop.writing() as conn:
            add(conn, "lost")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert count(workshop, "lost") == 0


def test_foreign_keys_are_kept_by_the_database(workshop: Database) -> None:
    now = datetime.now(UTC)
    row = {"token_hash": "x", "user_id": 10**9, "created_at": now, "expires_at": now}
    with pytest.raises(IntegrityError), workshop.writing() as conn:
        conn.execute(sa.insert(SESSION).values(row))


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_definitions_are_part_of_the_unit(workshop: Database) -> None:
    """SQLite's own driver would commit before them; MariaDB does, and is dealt with by the journal of changes."""

    def fails() -> None:
        with workshop.writing() as conn:
            sa.Table("short_lived", sa.MetaData(), sa.Column("id", sa.Integer)).create(conn)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with workshop.reading() as conn:
        assert not sa.inspect(conn).has_table("short_lived")


def test_two_writers_both_succeed(empty_database: Database) -> None:
    """Each reads before it writes: without a lock from the start, SQLite would refuse one of them."""
    with empty_database.writing() as conn:
        migrate.upgrade(conn)
        add(conn, "counter")
    barrier, errors = threading.Barrier(4), []

    def work() -> None:
        barrier.wait()
        try:
            for _ in range(5):
                with empty_database.writing() as conn:
                    read = sa.select(ATTEMPT.c.failures).where(ATTEMPT.c.subject == "counter")
                    seen = conn.execute(read.with_for_update()).scalar_one()
                    conn.execute(sa.update(ATTEMPT).where(ATTEMPT.c.subject == "counter").values(failures=seen + 1))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with empty_database.reading() as conn:
        assert conn.execute(sa.select(ATTEMPT.c.failures)).scalar_one() == 21


def test_a_reader_sees_what_was_committed_a_moment_ago(workshop: Database) -> None:
    with workshop.writing() as conn:
        add(conn, "seen")
        assert count(workshop, "seen") == 0
    assert count(workshop, "seen") == 1
    with workshop.writing() as conn:
        conn.execute(sa.delete(ATTEMPT))


@pytest.mark.parametrize("backend", ["mariadb"], indirect=True)  # the one whose driver asks the server to roll back nothing
def test_a_reading_unit_asks_the_server_only_what_it_was_asked_itself(workshop: Database) -> None:
    own = Database(url_of(workshop))  # with one connection, which counts what it is asked

    def questions() -> int:
        with own.reading() as conn:
            return int(conn.execute(sa.text("SHOW SESSION STATUS LIKE 'Questions'")).one()[1])

    before = questions()
    assert questions() - before == 1
    own.close()


@pytest.mark.parametrize("url", ["", "nonsense", "oracle://localhost/x", "sqlite+unknown:///x", "postgresql+nodriver://x/y"])
def test_a_url_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(BadDatabaseUrl):
        Database(url)


@pytest.mark.parametrize("url", ["postgresql://postgres@127.0.0.1:1/x", "mariadb://root@127.0.0.1:1/x", "sqlite:////no/such/folder/x.sqlite3"])
def test_a_database_that_cannot_be_reached_is_said_so(url: str) -> None:
    database = Database(url)
    with pytest.raises(Unavailable), database.reading() as conn:
        conn.execute(sa.select(1))
    database.close()
