"""From fields to columns: the SQLAlchemy tables of a catalog's records.

A searchable text field has a second, folded column beside its own. It belongs to the index of the field, not to
its value: text conditions and sorting use it, and it can be made again from the value at any time.

A row takes only so many columns. What administrators add beyond that stands in *extension tables* (`customer__x1`): at most
one row for a record, under the record's id, there once the record has a value in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table, TableClause, Text, column
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.types import TypeEngine

from engine.kept import kept
from engine.metadata.columns import Id, UtcDateTime, WideText, short_text
from engine.metadata.model import Catalog, Entity, Field
from engine.metadata.tables import METADATA as FIXED
from engine.metadata.types import TYPES

FOLDED_PREFIX = "s_"
EXTENSION = re.compile(r"^(?P<entity>.+)__x(?P<number>[1-9][0-9]?)$")
"""The name of an extension table: no entity's, for theirs have no two underscores in a row."""
Refer = Callable[..., ForeignKey]
_Folding = tuple[frozenset[str], ...]
"""Of each of an entity's tables, the columns that have a folded one: a card of another entity may ask for it, so the catalog knows."""
_NONE: frozenset[str] = frozenset()
_REFERENCE = BigInteger().with_variant(Integer, "sqlite")
_SYSTEM: Mapping[str, TypeEngine[Any]] = {
    "id": Id, "version": Integer(), "created_at": UtcDateTime(), "created_by": BigInteger(), "updated_at": UtcDateTime(), "updated_by": BigInteger(),
}  # fmt: skip
SYSTEM_COLUMNS = tuple(_SYSTEM)
_ROW_KEY = short_text(60)
_INNODB: dict[str, Any] = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB", "mysql_charset": "utf8mb4", "mariadb_charset": "utf8mb4"}
# InnoDB counts anew in every index while it adds a column, and holds up writers meanwhile: as exactly in 8 pages as in its usual 20.
_RECORDS = _INNODB | {"mysql_stats_sample_pages": "8", "mariadb_stats_sample_pages": "8"}


def is_stored(field: Field) -> bool:
    """Whether the field has a column at all (a hint has none)."""
    return has_column(field.type)


@cache
def has_column(kind: str) -> bool:
    """The same, of all fields of a type."""
    return TYPES[kind].column_type({}) is not None


@cache
def has_foreign_key(kind: str) -> bool:
    """Whether fields of a type point to another table: to that of an entity, or of the files."""
    return TYPES[kind].refers or kind in ("attachment", "image")


@cache
def _type_of(kind: str) -> TypeEngine[Any]:
    """The column type of a type that has a column: one for all its fields, whatever their options."""
    if has_foreign_key(kind):
        return _REFERENCE
    found = TYPES[kind].column_type({})
    assert found is not None
    return found


@lru_cache(maxsize=4)
def folded(catalog: Catalog) -> Mapping[str, frozenset[str]]:
    """By table, the columns that some searchable field or title reads, or once read. Pickers search titles."""
    found: dict[str, frozenset[str]] = {}
    for entity in catalog.stored:
        for table, columns in _folded_by(entity).items():
            found[table] = found.get(table, _NONE) | columns
    return found


@kept(1)
def _folded_by(entity: Entity) -> Mapping[str, frozenset[str]]:
    """The same, as far as an entity's card asks for it: a field standing on it may be another entity's."""
    title = entity.title
    asked = [one for one in entity.stored if (one.searchable or one.folded or one.name == title) and TYPES[one.type].folds]
    return {name: frozenset(one.column for one in asked if one.table == name) for name in {one.table for one in asked}}


def is_folded(catalog: Catalog, field: Field) -> bool:
    """Whether the field's values have a folded column."""
    return field.column in folded_in(catalog, field.table)


def folded_in(catalog: Catalog, table: str) -> frozenset[str]:
    """The columns of one table that have a folded one beside them."""
    return folded(catalog).get(table, _NONE)


def folded_column(field: Field) -> str:
    """The name of the folded column."""
    return FOLDED_PREFIX + field.column


class RecordTable(TableClause):
    """A table of records as statements need it: names and types of columns, and a tenth of the work of making a `Table`.

    What SQLAlchemy keeps of a statement it keeps for this very object, as it does for a `Table`: were it for the list of its
    columns, each statement would go through them all.
    """

    inherit_cache = True

    def _gen_cache_key(self, anon_map: Any, bindparams: Any) -> tuple[Any, ...]:
        return (self,)


