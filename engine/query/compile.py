"""Conditions to SQL: one boolean clause over the entity's table and the records standing on its card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from engine.metadata.folding import fold
from engine.metadata.model import Catalog, Entity, Field, Via
from engine.metadata.physical import RecordTable, extended, folded_column, is_folded, tables
from engine.metadata.types import TYPES
from engine.query.operators import OPERATORS, contains
from engine.query.tree import Condition, Junction, Query, Rule, SortKey
from engine.query.values import Scope, is_open, literal_true, resolve

MAX_WORDS = 8


@dataclass
class Source:
    """The tables a query reads: the entity's own, and its extension tables and other records of its card once they are needed."""

    catalog: Catalog
    entity: Entity
    joined: dict[str, tuple[Via, FromClause]] = field(default_factory=dict)
    extensions: dict[str, RecordTable] = field(default_factory=dict)

    @property
    def table(self) -> RecordTable:
        """The entity's own table."""
        return tables(self.catalog)[self.entity.name]

    def columns(self, of: Field) -> Any:
        """The columns among which the field's stand."""
        if of.via is None:
            if of.table == self.entity.table:
                return self.table.c
            return self.extensions.setdefault(of.table, tables(self.catalog)[of.table]).c
        if of.via.entity not in self.joined:
            alias = tables(self.catalog)[of.via.entity].alias(f"via_{of.via.entity}")
            self.joined[of.via.entity] = (of.via, alias)
        return self.joined[of.via.entity][1].c

    def column(self, of: Field, *, folded: bool) -> ColumnElement[Any]:
        """The field's column, or its folded one."""
        column: ColumnElement[Any] = self.columns(of)[folded_column(of) if folded else of.column]
        return column

    def from_clause(self) -> FromClause:
        """The joined tables."""
        found: FromClause = self.table
        for extension in self.extensions.values():
            found = extended(found, self.table, extension)
        for via, alias in self.joined.values():
            part = self.catalog.entity(via.entity)
            owner, flag = (alias.c[_column(part, name)] for name in (via.owner, via.flag))
            found = found.outerjoin(alias, sa.and_(owner == self.table.c.id, flag.is_(sa.true())))
        return found


def _column(entity: Entity, name: str) -> str:
    return next(one.column for one in entity.fields if one.name == name)


def clause(source: Source, condition: Condition, scope: Scope) -> ColumnElement[bool]:
    """The SQL of a condition. Raises BadValue."""
    if isinstance(condition, Rule):
        return _rule_clause(source, condition, scope)
    parts = [clause(source, member, scope) for member in sorted(condition.members, key=_effort)]
    if not parts:
        return literal_true()
    return sa.and_(*parts) if condition.joiner == "_and" else sa.or_(*parts)


def _effort(condition: Condition) -> int:
    """Databases judge in the order written: comparisons first, then looking through texts, then nested conditions."""
    if isinstance(condition, Junction):
        return 2
    return 1 if condition.operator in ("_contains", "_ncontains", "_ends_with") else 0


def _rule_clause(source: Source, rule: Rule, scope: Scope) -> ColumnElement[bool]:
    one = source.entity.field(rule.field)
    if is_open(rule.value, scope):
        return sa.false()
    folded = TYPES[one.type].folds and is_folded(source.catalog, one)
    value = resolve(one, rule.operator, rule.value, scope, folded=folded)
    return OPERATORS[rule.operator].clause(source.column(one, folded=folded), value)


def words_clause(source: Source, words: str) -> ColumnElement[bool]:
    """Records in whose searchable texts each of the words stands."""
    searched = [one for one in source.entity.by_name.values() if one.searchable and is_folded(source.catalog, one)]
    if not searched:
        return sa.false()
    return sa.and_(*(sa.or_(*(_holds_word(source, one, word) for one in searched)) for word in fold(words).split()[:MAX_WORDS]))


def _holds_word(source: Source, one: Field, word: str) -> ColumnElement[bool]:
    return contains(source.column(one, folded=True), fold(TYPES[one.type].fold_term(word)))


def where(source: Source, query: Query, scope: Scope) -> ColumnElement[bool] | None:
    """The whole restriction of a query, or None when it restricts nothing."""
    parts: list[ColumnElement[bool]] = []
    if query.condition.members:
        parts.append(clause(source, query.condition, scope))
    if fold(query.words):
        parts.append(words_clause(source, query.words))
    return sa.and_(*parts) if parts else None


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One column of the order; every order ends with the id, so that it is total."""

    column: ColumnElement[Any]
    descending: bool
    nullable: bool


def order(source: Source, keys: Sequence[SortKey], scope: Scope) -> list[OrderKey]:
    """The order of a query; where none is asked for, a dictionary's own, or the newest first."""
    rows = scope.dictionaries.of(source.entity.name)
    if not keys and rows is not None and rows.place:
        place = sa.case(dict(rows.place), value=source.table.c.id, else_=len(rows.place))
        return [OrderKey(place, descending=False, nullable=False), OrderKey(source.table.c.id, descending=False, nullable=False)]
    found: dict[str, OrderKey] = {}
    for key in keys:  # a name said twice decides nothing the second time, nor does anything after the id
        if "id" not in found:
            found.setdefault(key.name, _order_key(source, key, scope))
    descending = keys[-1].descending if keys else True
    found.setdefault("id", OrderKey(source.table.c.id, descending, nullable=False))
    return list(found.values())


def _order_key(source: Source, key: SortKey, scope: Scope) -> OrderKey:
    if key.name in ("id", "created_at", "updated_at"):
        return OrderKey(source.table.c[key.name], key.descending, nullable=False)
    one = source.entity.field(key.name)
    folded = TYPES[one.type].folds and is_folded(source.catalog, one)
    column = source.column(one, folded=folded)
    if TYPES[one.type].refers and (rows := scope.dictionaries.of(one.target or "")) and rows.place:
        column = sa.case(dict(rows.place), value=column)
    return OrderKey(column, key.descending, nullable=True)


__all__ = ["Junction", "OrderKey", "Source", "clause", "order", "where", "words_clause"]
