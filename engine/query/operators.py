"""The operators of the condition grammar, one table row each (names as in Directus, plus `_under`, `_relative`,
`_any`, `_all`, `_none`). A field type names those it allows; adding one is one entry here.

A clause is a boolean fragment over a column, never a whole query. Text operators get the folded column and
folded values, which is why nothing here speaks of case or accents. "Is not" and "does not contain" also hold
for a record without a value: that is what people mean.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import and_, false, not_, or_, true
from sqlalchemy.sql.elements import ColumnElement

from engine.messages import M_, Message

Column = ColumnElement[Any]
Arity = Literal[0, 1, 2, "many"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: its name in the grammar, its words on the screen, how many values it takes, its SQL."""

    name: str
    label: Message
    arity: Arity
    clause: Callable[[Column, Any], ColumnElement[bool]]


def pattern(term: str, before: str = "%", after: str = "%") -> str:
    """A LIKE pattern for a literal term; `/` is the escape character."""
    escaped = term.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"{before}{escaped}{after}"


def contains(column: Column, term: str) -> ColumnElement[bool]:
    """`column` holds `term` somewhere."""
    return column.like(pattern(term), escape="/")


def _missing_or(column: Column, clause: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(column.is_(None), clause)


def _holds(column: Column, code: str) -> ColumnElement[bool]:
    return contains(column, json.dumps(code))


def _any_of(column: Column, codes: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *(_holds(column, code) for code in codes))


_ALL: tuple[Operator, ...] = (
    Operator("_contains", M_("contains"), 1, contains),
    Operator("_ncontains", M_("does not contain"), 1, lambda c, v: _missing_or(c, not_(contains(c, v)))),
    Operator("_eq", M_("is"), 1, lambda c, v: c == v),
    Operator("_neq", M_("is not"), 1, lambda c, v: _missing_or(c, c != v)),
    Operator("_starts_with", M_("starts with"), 1, lambda c, v: c.like(pattern(v, before=""), escape="/")),
    Operator("_ends_with", M_("ends with"), 1, lambda c, v: c.like(pattern(v, after=""), escape="/")),
    Operator("_lt", M_("less than"), 1, lambda c, v: c < v),
    Operator("_lte", M_("at most"), 1, lambda c, v: c <= v),
    Operator("_gt", M_("greater than"), 1, lambda c, v: c > v),
    Operator("_gte", M_("at least"), 1, lambda c, v: c >= v),
    Operator("_between", M_("between"), 2, lambda c, v: c.between(v[0], v[1])),
    Operator("_in", M_("is any of"), "many", lambda c, v: c.in_(v)),
    Operator("_nin", M_("is none of"), "many", lambda c, v: _missing_or(c, c.not_in(v))),
    Operator("_null", M_("is empty"), 0, lambda c, v: c.is_(None) if v else c.is_not(None)),
    Operator("_nnull", M_("is not empty"), 0, lambda c, v: c.is_not(None) if v else c.is_(None)),
    Operator("_empty", M_("is empty"), 0, lambda c, v: c.is_(None) if v else c.is_not(None)),
    Operator("_nempty", M_("is not empty"), 0, lambda c, v: c.is_not(None) if v else c.is_(None)),
    Operator("_under", M_("is or is under"), "many", lambda c, v: c.in_(sorted(v))),
    Operator("_relative", M_("is within"), 1, lambda c, v: and_(c >= v[0], c < v[1])),
    Operator("_any", M_("has any of"), "many", _any_of),
    Operator("_all", M_("has all of"), "many", lambda c, v: and_(true(), *(_holds(c, code) for code in v))),
    Operator("_none", M_("has none of"), "many", lambda c, v: _missing_or(c, not_(_any_of(c, v)))),
)

OPERATORS: dict[str, Operator] = {operator.name: operator for operator in _ALL}

DATE_LABELS: dict[str, Message] = {
    "_eq": M_("on"),
    "_neq": M_("not on"),
    "_lt": M_("before"),
    "_lte": M_("up to"),
    "_gt": M_("after"),
    "_gte": M_("from"),
}
"""What the comparing operators are called for dates and times."""


def label_of(operator: str, widget: str) -> Message:
    """The words for an operator on a field drawn with this widget."""
    if widget in ("date", "datetime", "time"):
        return DATE_LABELS.get(operator, OPERATORS[operator].label)
    return OPERATORS[operator].label