@dataclass(frozen=True, slots=True)
class _Made:
    tables: Mapping[str, RecordTable]
    extensions: Mapping[str, tuple[RecordTable, ...]]


def tables(catalog: Catalog) -> Mapping[str, RecordTable]:
    """The record tables of a catalog by name, for statements: each entity's own, under its name, and its extension tables.

    Disabled and retired fields keep their columns. The same objects for as long as the catalog lives, and those of an entity
    in every catalog that holds it unchanged: statements kept elsewhere hold on to them.
    """
    return _made(catalog).tables


def whole_tables(catalog: Catalog, entity: Entity) -> tuple[Table, ...]:
    """An entity's tables, its own first, with all that DDL says of them: keys, foreign keys, defaults.

    Each stands by itself; `linked` has those of all entities together.
    """
    return _whole(entity, _folding(catalog, entity))


def extensions(catalog: Catalog, entity: Entity) -> tuple[RecordTable, ...]:
    """The extension tables of an entity; most have none."""
    return _made(catalog).extensions.get(entity.name, ())


def extension_name(entity: str, number: int) -> str:
    """The name of an entity's extension table of that number, from 1."""
    return f"{entity}__x{number}"


def entity_of(table: str) -> str:
    """The name of the entity whose records a table holds."""
    found = EXTENSION.match(table)
    return found["entity"] if found else table


def joined(catalog: Catalog, entity: Entity, fields: Iterable[Field]) -> FromClause:
    """The entity's own table, with those extension tables that these fields stand in."""
    found: FromClause = tables(catalog)[entity.name]
    for name in dict.fromkeys(field.table for field in fields if field.via is None and field.table != entity.table):
        found = extended(found, tables(catalog)[entity.name], tables(catalog)[name])
    return found


def extended(source: FromClause, table: RecordTable, extension: RecordTable) -> FromClause:
    """A source in which an entity's own table stands, with one of its extension tables."""
    return source.outerjoin(extension, extension.c.id == table.c.id)


@kept(1)
def _made(catalog: Catalog) -> _Made:
    found = {entity.name: _tables_of(entity, _folding(catalog, entity)) for entity in catalog.stored}
    made = {name: own for name, (own, *_) in found.items()} | {one.name: one for _, *beside in found.values() for one in beside}
    return _Made(made, {name: tuple(beside) for name, (_, *beside) in found.items() if beside})


def _folding(catalog: Catalog, entity: Entity) -> _Folding:
    return tuple(folded_in(catalog, name) for name in table_names(entity))


@kept(2)  # before and after a change
def _tables_of(entity: Entity, folding: _Folding) -> tuple[RecordTable, ...]:
    return tuple(_table(entity, name, twice) for name, twice in zip(table_names(entity), folding, strict=True))


@kept(2)
def _whole(entity: Entity, folding: _Folding) -> tuple[Table, ...]:
    return tuple(_build(entity, folding, MetaData(naming_convention=FIXED.naming_convention), _stand_in))


def _table(entity: Entity, name: str, twice: frozenset[str]) -> RecordTable:
    fields, own = standing_in(entity, name), name == entity.table
    kinds = {**_SYSTEM, **({"row_key": _ROW_KEY} if entity.is_dictionary else {})} if own else {"id": _REFERENCE}
    kinds |= {one.column: _type_of(one.type) for one in fields}
    kinds |= dict.fromkeys((folded_column(one) for one in fields if one.column in twice), WideText)
    return RecordTable(name, *(column(one, kind) for one, kind in kinds.items()))


@kept(1)
def table_names(entity: Entity) -> tuple[str, ...]:
    """The names of an entity's tables, without making them: its own, then its extension tables in order."""
    beside = {field.table for field in entity.stored if field.table != entity.table and field.via is None and is_stored(field)}
    return (entity.table, *sorted(beside, key=lambda name: (len(name), name)))


@kept(8)
def standing_in(entity: Entity, table: str) -> Sequence[Field]:
    """The fields whose values one of an entity's tables holds, disabled and retired ones included."""
    return tuple(field for field in entity.stored if field.table == table and is_standing_in(field, table))


