"""The operators of the condition grammar, one table row each (names as in Directus, plus `_under`, `_relative`,
`_any`, `_all`, `_none`). A field type names those it allows; adding one is one entry here.

A clause is a boolean fragment over a column, never a whole query. Text operators get the folded column and
folded values, which is why nothing here speaks of case or accents. "Is not" and "does not contain" also hold
for a record without a value: that is what people mean.
"""

from __future__ import annotations

import json
import operator
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
    """One operator: its name in the grammar, its words on the screen, how many values it takes, its SQL, and the same in Python.

    `holds` is told the value of one record, None where there is none, and what `clause` would be told.
    """

    name: str
    label: Message
    arity: Arity
    clause: Callable[[Column, Any], ColumnElement[bool]]
    holds: Callable[[Any, Any], bool]


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


def _filled(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Only of a value that there is."""
    return lambda value, wanted: value is not None and test(value, wanted)


def _not(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """The opposite, and where there is no value."""
    return lambda value, wanted: value is None or not test(value, wanted)


def _one_of(value: Any, wanted: Any) -> bool:
    return value in wanted


def _some_in(value: Any, wanted: Any) -> bool:
    return any(code in value for code in wanted)


def _every_in(value: Any, wanted: Any) -> bool:
    return all(value is not None and code in value for code in wanted)


def _is_empty(value: Any, wanted: Any) -> bool:
    return (value is None) is wanted


def _is_not_empty(value: Any, wanted: Any) -> bool:
    return (value is None) is not wanted


_ALL: tuple[Operator, ...] = (
    Operator("_contains", M_("contains"), 1, contains, _filled(lambda v, w: w in v)),
    Operator("_ncontains", M_("does not contain"), 1, lambda c, v: _missing_or(c, not_(contains(c, v))), _not(lambda v, w: w in v)),
    Operator("_eq", M_("is"), 1, lambda c, v: c == v, _filled(operator.eq)),
    Operator("_neq", M_("is not"), 1, lambda c, v: _missing_or(c, c != v), _not(operator.eq)),
    Operator("_starts_with", M_("starts with"), 1, lambda c, v: c.like(pattern(v, before=""), escape="/"), _filled(str.startswith)),
    Operator("_ends_with", M_("ends with"), 1, lambda c, v: c.like(pattern(v, after=""), escape="/"), _filled(str.endswith)),
    Operator("_lt", M_("less than"), 1, lambda c, v: c < v, _filled(operator.lt)),
    Operator("_lte", M_("at most"), 1, lambda c, v: c <= v, _filled(operator.le)),
    Operator("_gt", M_("greater than"), 1, lambda c, v: c > v, _filled(operator.gt)),
    Operator("_gte", M_("at least"), 1, lambda c, v: c >= v, _filled(operator.ge)),
    Operator("_between", M_("between"), 2, lambda c, v: c.between(v[0], v[1]), _filled(lambda v, w: bool(w[0] <= v <= w[1]))),
    Operator("_in", M_("is any of"), "many", lambda c, v: c.in_(v), _filled(_one_of)),
    Operator("_nin", M_("is none of"), "many", lambda c, v: _missing_or(c, c.not_in(v)), _not(_one_of)),
    Operator("_null", M_("is empty"), 0, lambda c, v: c.is_(None) if v else c.is_not(None), _is_empty),
    Operator("_nnull", M_("is not empty"), 0, lambda c, v: c.is_not(None) if v else c.is_(None), _is_not_empty),
    Operator("_empty", M_("is empty"), 0, lambda c, v: c.is_(None) if v else c.is_not(None), _is_empty),
    Operator("_nempty", M_("is not empty"), 0, lambda c, v: c.is_not(None) if v else c.is_(None), _is_not_empty),
    Operator("_under", M_("is or is under"), "many", lambda c, v: c.in_(sorted(v)), _filled(_one_of)),
    Operator("_relative", M_("is within"), 1, lambda c, v: and_(c >= v[0], c < v[1]), _filled(lambda v, w: bool(w[0] <= v < w[1]))),
    Operator("_any", M_("has any of"), "many", _any_of, _filled(_some_in)),
    Operator("_all", M_("has all of"), "many", lambda c, v: and_(true(), *(_holds(c, code) for code in v)), _every_in),
    Operator("_none", M_("has none of"), "many", lambda c, v: _missing_or(c, not_(_any_of(c, v))), _not(_some_in)),
)

OPERATORS: dict[str, Operator] = {one.name: one for one in _ALL}

DATE_LABELS: dict[str, Message] = {
    "_eq": M_("on"),
    "_neq": M_("not on"),
    "_lt": M_("before"),
    "_lte": M_("up to"),
    "_gt": M_("after"),
    "_gte": M_("from"),
}
"""What the comparing operators are called for dates and times."""


def label_of(name: str, widget: str) -> Message:
    """The words for an operator on a field drawn with this widget."""
    if widget in ("date", "datetime", "time"):
        return DATE_LABELS.get(name, OPERATORS[name].label)
    return OPERATORS[name].label
