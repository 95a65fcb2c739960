"""What is asked of the database itself: its answers are the same on every database, whoever holds the table."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.metadata.database import Database
from engine.schema import actual

ASKED = [
    pytest.param("c_thing", "c_text", True, id="there"),
    pytest.param("c_thing", "order", True, id="a-reserved-word"),
    pytest.param("c_thing", "c_gone", False, id="not-there"),
    pytest.param("c_thing", "c_thing", False, id="the-table’s-own-name"),
    pytest.param("c_nothing", "c_text", False, id="no-such-table"),
]


@pytest.fixture
def asked(empty_database: Database) -> Database:
    with empty_database.writing() as conn:
        quoted = conn.dialect.identifier_preparer.quote("order")
        conn.exec_driver_sql(f"CREATE TABLE c_thing (id INTEGER PRIMARY KEY, c_text VARCHAR(20), {quoted} INTEGER)")
    return empty_database


@pytest.mark.parametrize(("table", "name", "there"), ASKED)
def test_a_column_is_there_or_it_is_not(asked: Database, table: str, name: str, there: bool) -> None:
    with asked.writing() as conn:
        assert actual.has_column(conn, table, name) is there
        assert conn.execute(sa.text("SELECT 1")).scalar() == 1  # what was not there did not end the transaction


@pytest.mark.parametrize("backend", ["mariadb"], indirect=True)  # the others lock no table against those who look at its columns
def test_a_column_is_seen_while_somebody_has_the_table_for_themselves(asked: Database) -> None:
    with asked.engine.connect() as holder:
        holder.exec_driver_sql("LOCK TABLES c_thing WRITE")
        try:
            with asked.reading() as conn:
                assert actual.has_column(conn, "c_thing", "c_text")
                assert not actual.has_column(conn, "c_thing", "c_gone")
        finally:
            holder.exec_driver_sql("UNLOCK TABLES")
