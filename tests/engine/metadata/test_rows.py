"""Dictionary rows in memory: their order, their texts in the reader's language, their paths, what lies under them."""

from __future__ import annotations

import pytest

from engine.metadata import rows, store
from engine.metadata.database import Database
from engine.metadata.rows import Dictionaries, DictionaryStore, Row, RowSet


def a_row(id: int, parent: int | None = None, position: int = 0, **texts: str) -> Row:
    """A row whose name is known in some languages."""
    return Row(id, f"k{id}", parent, position, True, {"name": {"en": f"n{id}", **{k.replace("_", "-"): v for k, v in texts.items()}}})


def a_set(*found: Row) -> RowSet:
    """A dictionary of these rows."""
    return RowSet("name", {row.id: row for row in found})


TREE = a_set(a_row(1, None, 20), a_row(2, None, 10), a_row(3, 1, 5), a_row(4, 1, 4), a_row(5, 3), a_row(6, 99), a_row(7, 2, 0, zh_Hans="七"))


def test_rows_stand_by_position_with_children_under_their_parents() -> None:
    assert [(row.id, depth) for row, depth in TREE.ordered] == [(6, 0), (2, 0), (7, 1), (1, 0), (4, 1), (3, 1), (5, 2)]
    assert TREE.place == {6: 0, 2: 1, 7: 2, 1: 3, 4: 4, 3: 5, 5: 6}


def test_what_lies_under_a_node() -> None:
    """4.1: a user may choose any node; a condition on it means everything below."""
    assert {id: TREE.under(id) for id in (1, 3, 5, 2)} == {1: {1, 3, 4, 5}, 3: {3, 5}, 5: {5}, 2: {2, 7}}


SHOWN = {
    "title": ("title", "n5", "七"),
    "path": ("path", "n1 › n3 › n5", "n2 › 七"),
    "no description is the title": ("description", "n5", "七"),
}


@pytest.mark.parametrize("case", SHOWN)
def test_a_row_is_shown_as_its_field_says(case: str) -> None:
    how, deep, chinese = SHOWN[case]
    assert TREE.show(5, how, ("zh-Hans",)) == deep
    assert TREE.show(7, how, ("zh-Hans",)) == chinese


def test_a_description_stands_for_the_name() -> None:
    """4.2: cards show a company size's description, not its name."""
    size = RowSet("name", {1: Row(1, "s", None, 0, True, {"name": {"en": "S"}, "description": {"en": "1 to 9", "zh-Hans": "1 至 9 人"}})})
    assert size.show(1, "description", ("zh-Hans",)) == "1 至 9 人"
    assert size.show(1, "description", ("de",)) == "1 to 9"
    assert size.show(1, "title", ("zh-Hans",)) == "S"


def test_a_row_that_there_is_not_is_shown_by_its_number() -> None:
    assert TREE.show(77, "title", ()) == "#77"


def test_a_circle_of_parents_hangs_nothing() -> None:
    circle = a_set(a_row(1, 2), a_row(2, 1), a_row(3))
    assert [row.id for row, _ in circle.ordered] == [3]
    assert circle.show(1, "path", ()).startswith("n")
    assert circle.under(1) == {1}


def test_shipped_rows(shared_rows: Dictionaries) -> None:
    statuses = shared_rows.sets["customer_status"]
    assert list(statuses.by_key) == ["invalid", "basic", "potential", "successful", "pilot", "reference", "frozen_potential", "frozen_successful"]
    assert statuses.show(statuses.by_key["potential"], "title", ("zh-Hans",)) == "潜在"
    industry = shared_rows.sets["industry"]
    software = industry.by_key["it_software"]
    assert industry.show(software, "path", ("en",)) == "Information technology › Software"
    assert software in industry.under(industry.by_key["it"])
    assert shared_rows.of("customer") is None, "the rows of cards are never kept"


def test_rows_are_kept_until_their_version_changes(installed: Database) -> None:
    kept = DictionaryStore()
    with installed.writing() as conn:
        catalog, version = store.load(conn), store.read_version(conn)
        held = kept.current(conn, catalog, version)
        assert kept.current(conn, catalog, version) is held
        key = rows.row_label_key("salutation", next(iter(held.sets["salutation"].by_key)), 0, "name")
        store.save_labels(conn, "zh-Hans", [(key, "x", "新")], origin="own")
        store.bump_version(conn, "dictionaries")
        later = kept.current(conn, catalog, store.read_version(conn))
    assert "新" in {row.text("name", ("zh-Hans",)) for row in later.sets["salutation"].rows.values()}
    assert "新" not in {row.text("name", ("zh-Hans",)) for row in held.sets["salutation"].rows.values()}


def test_label_keys_of_rows() -> None:
    assert rows.row_label_key("city", "beijing", 5, "name") == "row.city.beijing.name"
    assert rows.row_label_key("city", None, 5, "name") == "row.city.5.name"
