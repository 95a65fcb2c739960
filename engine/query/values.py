"""Condition values: from what was written to what the database compares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.errors import BadValue
from engine.messages import M_, Message
from engine.metadata.columns import DECIMAL_DIGITS, DECIMAL_PLACES
from engine.metadata.folding import fold
from engine.metadata.model import RECORD, Field, Json
from engine.metadata.rows import Dictionaries
from engine.metadata.types import TYPES, Invalid, Region
from engine.metadata.types.link import LARGEST_ID
from engine.query.operators import OPERATORS

RELATIVE: dict[str, Message] = {
    "today": M_("today"),
    "yesterday": M_("yesterday"),
    "last_7_days": M_("the last 7 days"),
    "last_30_days": M_("the last 30 days"),
    "next_7_days": M_("the next 7 days"),
    "next_30_days": M_("the next 30 days"),
    "this_month": M_("this month"),
    "this_year": M_("this year"),
}
PEOPLE = "person"
"""The entity whose rows are people; a user may be one of them."""
_DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_DAYS = re.compile(r"^(last|next)_([1-9][0-9]{0,3})_days$")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the variables of a condition stand for, and how a value is read."""

    dictionaries: Dictionaries
    region: Region
    now: datetime
    person: int | None = None
    record: Mapping[str, Json] | None = None
    """The values of the card that is filled in, where a condition on its choices may name its fields (`$RECORD.<field>`)."""

    @property
    def timezone(self) -> ZoneInfo:
        """The reader's time zone: "today" is the reader's day."""
        return self.region.timezone


def named_in(value: Json) -> tuple[str, ...]:
    """The fields of the card that a rule's value names, as `$RECORD.<field>`."""
    members = value if isinstance(value, (list, tuple)) else (value,)
    return tuple(one.removeprefix(RECORD) for one in members if isinstance(one, str) and one.startswith(RECORD))


def is_open(value: Json, scope: Scope) -> bool:
    """Whether it names a field of the card that is still empty: nothing meets such a rule yet."""
    return scope.record is not None and any(scope.record.get(name) in (None, "", []) for name in named_in(value))


def resolve(field: Field, operator: str, value: Json, scope: Scope, *, folded: bool) -> Any:
    """The value(s) to bind for a rule. Raises BadValue with the field's name."""
    arity = OPERATORS[operator].arity
    if arity == 0:
        return _flag(field, value)
    if operator == "_relative":
        return _relative(field, str(value), scope)
    if operator == "_under":
        return frozenset().union(*(_under(field, _one(field, one, scope, folded), scope) for one in value))
    if arity == 1:
        single = _one(field, value, scope, folded)
        return _last_moment(field, value, single) if operator in ("_lte", "_gt") else single
    found = [_one(field, one, scope, folded) for one in value if arity == 2 or one not in ("", None)]
    if arity == 2 and len(found) != 2:
        raise BadValue(field.name, M_("“between” takes two values, separated by a comma."))
    if operator == "_between":
        found[1] = _last_moment(field, value[1], found[1])
    return found


def _last_moment(field: Field, value: Json, moment: Any) -> Any:
    """The end of a day where only a day was named: "up to 8 March" takes that day in, "after 8 March" leaves it out."""
    if field.type == "datetime" and moment is not None and _DAY.match(str(value).strip()):
        with suppress(OverflowError):  # the calendar ends there
            return moment + timedelta(days=1, microseconds=-1)
    return moment


def _flag(field: Field, value: Json) -> bool:
    text = str(value).strip().lower()
    if text in ("", "true", "1", "yes"):
        return True
    if text in ("false", "0", "no"):
        return False
    raise BadValue(field.name, M_("Write true or false, not “%(text)s”.", text=text[:40]))


