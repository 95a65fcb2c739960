"""Finding records by their title, for pickers: what starts with the words first, then what holds them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.metadata.folding import fold
from engine.metadata.model import Catalog, Entity
from engine.metadata.physical import folded_column
from engine.query.compile import Source, clause
from engine.query.operators import pattern
from engine.query.tree import Condition
from engine.query.values import Scope


def by_title(
    conn: Connection, catalog: Catalog, entity: Entity, words: str, condition: Condition | None, scope: Scope, *, limit: int, exact: bool = False
) -> list[tuple[int, str]]:
    """(id, title) of records whose title holds `words` (or is them, when `exact`) and that meet the condition."""
    source = Source(catalog, entity)
    one = next(field for field in entity.fields if field.name == entity.title)
    title, folded = source.table.c[one.column], source.table.c[folded_column(one)]
    term = fold(words)
    statement = sa.select(source.table.c.id, title).limit(limit)
    if condition is not None:
        statement = statement.where(clause(source, condition, scope))
    if exact:
        statement = statement.where(folded == term)
    elif term:
        starts = folded.like(pattern(term, before=""), escape="/")
        statement = statement.where(folded.like(pattern(term), escape="/")).order_by(sa.case((starts, 0), else_=1), folded)
    else:
        statement = statement.order_by(source.table.c.updated_at.desc())
    rows = conn.execute(statement.select_from(source.from_clause()).order_by(source.table.c.id))
    return [(id, text or f"#{id}") for id, text in rows]
