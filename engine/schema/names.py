"""Names that a database would take for one: of tables, indexes and sequences that are made from the names people give.

A column's own name begins with `c_` and is given once, so no reserved word and no shipped name can clash with it. What is *made* from
it could: an index is named after table and column, and two tables share one room of names.
"""

from __future__ import annotations

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Entity

TRIGRAMS = "_trgm"
SEQUENCE = "_id_seq"


def field_clash(catalog: Catalog, entity: Entity, name: str) -> Message | None:
    """Why a field of this name would share the name of an index with another, or None."""
    made = f"{entity.table}_{name}"
    for other in {one.name: one for one in (*catalog.stored, entity)}.values():
        if made.startswith(f"{other.table}_"):
            rest = made.removeprefix(f"{other.table}_")
            twins = {rest.removesuffix(TRIGRAMS), rest + TRIGRAMS} if other.name == entity.name else {rest, rest.removesuffix(TRIGRAMS), rest + TRIGRAMS}
            held = (one for one in other.stored if one.column in twins and one.via is None)
            if found := next((one for one in held if (other.name, one.column) != (entity.name, name)), None):
                return M_("“%(name)s” cannot be told apart from “%(field)s” of “%(entity)s” in the names of indexes; choose another name.",
                          name=name, field=found.name, entity=other.name)  # fmt: skip
    return None


def entity_clash(catalog: Catalog, entity: Entity) -> Message | None:
    """Why a new entity of this name, with these fields, would share the name of something in the database, or None."""
    holder = entity.name.removesuffix(SEQUENCE)
    if holder != entity.name and any(one.name == holder for one in catalog.stored):
        return M_("“%(name)s” is the name of the numbers of “%(entity)s”; choose another name.", name=entity.name, entity=holder)
    own = (one.column for one in entity.stored if one.via is None)
    return next(filter(None, (field_clash(catalog, entity, name) for name in own)), None)