def _one(field: Field, value: Json, scope: Scope, folded: bool) -> Any:
    kind = TYPES[field.type]
    if isinstance(value, str) and value.startswith(RECORD):
        return _from_card(field, value.removeprefix(RECORD), scope, folded)
    text = _variable(field, value, scope)
    if not text:
        raise BadValue(field.name, M_("The condition is not well formed."))
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadValue(field.name, M_("This value holds a character that cannot be searched."))
    if kind.folds:
        term = fold(kind.fold_term(text)) if folded else text
        if not term:
            raise BadValue(field.name, M_("Say what to look for; for records without a value, ask for “is empty”."))
        return term
    if field.type == "multiple_choice":
        return text
    if field.type == "check":
        return _flag(field, value)
    if kind.refers and (rows := scope.dictionaries.of(field.target or "")) and text in rows.by_key:
        return rows.by_key[text]
    try:
        parsed = kind.parse([text], scope.region)
    except Invalid as error:
        raise BadValue(field.name, error.message) from None
    if parsed is None:
        raise BadValue(field.name, M_("The condition is not well formed."))
    return _within(field, kind.to_column(parsed))


def _from_card(field: Field, name: str, scope: Scope, folded: bool) -> Any:
    """What stands in another field of the card, in the spelling of this one's column."""
    if scope.record is None:
        raise BadValue(field.name, M_("“%(name)s” can only stand where a field's choices are limited.", name=RECORD + name))
    kind, found = TYPES[field.type], scope.record.get(name)
    if kind.folds:
        return fold(kind.fold_term(str(found))) if folded else str(found)
    try:
        return _within(field, kind.to_column(found))
    except (TypeError, ValueError, ArithmeticError):
        raise BadValue(field.name, M_("“%(name)s” holds values of another kind.", name=RECORD + name)) from None


def _within(field: Field, value: Any) -> Any:
    """The same, if a column can hold it: one database would take more, another would fail."""
    if isinstance(value, int) and abs(value) > LARGEST_ID:
        raise BadValue(field.name, M_("This number is too large."))
    if isinstance(value, Decimal) and value:
        whole, places = value.adjusted() + 1, -int(value.as_tuple().exponent)
        if whole > DECIMAL_DIGITS - DECIMAL_PLACES:
            raise BadValue(field.name, M_("This number is too large."))
        if places > DECIMAL_PLACES:
            raise BadValue(field.name, M_("The condition is not well formed."))
    return value


def _variable(field: Field, value: Json, scope: Scope) -> str:
    if value == "$CURRENT_USER":
        if field.target != PEOPLE:
            raise BadValue(field.name, M_("“$CURRENT_USER” can only stand where a person is named."))
        return str(scope.person or 0)
    if value == "$NOW":
        local = scope.now.astimezone(scope.timezone)
        return local.date().isoformat() if field.type == "date" else local.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _under(field: Field, id: Any, scope: Scope) -> frozenset[int]:
    rows = scope.dictionaries.of(field.target or "")
    if rows is None or id not in rows.rows:
        raise BadValue(field.name, M_("Choose one from the list."))
    return rows.under(id)


def _relative(field: Field, text: str, scope: Scope) -> tuple[Any, Any]:
    today = scope.now.astimezone(scope.timezone).date()
    first, last = _days(field, text, today)
    if field.type == "date":
        return first, last
    bounds = (datetime.combine(day, time(), scope.timezone).astimezone(UTC) for day in (first, last))
    start, end = bounds
    return start, end


def _days(field: Field, text: str, today: date) -> tuple[date, date]:
    """[first, last) days of a relative span; "last 7 days" ends with today, "next 7 days" starts with it."""
    if match := _DAYS.match(text):
        days = timedelta(days=int(match[2]))
        tomorrow = today + timedelta(days=1)
        return (tomorrow - days, tomorrow) if match[1] == "last" else (today, today + days)
    spans: Mapping[str, tuple[date, date]] = {
        "today": (today, today + timedelta(days=1)),
        "yesterday": (today - timedelta(days=1), today),
        "this_month": (today.replace(day=1), (today.replace(day=28) + timedelta(days=4)).replace(day=1)),
        "this_year": (date(today.year, 1, 1), date(today.year + 1, 1, 1)),
    }
    if text not in spans:
        raise BadValue(field.name, M_("“%(text)s” is not a span of time. It may be: %(allowed)s.", text=text[:40], allowed=", ".join(RELATIVE)))
    return spans[text]


def literal_true() -> sa.ColumnElement[bool]:
    """A condition that always holds, on every database."""
    return sa.true()
