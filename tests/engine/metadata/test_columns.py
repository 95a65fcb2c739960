"""Columns keep the same value on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from engine.metadata.database import Database
from engine.metadata.model import Catalog, Entity, Json
from engine.metadata.tables import ATTEMPT
from engine.metadata.types import TYPES
from engine.records import read, write
from tests.engine.conftest import Once
from tests.engine.making import a_field, an_entity, made

CHOICES = {"choices": [{"value": one, "label": one} for one in ("a", "b", "A1-b_")]}
KINDS: Mapping[str, dict[str, Json]] = {
    "text": {"max_length": 4000}, "multiline": {"max_length": 100_000}, "rich_text": {"max_length": 100_000}, "integer": {},
    "decimal": {"places": 6}, "amount": {}, "date": {}, "time": {}, "datetime": {}, "check": {}, "choice": CHOICES,
    "multiple_choice": CHOICES, "email": {}, "phone": {}, "url": {},
}  # fmt: skip

KEPT: dict[str, tuple[str, Any]] = {
    "largest decimal": ("decimal", "999999999999.999999"),
    "smallest decimal": ("decimal", "-999999999999.999999"),
    "one millionth": ("decimal", "0.000001"),
    "decimal that no float holds": ("decimal", "0.1"),
    "decimal of fifteen digits": ("decimal", "123456789012.345"),
    "zero": ("decimal", "0"),
    "hundred": ("amount", "100"),
    "largest exact integer": ("integer", 2**53 - 1),
    "smallest exact integer": ("integer", -(2**53) + 1),
    "moment to the microsecond": ("datetime", "2026-11-24T14:30:05.123456Z"),
    "moment on the second": ("datetime", "2026-11-24T14:30:05Z"),
    "earliest moment": ("datetime", "0002-01-01T00:00:00Z"),
    "latest moment": ("datetime", "9998-12-31T23:59:59.999999Z"),
    "moment before 1970": ("datetime", "1931-07-01T00:00:00Z"),
    "moment in the hour that summer time skips": ("datetime", "2026-03-29T01:30:00Z"),
    "first day": ("date", "0001-01-01"),
    "last day": ("date", "9999-12-31"),
    "leap day": ("date", "2000-02-29"),
    "midnight": ("time", "00:00:00"),
    "last second of the day": ("time", "23:59:59"),
    "yes": ("check", True),
    "no": ("check", False),
    "emoji and rare characters": ("text", "𠮷野家🍜👩‍👩‍👧🏳️‍🌈"),
    "quotes, escapes, wildcards": ("text", "a'b\"c\\d/e%f_g`h;--"),
    "templates and markup": ("text", "<script>{{7*7}}</script> ${x} %(name)s {0.__class__}"),
    "bidirectional text": ("text", "\u200fשלום\u202e abc"),
    "combining marks stay apart": ("text", "e\u0301"),
    "blanks at the end of a word": ("text", "a\u00a0"),
    "longest line": ("text", "界" * 4000),
    "lines": ("multiline", "one\n\n\ttwo"),
    "long text": ("multiline", "界" * 100_000),
    "markup": ("rich_text", "<p>a &amp; b</p>"),
    "several choices": ("multiple_choice", ["a", "A1-b_"]),
    "choice": ("choice", "A1-b_"),
    "phone": ("phone", "+86 (10) 1234-5678"),
}  # fmt: skip


Everything = tuple[Database, Catalog, Entity]


@pytest.fixture
def everything(once: Once, workshop: Database, backend: str) -> Everything:
    """An entity with a field of each kind."""
    entity = an_entity(*(a_field(kind, kind, options) for kind, options in KINDS.items()))
    return once(backend, lambda kept: (workshop, kept.enter_context(made(workshop, entity)), entity))


@pytest.mark.parametrize("case", KEPT)
def test_a_value_comes_back_as_it_was(case: str, everything: Everything) -> None:
    database, catalog, entity = everything
    name, value = KEPT[case]
    with database.writing() as conn:
        id = write.insert(conn, catalog, entity, {name: value}, by=None)
    with database.reading() as conn:
        found = read.fetch(conn, catalog, entity, id).values[name]
    assert (found, type(found)) == (value, type(value))


def test_a_fetched_value_has_the_type_of_its_json(everything: Everything) -> None:
    """Nothing of a driver leaks: no timedelta for a time, no 0 for a no, no bytes."""
    database, catalog, entity = everything
    values = {"check": False, "time": "01:02:03", "date": "2026-11-24", "decimal": "1.5", "integer": 7, "multiple_choice": ["b"]}
    with database.writing() as conn:
        id = write.insert(conn, catalog, entity, values, by=None)
        found = read.fetch(conn, catalog, entity, id)
    assert {name: type(value) for name, value in found.values.items()} == {name: type(value) for name, value in values.items()}
    assert found.created_at.tzinfo is UTC


def test_a_naive_datetime_is_a_mistake(workshop: Database) -> None:
    with pytest.raises(StatementError, match="naive"), workshop.writing() as conn:
        conn.execute(sa.insert(ATTEMPT).values(subject="x", failures=1, last_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_moments_of_all_zones_are_compared_as_moments(workshop: Database) -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    with workshop.writing() as conn:
        conn.execute(sa.delete(ATTEMPT))
        conn.execute(sa.insert(ATTEMPT).values(subject="noon", failures=1, last_at=noon.astimezone(timezone(timedelta(hours=8)))))
        for zone in (UTC, timezone(timedelta(hours=-5))):
            assert conn.execute(sa.select(ATTEMPT.c.subject).where(ATTEMPT.c.last_at == noon.astimezone(zone))).scalar() == "noon"
            later = (noon + timedelta(microseconds=1)).astimezone(zone)
            assert conn.execute(sa.select(ATTEMPT.c.subject).where(ATTEMPT.c.last_at >= later)).scalar() is None
        conn.execute(sa.delete(ATTEMPT))


def test_columns_of_a_type_are_the_same_whatever_its_options() -> None:
    """3.1.6 and the design's "store wide": widening a field never touches the database."""
    pairs = [
        ("text", {"max_length": 1}, {"max_length": 4000}), ("integer", {"maximum": 1}, {}), ("decimal", {"digits": 2}, {"digits": 12, "places": 6}),
        ("multiline", {"max_length": 1}, {"max_length": 100_000}),
    ]  # fmt: skip
    for name, narrow, wide in pairs:
        assert repr(TYPES[name].column_type(narrow)) == repr(TYPES[name].column_type(wide))


def test_to_column_speaks_the_databases_language() -> None:
    assert TYPES["decimal"].to_column("1.50") == Decimal("1.50")
    assert TYPES["date"].to_column("2026-11-24") == date(2026, 11, 24)
    assert TYPES["time"].to_column("14:30:00") == time(14, 30)
    assert TYPES["datetime"].to_column("2026-11-24T14:30:00Z") == datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    assert TYPES["integer"].to_column(3.0) == 3
    assert TYPES["rich_text"].to_column("<b onclick='x'>a</b>") == "<b>a</b>"
