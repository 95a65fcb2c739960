"""Finding records by their title, as pickers do: the same to a person is found, what starts with it comes first."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.query import page, suggest, tree
from engine.records import write
from tests.engine.conftest import Once
from tests.engine.making import a_field, a_scope, an_entity, made

CARD = an_entity(a_field("name"), a_field("age", "integer"), name="suggested")
NAMES = ["Müller & Söhne", "Alte Mühle", "MULLER", "宏远科技", "北京宏远", "100% Organic", "100_x", "Ærø", None, "muller"]


@pytest.fixture
def catalog(once: Once, workshop: Database, backend: str) -> Catalog:
    """A table of names; the title is not searchable, pickers find it all the same."""

    def make(kept: ExitStack) -> Catalog:
        found = kept.enter_context(made(workshop, CARD))
        with workshop.writing() as conn:
            for age, name in enumerate(NAMES):
                write.insert(conn, found, CARD, {"name": name, "age": age}, by=None)
        return found

    return once(backend, make)


FOUND: dict[str, tuple[str, list[str]]] = {
    "what starts with it comes first": ("mul", ["muller", "MULLER", "Müller & Söhne"]),
    "a word inside": ("muhle", ["Alte Mühle"]),
    "other capitals and accents": ("MÜLLER &", ["Müller & Söhne"]),
    "two Chinese characters": ("宏远", ["宏远科技", "北京宏远"]),
    "a percent sign": ("100%", ["100% Organic"]),
    "an underscore": ("0_", ["100_x"]),
    "a ligature": ("aero", ["Ærø"]),
    "nothing like it": ("xyz", []),
    "a character nothing stores": ("mu\x00hle", ["Alte Mühle"]),
}


@pytest.mark.parametrize("case", FOUND)
def test_words_find_titles(case: str, workshop: Database, catalog: Catalog) -> None:
    words, names = FOUND[case]
    with workshop.reading() as conn:
        found = [title for _, title in suggest.by_title(conn, catalog, CARD, words, None, a_scope(), limit=10)]
    assert sorted(found) == sorted(names)
    if len(names) == 2:
        assert found == names, "what starts with the words comes first"


def test_a_title_that_is_exactly_this(workshop: Database, catalog: Catalog) -> None:
    with workshop.reading() as conn:
        found = suggest.by_title(conn, catalog, CARD, "Muller", None, a_scope(), limit=10, exact=True)
        none = suggest.by_title(conn, catalog, CARD, "Mul", None, a_scope(), limit=10, exact=True)
    assert sorted(title for _, title in found) == ["MULLER", "muller"]
    assert none == []


def test_only_what_meets_the_fields_condition(workshop: Database, catalog: Catalog) -> None:
    """3.5: only distributors and agents can be chosen as an intermediary."""
    condition = tree.from_json({"age": {"_lt": 3}}, CARD, searchable_only=False)
    with workshop.reading() as conn:
        found = suggest.by_title(conn, catalog, CARD, "mul", condition, a_scope(), limit=10)
        ids = [id for id, _ in suggest.by_title(conn, catalog, CARD, "", None, a_scope(), limit=50)]
        held = page.holding(conn, catalog, CARD, condition, ids, a_scope())
    assert sorted(title for _, title in found) == ["MULLER", "Müller & Söhne"]
    assert len(held) == 3
    assert {id for id, _ in found} < held


def test_no_words_give_the_newest_and_a_record_without_a_title_its_number(workshop: Database, catalog: Catalog) -> None:
    with workshop.reading() as conn:
        found = suggest.by_title(conn, catalog, CARD, "  ", None, a_scope(), limit=3)
        everyone = suggest.by_title(conn, catalog, CARD, "", None, a_scope(), limit=50)
    assert len(found) == 3
    assert len(everyone) == len(NAMES)
    assert any(title == f"#{id}" for id, title in everyone)
