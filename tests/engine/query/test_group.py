"""Counting by the values of a field, within a search, on the three databases."""

from __future__ import annotations

from engine.metadata.database import Database
from engine.query import group, page, tree
from engine.records import write
from tests.engine.making import a_field, a_scope, an_entity, made

COLOURS = ["red", None, "blue", "red", None, "red"]


def test_every_record_is_counted_once(workshop: Database) -> None:
    choices = {"choices": [{"value": one, "label": one} for one in ("red", "blue", "green")]}
    entity = an_entity(a_field("name", searchable=True), a_field("colour", "choice", choices, searchable=True))
    colour = entity.by_name["colour"]
    with made(workshop, entity) as catalog, workshop.writing() as conn:
        rows = [{"name": f"n{place % 2}", "colour": one} for place, one in enumerate(COLOURS)]
        write.insert_many(conn, catalog, entity, rows, by=None)
        everything = tree.parse((), entity)
        counts = group.by_value(conn, catalog, entity, everything, colour, a_scope())
        assert counts == {"red": 3, None: 2, "blue": 1}
        assert sum(counts.values()) == page.count(conn, catalog, entity, everything, a_scope())
        some = tree.parse((("filter[name][_eq]", "n1"),), entity)
        assert group.by_value(conn, catalog, entity, some, colour, a_scope()) == {None: 1, "red": 2}
