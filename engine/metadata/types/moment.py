"""Dates and times. A date and time is a moment: stored in UTC, typed and shown in the reader's time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

import babel
from babel.dates import format_date, format_time, get_date_format
from sqlalchemy import Date as DateColumn
from sqlalchemy import Time as TimeColumn
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from engine.messages import M_
from engine.metadata.columns import UtcDateTime
from engine.metadata.model import Json
from engine.metadata.types.base import FieldType, Invalid, Options, Region, ascii_digits

DATE_OPERATORS = ("_eq", "_neq", "_lt", "_lte", "_gt", "_gte", "_between", "_relative", "_null", "_nnull")
# Years have four digits: two would have to be guessed, and a birthday would land in the wrong century.
_SEPARATOR = r"[\s./\-年月，,／．－、]+"
_YEAR_FIRST = re.compile(rf"([0-9]{{4}}){_SEPARATOR}([0-9]{{1,2}}){_SEPARATOR}([0-9]{{1,2}})\s*[日号]?")
_YEAR_LAST = re.compile(rf"([0-9]{{1,2}}){_SEPARATOR}([0-9]{{1,2}}){_SEPARATOR}([0-9]{{4}})")
_TIME = re.compile(r"[0-9]{2}(:?[0-9]{2}){0,2}(\.[0-9]+)?")
_RFC_3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")


def read_rfc3339(text: str) -> datetime:
    """The moment of an RFC 3339 timestamp, and of nothing else. Raises ValueError."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text.upper())


def _read_date(text: str, locale: babel.Locale) -> date:
    """The day typed with the year first, or in the locale's order if that has the year last. Raises ValueError."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
        return date(year, month, day)
    order = get_date_format("short", locale).pattern
    match = _YEAR_LAST.fullmatch(text)
    if match is None or order.startswith("y"):
        raise ValueError(text)
    first, second, year = (int(part) for part in match.groups())
    month, day = (first, second) if order.index("M") < order.index("d") else (second, first)
    return date(year, day, month) if month > 12 else date(year, month, day)


class Date(FieldType):
    """A calendar day."""

    name = "date"
    widget = "date"
    label = M_("Date")
    operators: ClassVar[tuple[str, ...]] = DATE_OPERATORS

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """DATE."""
        return DateColumn()

    def json_schema(self, options: Options) -> dict[str, Json]:
        """An ISO date."""
        return {"type": "string", "format": "date"}

    def parse_text(self, text: str, region: Region) -> Json:
        """ISO from a date picker, or typed in the reader's order. Raises Invalid."""
        try:
            return _read_date(ascii_digits(text), region.locale).isoformat()
        except ValueError:
            raise Invalid("date", M_("“%(text)s” is not a date. Write it like %(example)s.", text=text[:40], example="2026-11-24")) from None

    def format(self, value: Json, region: Region, options: Options) -> str:
        """In the reader's medium format."""
        return format_date(date.fromisoformat(value), locale=region.locale)

    def to_column(self, value: Json) -> Any:
        """A date."""
        return date.fromisoformat(value)

    def to_json(self, value: Any) -> Json:
        """ISO text."""
        return value.isoformat()


class Time(FieldType):
    """A time of day, to the second."""

    name = "time"
    widget = "time"
    label = M_("Time")
    operators: ClassVar[tuple[str, ...]] = ("_eq", "_neq", "_lt", "_lte", "_gt", "_gte", "_between", "_null", "_nnull")

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """TIME."""
        return TimeColumn().with_variant(mysql.TIME(fsp=6), "mysql", "mariadb")

    def json_schema(self, options: Options) -> dict[str, Json]:
        """HH:MM:SS."""
        return {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"}

    def parse_text(self, text: str, region: Region) -> Json:
        """The time typed as HH, HH:MM or HH:MM:SS, with colons or without. Raises Invalid."""
        told = ascii_digits(text).replace("：", ":")
        try:
            if not _TIME.fullmatch(told):  # the library takes 20261124 for a time with a fraction of a second
                raise ValueError(text)
            parsed = time.fromisoformat(told)
        except ValueError:
            raise Invalid("time", M_("“%(text)s” is not a time. Write it like %(example)s.", text=text[:40], example="14:30")) from None
        return parsed.replace(microsecond=0).isoformat()

    def format(self, value: Json, region: Region, options: Options) -> str:
        """In the reader's short format."""
        return format_time(time.fromisoformat(value), format="short", locale=region.locale)

    def to_column(self, value: Json) -> Any:
        """A time."""
        return time.fromisoformat(value)

    def to_json(self, value: Any) -> Json:
        """HH:MM:SS."""
        return value.replace(microsecond=0).isoformat()


class DateTime(FieldType):
    """A moment: date and time."""

    name = "datetime"
    widget = "datetime"
    label = M_("Date and time")
    operators: ClassVar[tuple[str, ...]] = DATE_OPERATORS

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """A UTC timestamp."""
        return UtcDateTime()

    def json_schema(self, options: Options) -> dict[str, Json]:
        """An RFC 3339 timestamp with its zone."""
        return {"type": "string", "format": "date-time"}

    def parse_text(self, text: str, region: Region) -> Json:
        """A local time of the reader's zone, or one that names its zone. Raises Invalid."""
        try:
            moment = datetime.fromisoformat(ascii_digits(text))
            return self.to_json(moment if moment.tzinfo else moment.replace(tzinfo=region.timezone))
        except (ValueError, OverflowError):  # the first and last hours of the calendar are outside it in UTC
            raise Invalid(
                "date-time",
                M_("“%(text)s” is not a date and time. Write it like %(example)s.", text=text[:40], example="2026-11-24 14:30"),
            ) from None

    def normalise(self, value: Json) -> Json:
        """The same moment in UTC."""
        try:
            return self.to_json(read_rfc3339(value)) if isinstance(value, str) else value
        except (ValueError, OverflowError):
            return value

    def format(self, value: Json, region: Region, options: Options) -> str:
        """In the reader's zone and medium date, short time."""
        moment = datetime.fromisoformat(value)
        pattern = "short" if moment.second == 0 else "medium"
        local = moment.astimezone(region.timezone)
        return f"{format_date(local.date(), locale=region.locale)} {format_time(local.time(), format=pattern, locale=region.locale)}"

    def edit(self, value: Json, region: Region, options: Options) -> str:
        """As a `datetime-local` control takes it: to the second."""
        return datetime.fromisoformat(value).astimezone(region.timezone).replace(tzinfo=None).isoformat(timespec="seconds")

    def to_column(self, value: Json) -> Any:
        """An aware datetime."""
        return read_rfc3339(value)

    def to_json(self, value: Any) -> Json:
        """RFC 3339 in UTC, to the second or finer."""
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


__all__ = ["Date", "DateTime", "Time", "read_rfc3339"]
