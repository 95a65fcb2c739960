"""The indexes the engine makes by itself: for references (deleting and joining need them) and for what is searched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Index, Table

from engine.metadata.model import Catalog, Entity, Field
from engine.metadata.physical import folded_column, has_foreign_key, is_folded, standing_in
from engine.metadata.types import TYPES

_LONGEST_NAME = 60
_LONGEST_OF_ALL = 63
_PREFIX_LENGTH = 100
MOST_KEYS = 60
_CODE = 60  # no stored choice is longer
# An entry of PostgreSQL's B-tree holds 2,704 bytes; a longer text gets no index for order, only the one for "contains".
LONGEST_ORDERED = 250


def indexes(catalog: Catalog, entity: Entity, table: Table, dialect: str, *, trigrams: bool, limited: bool = True) -> Iterator[Index]:
    """The indexes of one of an entity's tables: for references (deleting and joining need them) and searchable fields.

    `limited` to as many as the database takes, in the card's order; else all that are wanted.
    """
    own = standing_in(entity, table.name)
    found = indexes_of(catalog, own, table, dialect, first_moment(own), trigrams=trigrams)
    if not limited or dialect not in ("mysql", "mariadb"):
        yield from found
        return
    # A table takes 64 there. Foreign keys make theirs in any case; what is searched gets the rest, in the card's order.
    room = MOST_KEYS - sum(has_foreign_key(field.type) for field in own)
    needed = {field.column for field in own if TYPES[field.type].refers}
    for index in found:
        if index.columns.keys()[0] in needed:
            yield index
        elif room > 0:
            room -= 1
            yield index


def indexes_of(catalog: Catalog, fields: Iterable[Field], table: Table, dialect: str, moment: Field | None, *, trigrams: bool) -> Iterator[Index]:
    """All indexes that these fields of a table want; `moment` is the first date of the whole table, which choices are searched with."""
    beside = table.c[moment.column] if moment else None
    return (index for field in fields for index in _field_indexes(catalog, field, table, dialect, beside, trigrams=trigrams))


def is_indexed(catalog: Catalog, field: Field) -> bool:
    """Whether a field wants an index at all."""
    if TYPES[field.type].folds:
        return is_folded(catalog, field)
    return TYPES[field.type].refers or (field.searchable and field.type not in ("check", "multiple_choice"))


def first_moment(fields: Iterable[Field]) -> Field | None:
    """The first date among a table's fields that is searched."""
    return next((field for field in fields if field.searchable and field.type in ("date", "datetime")), None)


def _field_indexes(
    catalog: Catalog, field: Field, table: Table, dialect: str, moment: sa.Column[Any] | None, *, trigrams: bool
) -> Iterator[Index]:
    if not is_indexed(catalog, field):
        return
    name = index_name(table.name, field.column)
    if TYPES[field.type].folds:
        length = int(field.options.get("max_length", 255))
        yield from _text_indexes(name, table.c[folded_column(field)], dialect, trigrams=trigrams, ordered=length <= LONGEST_ORDERED)
    else:
        prefix: dict[str, Any] = {}
        if field.type == "choice" and dialect in ("mysql", "mariadb"):
            prefix = {f"{dialect}_length": {field.column: _CODE}}
        yield Index(name, *_with_moment(field, table.c[field.column], moment), _table=table, **prefix)


def _with_moment(field: Field, column: sa.Column[Any], moment: sa.Column[Any] | None) -> Iterator[sa.Column[Any]]:
    """A choice is most often searched together with a span of time: its index goes on with the entity's first date."""
    yield column
    if moment is not None and field.searchable and field.type in ("list", "tree", "choice"):
        yield moment


def _text_indexes(name: str, folded: sa.Column[str], dialect: str, *, trigrams: bool, ordered: bool) -> Iterator[Index]:
    table = folded.table
    if ordered:
        prefix: dict[str, Any] = {"mysql_length": _PREFIX_LENGTH, "mariadb_length": _PREFIX_LENGTH} if dialect in ("mysql", "mariadb") else {}
        yield Index(name, folded, _table=table, **prefix)
    if trigrams:
        yield Index(trigram_name(table.name, name), folded, _table=table, postgresql_using="gin", postgresql_ops={folded.name: "gin_trgm_ops"})


def index_name(table: str, column: str) -> str:
    """The name of a column's index. One that would be too long ends in a part of its own hash: names are cut off silently by one database."""
    name = f"ix_{table}_{column}"
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 9]}_{sha256(name.encode()).hexdigest()[:8]}"


def trigram_name(table: str, name: str) -> str:
    """The name of the index for "contains" beside one of this name."""
    made = f"{name}_trgm"
    return made if len(made) <= _LONGEST_OF_ALL else index_name(table, made)
