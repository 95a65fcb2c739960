"""Counting the records of a query by the values of one field, in one statement: what a chart shows."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.metadata.model import Catalog, Entity, Field, Json
from engine.metadata.types import TYPES
from engine.query.compile import Source, where
from engine.query.tree import Query
from engine.query.values import Scope


def by_value(conn: Connection, catalog: Catalog, entity: Entity, query: Query, one: Field, scope: Scope) -> Mapping[Json, int]:
    """How many records have each value of a field; under None those without a value."""
    source = Source(catalog, entity)
    column = source.column(one, folded=False)
    restriction = where(source, query, scope)
    statement = sa.select(column, sa.func.count()).select_from(source.from_clause()).group_by(column)
    if restriction is not None:
        statement = statement.where(restriction)
    to_json = TYPES[one.type].to_json
    return {None if value is None else to_json(value): int(count) for value, count in conn.execute(statement)}
