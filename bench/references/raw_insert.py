"""References b and f: the same 60 columns as raw SQL, one row with its commit, or many with executemany."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import URL

from bench.fields import Spec, column_value, record
from bench.scratch import placeholder, raw_connection

NAME, NAME_MANY = "raw INSERT", "executemany"

_COLUMNS = {
    "integer": "BIGINT",
    "decimal": "NUMERIC(12, 2)",
    "date": "DATE",
    "check": "BOOLEAN",
    "industry": "BIGINT",
    "datetime": "TIMESTAMP NULL",
}


class RawTable:
    """A table with the 60 columns and a primary key, nothing else."""

    def __init__(self, url: URL, name: str, fields: tuple[Spec, ...]) -> None:
        self._fields = fields
        self._connection = raw_connection(url)
        key = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "BIGSERIAL PRIMARY KEY"}.get(
            url.get_backend_name(), "BIGINT AUTO_INCREMENT PRIMARY KEY"
        )
        columns = ", ".join(f"{one.name} {_COLUMNS.get(one.kind, 'TEXT')}" for one in fields)
        cursor = self._connection.cursor()
        cursor.execute(f"CREATE TABLE {name} (id {key}, {columns})")
        self._connection.commit()
        marks = ", ".join([placeholder(url)] * len(fields))
        self._insert = f"INSERT INTO {name} ({', '.join(one.name for one in fields)}) VALUES ({marks})"

    def row(self, number: int) -> list[Any]:
        """One record's column values."""
        values = record(number, self._fields)
        return [column_value(one, values[one.name]) for one in self._fields]

    def inserter(self) -> Callable[[], object]:
        """A call that inserts one row and commits."""
        row = self.row(1)
        cursor = self._connection.cursor()

        def insert() -> None:
            cursor.execute(self._insert, row)
            self._connection.commit()

        return insert

    def insert_many(self, rows: Sequence[Sequence[Any]]) -> None:
        """All rows and one commit."""
        self._connection.cursor().executemany(self._insert, rows)
        self._connection.commit()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
