"""The fixed tables: migrations give exactly what `engine.metadata.tables` describes, on each database."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.tables import METADATA
from engine.schema import migrate
from tests.databases import Databases


def shape(conn: Connection, table: str) -> dict[str, Any]:
    """All that the database itself says about a table."""
    seen = sa.inspect(conn)
    columns = {
        one["name"]: (one["type"].compile(conn.dialect), one["nullable"], str(one["default"]), bool(one.get("autoincrement")))
        for one in seen.get_columns(table)
    }
    return {
        "columns": columns,
        "order": list(columns),
        "primary key": seen.get_pk_constraint(table),
        "foreign keys": sorted(seen.get_foreign_keys(table), key=str),
        "unique": sorted(seen.get_unique_constraints(table), key=str),
        "indexes": sorted(seen.get_indexes(table), key=str),
        "options": seen.get_table_options(table),
    }


def test_migrations_make_the_tables_that_the_program_expects(databases: Databases, empty_database: Database, backend: str) -> None:
    expected = databases.empty(backend)
    with expected.writing() as conn:
        METADATA.create_all(conn)
    with empty_database.writing() as conn:
        migrate.upgrade(conn)
    with expected.reading() as wanted, empty_database.reading() as found:
        assert set(sa.inspect(found).get_table_names()) == {*METADATA.tables, "fl_alembic"}
        for table in METADATA.tables:
            assert shape(found, table) == shape(wanted, table), table
    databases.drop(expected)


def test_a_migrated_database_is_current_and_migrating_again_changes_nothing(empty_database: Database) -> None:
    with empty_database.reading() as conn:
        assert not migrate.is_current(conn)
    for _ in range(2):
        with empty_database.writing() as conn:
            migrate.upgrade(conn)
    with empty_database.reading() as conn:
        assert migrate.is_current(conn)
        assert store.read_version(conn) == store.Version(0, 0)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_an_upgrade_that_fails_leaves_nothing_behind(empty_database: Database) -> None:
    """8.1: the old state is whole; MariaDB cannot take table definitions back."""

    def fails() -> None:
        with empty_database.writing() as conn:
            migrate.upgrade(conn)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with empty_database.reading() as conn:
        assert sa.inspect(conn).get_table_names() == []


@pytest.mark.parametrize("backend", ["mariadb"], indirect=True)
def test_tables_of_records_from_before_are_counted_in_few_pages_too(installed: Database) -> None:
    with installed.writing() as conn:
        assert pages(conn, "customer") == "8"
        conn.execute(sa.text("ALTER TABLE customer STATS_SAMPLE_PAGES=DEFAULT"))
        conn.execute(sa.text("CREATE TABLE somebodys (id integer)"))
        conn.execute(sa.text("UPDATE fl_alembic SET version_num = '0004'"))
    with installed.writing() as conn:
        migrate.upgrade(conn)
        assert (pages(conn, "customer"), pages(conn, "somebodys"), pages(conn, "fl_field")) == ("8", None, None)


@pytest.mark.parametrize("backend", ["mariadb"], indirect=True)
def test_nobody_waits_behind_an_upgrade_that_waits_for_a_table(installed: Database) -> None:
    with installed.writing() as conn:
        conn.execute(sa.text("ALTER TABLE customer STATS_SAMPLE_PAGES=DEFAULT"))
        conn.execute(sa.text("ALTER TABLE contact STATS_SAMPLE_PAGES=DEFAULT"))
        conn.execute(sa.text("UPDATE fl_alembic SET version_num = '0004'"))
    with installed.engine.connect() as holder:
        holder.execute(sa.text("SELECT count(*) FROM customer"))
        with installed.writing() as conn:
            conn.execute(sa.text("SET lock_wait_timeout = 1"))
            migrate.upgrade(conn)
            assert (pages(conn, "customer"), pages(conn, "contact")) == (None, "8")
    with installed.reading() as conn:
        assert migrate.is_current(conn)


def pages(conn: Connection, table: str) -> str | None:
    """In how many pages of an index its values are counted; None where the server decides."""
    told = str(sa.inspect(conn).get_table_options(table))
    found = re.search(r"stats_sample_pages\W+(\d+)", told, re.IGNORECASE)
    return found[1] if found else None
