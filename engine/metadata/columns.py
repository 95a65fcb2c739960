"""Column types that keep the same value on SQLite, PostgreSQL and MariaDB.

Store wide, validate narrow: one wide integer, one wide decimal, unbounded text. Widening a field is then
metadata only. Text compares by code point everywhere, because the folded columns already say what is equal.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, Numeric, Text
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

DECIMAL_PLACES = 6
DECIMAL_DIGITS = 18

Id = BigInteger().with_variant(Integer, "sqlite")
"""Identity columns: SQLite only numbers rows by itself in a column declared INTEGER."""

WideText = (
    Text()
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.TEXT(charset="utf8mb4", collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)
LongText = (
    Text()
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.MEDIUMTEXT(charset="utf8mb4", collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)
Bytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def short_text(length: int) -> TypeEngine[str]:
    """Text for keys and names of the fixed tables, indexable on every database."""
    return (
        sqlite.VARCHAR(length)
        .with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
    )


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in, aware UTC datetimes out; naive ones are a mistake of the caller."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """TIMESTAMPTZ where there is one, else a plain date and time that is UTC by our own promise."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC. Raises ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored: say which time zone is meant")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """Decimals that never pass through a float: NUMERIC, and integers scaled by 10**6 on SQLite.

    SQLite's own NUMERIC is a float underneath and loses digits of large amounts.
    """

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A scaled BIGINT on SQLite, NUMERIC(18, 6) elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(DECIMAL_DIGITS, DECIMAL_PLACES))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Scale for SQLite."""
        if value is None or dialect.name != "sqlite":
            return value
        return int(value.scaleb(DECIMAL_PLACES).to_integral_exact())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Unscale from SQLite."""
        if value is None or dialect.name != "sqlite":
            return value  # type: ignore[no-any-return]  # the driver's Decimal
        return Decimal(value).scaleb(-DECIMAL_PLACES)
