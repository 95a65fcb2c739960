"""Values of conditions: what a database could not compare is refused with the field's name."""

from __future__ import annotations

import pytest

from engine.errors import BadValue
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.query import page, tree
from tests.engine.conftest import Once
from tests.engine.making import a_field, a_scope, an_entity, made

CARD = an_entity(
    a_field("name", searchable=True),
    a_field("age", "integer", searchable=True),
    a_field("price", "decimal", searchable=True),
    a_field("born", "date", searchable=True),
    a_field("at", "datetime", searchable=True),
    a_field("opens", "time", searchable=True),
    a_field("open", "check", searchable=True),
    a_field("boss", "reference", {"entity": "values"}, searchable=True),
    a_field("place", "tree", {"entity": "values"}, searchable=True),
    a_field("tags", "multiple_choice", {"choices": [{"value": "a", "label": "A"}]}, searchable=True),
    name="values",
)

@pytest.fixture
def catalog(once: Once, workshop: Database, backend: str) -> Catalog:
    """The card's table, with nothing in it."""
    return once(backend, lambda kept: kept.enter_context(made(workshop, CARD)))


BAD: dict[str, tuple[str, str]] = {
    "words for a number": ("filter[age]", "many"),
    "a fraction for an integer": ("filter[age][_gt]", "1.5"),
    "an integer no column holds": ("filter[age][_lt]", "9" * 30),
    "an integer just too large": ("filter[age]", str(2**63)),
    "a decimal no column holds": ("filter[price][_lt]", "9" * 13),
    "a decimal of too many places": ("filter[price]", "0.1234567"),
    "a decimal that is none": ("filter[price]", "NaN"),
    "words for a date": ("filter[born][_gte]", "soon"),
    "a day that does not exist": ("filter[born]", "2026-02-30"),
    "a moment outside the calendar": ("filter[at][_lt]", "0001-01-01T00:00:00+14:00"),
    "words for a time": ("filter[opens]", "noon"),
    "words for a yes": ("filter[open]", "perhaps"),
    "words for emptiness": ("filter[age][_null]", "perhaps"),
    "a name for a reference": ("filter[boss]", "Li Wei"),
    "a reference no column holds": ("filter[boss]", "9" * 19),
    "a span that there is not": ("filter[born][_relative]", "next_week"),
    "a span of no days": ("filter[born][_relative]", "last_0_days"),
    "a span of too many days": ("filter[born][_relative]", "last_10000_days"),
    "a node that there is not": ("filter[place][_under]", "5"),
    "one value for two": ("filter[age][_between]", "5"),
    "three values for two": ("filter[age][_between]", "1,2,3"),
    "half of two values": ("filter[age][_between]", "1,"),
    "one wrong value of many": ("filter[age][_in]", "1,x"),
    "nothing to be equal to": ("filter[age]", ""),
    "nothing to contain": ("filter[name][_contains]", ""),
    "blanks for a number": ("filter[age]", "  "),
    "a character nothing stores": ("filter[name][_contains]", "a\x00b"),
    "a character nothing stores, among choices": ("filter[tags][_any]", "a\x00"),
    "null": ("filter", '{"age": null}'),
    "null that it is not": ("filter", '{"age": {"_neq": null}}'),
    "not a number": ("filter", '{"price": NaN}'),
    "yes for a number": ("filter", '{"age": true}'),
}


@pytest.mark.parametrize("case", BAD)
def test_a_value_that_cannot_be_compared_names_its_field(case: str, workshop: Database, catalog: Catalog) -> None:
    key, value = BAD[case]
    query = tree.parse([(key, value)], CARD)
    with workshop.reading() as conn, pytest.raises(BadValue) as caught:
        page.read(conn, catalog, CARD, query, a_scope())
    assert caught.value.field in key + value
    assert caught.value.field in CARD.by_name
    assert len(str(caught.value.message)) < 300


LARGE = {"age": "9007199254740993", "price": "999999999999.999999", "boss": str(2**63 - 1), "born": "9999-12-31", "at": "9998-01-01T00:00:00Z"}


@pytest.mark.parametrize("name", LARGE)
def test_the_largest_values_can_be_asked_for(name: str, workshop: Database, catalog: Catalog) -> None:
    with workshop.reading() as conn:
        for operator in ("_eq", "_neq"):
            query = tree.parse([(f"filter[{name}][{operator}]", LARGE[name])], CARD)
            assert page.read(conn, catalog, CARD, query, a_scope()).total == 0
