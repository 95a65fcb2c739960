"""Records that hold more than the database can keep in one row: told by field, not by the database."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.exc import DBAPIError

from engine.messages import M_, Problem
from engine.metadata.model import Entity, Json
from engine.metadata.physical import is_stored
from engine.metadata.types import TYPES

NAMED = 3
_TOO_BIG = M_("This record holds more than the database can keep in one row. Leave this field empty, or much shorter.")
_OUTSIDE = 40
"""A longer text is kept outside the row; what stays is a pointer."""
_POINTER = 20


def is_overflow(error: DBAPIError) -> bool:
    """Whether the database refused a row for its size."""
    code = error.orig.args[0] if error.orig and error.orig.args else None
    return getattr(error.orig, "sqlstate", None) == "54000" or code in (139, 1118)


def problems(entity: Entity, values: Mapping[str, Json]) -> list[Problem]:
    """The fields that take most room in the row."""
    sizes = {name: _size(value) for name, value in values.items() if _counts(entity, name) and value is not None}
    return [Problem(name, "row_size", _TOO_BIG) for name in sorted(sizes, key=lambda name: -sizes[name])[:NAMED]]


def _counts(entity: Entity, name: str) -> bool:
    field = entity.by_name.get(name)
    return field is not None and is_stored(field) and not TYPES[field.type].refers


def _size(value: Json) -> int:
    length = len(str(value).encode())
    return length if length <= _OUTSIDE else _POINTER