def is_standing_in(field: Field, table: str) -> bool:
    """Whether a field's values stand in this table, as one of those of the field's own card."""
    return field.table == table and field.via is None and has_column(field.type)


def columns_of(catalog: Catalog, table: str, fields: Sequence[Field]) -> Mapping[str, Field]:
    """Whose each column is that fields standing in a table have there: their own, and where they have one, the folded."""
    twice = folded_in(catalog, table)
    return {one.column: one for one in fields} | {folded_column(one): one for one in fields if one.column in twice}


def part_of_table(catalog: Catalog, table: str, fields: Iterable[Field]) -> Table:
    """A table with the columns of only these of its fields: all that a change of them needs, however many others there are."""
    made = _columns_in(fields, folded_in(catalog, table), _stand_in)
    return Table(table, MetaData(naming_convention=FIXED.naming_convention), Column("id", Id, primary_key=True), *made)


def linked(catalog: Catalog) -> Mapping[str, Table]:
    """The same tables anew, in one collection: what makes or drops several at once finds their order by it."""
    metadata = MetaData(naming_convention=FIXED.naming_convention)
    file_id = Table("fl_file", metadata, Column("id", Id, primary_key=True)).c.id

    def refer(name: str, **told: Any) -> ForeignKey:
        return ForeignKey(file_id if name == "fl_file" else f"{name}.id", **told)

    return {one.name: one for entity in catalog.stored for one in _build(entity, _folding(catalog, entity), metadata, refer)}


def _stand_in(name: str, **told: Any) -> ForeignKey:
    return ForeignKey(_stand_in_id(name), **told)


@cache
def _stand_in_id(name: str) -> Column[int]:
    """The id of a table as far as a foreign key needs it: its name."""
    return Table(name, MetaData(), Column("id", Id, primary_key=True)).c.id


def _build(entity: Entity, folding: _Folding, metadata: MetaData, refer: Refer) -> Iterator[Table]:
    """The entity's own table, then its extension tables in order."""
    columns: list[Column[object]] = [
        Column("id", _SYSTEM["id"], primary_key=True, autoincrement=True),
        *(Column(one, _SYSTEM[one], nullable=one.endswith("_by")) for one in SYSTEM_COLUMNS[1:]),
    ]
    if entity.is_dictionary:
        columns.append(Column("row_key", _ROW_KEY, unique=True))
    made = _columns_in(standing_in(entity, entity.table), folding[0], refer)
    yield Table(entity.table, metadata, *columns, *made, **_RECORDS, sqlite_autoincrement=True)
    for name, twice in zip(table_names(entity)[1:], folding[1:], strict=True):
        owner = refer(entity.table, ondelete="CASCADE")
        id: Column[object] = Column("id", _REFERENCE, owner, primary_key=True, autoincrement=False)
        yield Table(name, metadata, id, *_columns_in(standing_in(entity, name), twice, refer), **_RECORDS)


def _columns_in(fields: Iterable[Field], twice: frozenset[str], refer: Refer) -> list[Column[object]]:
    return sorted((column for field in fields for column in _columns_of(field, field.column in twice, refer)), key=_reach)


def _reach(column: Column[object]) -> int:
    """Where a column stands in its row: what is of fixed width or searched comes first, since a row is read from the left."""
    if isinstance(column.type, Text):
        return 1 if column.name.startswith(FOLDED_PREFIX) else 2
    return 0


def _columns_of(field: Field, folds: bool, refer: Refer) -> list[Column[object]]:
    keys = [refer((field.target or "") if TYPES[field.type].refers else "fl_file")] if has_foreign_key(field.type) else []
    made: list[Column[object]] = [Column(field.column, _type_of(field.type), *keys, nullable=True)]
    if folds:
        made.append(Column(folded_column(field), WideText, nullable=True))
    return made


def value_column(catalog: Catalog, field: Field) -> ColumnElement[object]:
    """The column that holds the field's value."""
    return tables(catalog)[field.table].c[field.column]


__all__ = [
    "EXTENSION", "FOLDED_PREFIX", "SYSTEM_COLUMNS", "RecordTable", "columns_of", "entity_of", "extended", "extension_name", "extensions", "folded",
    "folded_column", "folded_in", "has_column", "has_foreign_key", "is_folded", "is_stored", "joined", "linked", "part_of_table", "standing_in",
    "table_names", "tables", "value_column", "whole_tables",
]  # fmt: skip
