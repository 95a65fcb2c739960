"""Reference c: the page and the count as two raw SQL statements with a plain ILIKE, on a table as one writes it by hand.

The table holds the same customers without folded columns and without indexes, its texts in the database's own
collation. SQLite and MariaDB know no ILIKE; their LIKE ignores case by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import URL

from bench.customers import Customer
from bench.scratch import placeholder, raw_connection

NAME = "raw page + count"

_KINDS = {"status": "BIGINT", "type": "BIGINT", "credit_amount": "NUMERIC(18, 2)", "created": "DATE", "created_at": "TIMESTAMP NULL"}


class RawCustomers:
    """The hand-written customer table."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._connection = raw_connection(url)
        if url.get_backend_name() == "postgresql":
            self._connection.autocommit = True

    def load(self, rows: Iterable[Customer], first: int) -> None:
        """Add rows, numbered from `first`; the table is made with the first one."""
        names = Customer.__slots__
        cursor = self._connection.cursor()
        if first == 1:
            columns = ", ".join(f"{name} {_KINDS.get(name, 'TEXT')}" for name in names)
            cursor.execute(f"CREATE TABLE raw_customer (id INTEGER PRIMARY KEY, {columns})")
        values = ([number, *(_plain(getattr(one, name)) for name in names)] for number, one in enumerate(rows, first))
        if self._url.get_backend_name() == "postgresql":
            with cursor.copy(f"COPY raw_customer (id, {', '.join(names)}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
            return
        marks = ", ".join([placeholder(self._url)] * (len(names) + 1))
        cursor.executemany(f"INSERT INTO raw_customer (id, {', '.join(names)}) VALUES ({marks})", values)
        self._connection.commit()

    def analyse(self) -> None:
        """Let the planner know the table as well as it knows the product's."""
        statement = {"sqlite": "ANALYZE", "postgresql": "VACUUM ANALYZE raw_customer"}.get(
            self._url.get_backend_name(), "ANALYZE TABLE raw_customer"
        )
        cursor = self._connection.cursor()
        cursor.execute(statement)
        if cursor.description:
            cursor.fetchall()

    def search(self, term: str, kind: int, first: str, last: str) -> Callable[[], int]:
        """A call that reads the page of 50 and counts all; it gives the count."""
        mark = placeholder(self._url)
        like = "ILIKE" if self._url.get_backend_name() == "postgresql" else "LIKE"
        found = f"FROM raw_customer WHERE name {like} {mark} AND type = {mark} AND created BETWEEN {mark} AND {mark}"
        values: tuple[Any, ...] = (f"%{term}%", kind, first, last)
        cursor = self._connection.cursor()

        def search() -> int:
            cursor.execute(f"SELECT * {found} ORDER BY name LIMIT 50", values)
            cursor.fetchall()
            cursor.execute(f"SELECT count(*) {found}", values)
            return int(cursor.fetchone()[0])

        return search

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _plain(value: Any) -> Any:
    """Dates as text: SQLite has no type for them, the others read it. Moments are UTC."""
    if isinstance(value, datetime):
        return str(value.replace(tzinfo=None))
    return str(value) if isinstance(value, date) else value
