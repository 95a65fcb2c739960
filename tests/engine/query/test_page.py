"""Pages: every row exactly once, in the right order, with the right total; a page mark from outside is not trusted."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import BadValue
from engine.metadata import rows, store
from engine.metadata.database import Database
from engine.metadata.folding import fold
from engine.metadata.model import Catalog, Entity, Json
from engine.query import page, tree
from engine.query.values import Scope
from engine.records import write
from tests.engine.conftest import Once
from tests.engine.making import a_field, a_scope, an_entity, made

NAMES = ["Zürich", "zurich", "Acme", None, "宏远", "ACME", "acme", None, "Łódź", "𠮷野家", "e\u0301", "é", "100%", "a b", "~", None, "Æ", "z"]
DAYS = [None, "2026-11-24", "1999-01-01", "2026-11-24", None, "2030-05-05"]
MOMENTS = [None, "2026-11-24T12:00:00Z", "2026-11-24T12:00:00.000001Z", "1999-01-01T00:00:00Z"]
PRICES = ["1.5", None, "-3", "99999.99", "1.5", "0", None]


@dataclass(frozen=True)
class Listed:
    """A table with many equal values and gaps."""

    database: Database
    catalog: Catalog
    entity: Entity
    scope: Scope
    values: Mapping[int, Mapping[str, Json]]

    def read(self, *pairs: tuple[str, str]) -> page.Page:
        """One page."""
        with self.database.reading() as conn:
            return page.read(conn, self.catalog, self.entity, tree.parse(pairs, self.entity), self.scope)

    def walk(self, *pairs: tuple[str, str], size: int = 7) -> list[int]:
        """The ids of all pages, one after the other; the total stays the same."""
        ids: list[int] = []
        after, totals = "", set()
        while True:
            found = self.read(*pairs, ("page[size]", str(size)), *([("page[after]", after)] if after else []))
            ids += found.ids
            totals.add(found.total)
            if not found.next:
                assert totals == {len(ids)}
                return ids
            assert len(found.ids) == size
            after = found.next


@pytest.fixture
def listed(once: Once, workshop: Database, backend: str) -> Listed:
    """A table with many equal values and gaps."""
    return once(backend, lambda kept: _filled(workshop, kept))


@pytest.fixture(params=[2, 10_000], ids=["many are found", "few are found"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few found records are sorted at once, many are walked in the order's own index: both ways give the same."""
    monkeypatch.setattr(page, "FEW", request.param)


def _filled(database: Database, kept: ExitStack) -> Listed:
    size = an_entity(a_field("name"), a_field("position", "integer"), name="size", kind="dictionary")
    entity = an_entity(
        a_field("name", searchable=True),
        a_field("plain"),
        a_field("age", "integer", searchable=True),
        a_field("price", "decimal"),
        a_field("day", "date"),
        a_field("moment", "datetime"),
        a_field("opens", "time"),
        a_field("open", "check"),
        a_field("size", "list", {"entity": "size"}),
        name="listed",
    )
    catalog = kept.enter_context(made(database, size, entity))
    values: dict[int, Mapping[str, Json]] = {}
    with database.writing() as conn:
        sizes = [write.insert(conn, catalog, size, {"name": name, "position": at}, by=None) for name, at in (("L", 3), ("S", 1), ("M", 2))]
        for place in range(60):
            row = {
                "name": NAMES[place % len(NAMES)],
                "plain": NAMES[place * 7 % len(NAMES)],
                "age": None if place % 5 == 0 else place % 4,
                "price": PRICES[place % len(PRICES)],
                "day": DAYS[place % len(DAYS)],
                "moment": MOMENTS[place % len(MOMENTS)],
                "opens": None if place % 3 else f"{place % 24:02}:30:00",
                "open": None if place % 3 == 0 else place % 2 == 0,
                "size": None if place % 4 == 3 else sizes[place % 4],
            }
            values[write.insert(conn, catalog, entity, row, by=None)] = row
        dictionaries = rows.load(conn, catalog, store.Version(0, 0))
    return Listed(database, catalog, entity, a_scope(dictionaries=dictionaries), values)


def sort_value(listed: Listed, name: str, value: Json) -> Any:
    """A value as it is sorted."""
    if name == "size":
        return listed.scope.dictionaries.sets["size"].place[value]
    by_code_point = {"name": lambda text: [ord(c) for c in fold(text)], "plain": lambda text: [ord(c) for c in text]}
    kinds: dict[str, Any] = {"price": Decimal, "day": date.fromisoformat, "moment": datetime.fromisoformat, **by_code_point}
    return kinds.get(name, lambda one: one)(value)


def in_order(listed: Listed, *keys: str) -> list[int]:
    """All ids as Python sorts them: nothing comes last in both directions, equals in the direction of the last key."""
    ids = sorted(listed.values, reverse=keys[-1].startswith("-"))
    for key in reversed(keys):
        name, down = key.removeprefix("-"), key.startswith("-")
        there = [id for id in ids if listed.values[id][name] is not None]
        nothing = [id for id in ids if listed.values[id][name] is None]
        there.sort(key=lambda id: sort_value(listed, name, listed.values[id][name]), reverse=down)
        ids = there + nothing
    return ids


FIELDS = ("name", "plain", "age", "price", "day", "moment", "opens", "open", "size")


@pytest.mark.parametrize("direction", ["", "-"], ids=["up", "down"])
@pytest.mark.parametrize("name", FIELDS)
def test_a_walk_meets_every_row_once_in_order(name: str, direction: str, listed: Listed) -> None:
    key = direction + name
    wanted = in_order(listed, key)
    assert listed.walk(("sort", key)) == wanted
    assert listed.walk(("sort", key), size=1) == wanted
    assert listed.walk(("sort", key), size=60) == wanted
    assert listed.walk(("sort", key), size=59) == wanted


@pytest.mark.parametrize("keys", [("age", "name"), ("-age", "name"), ("open", "-price", "day"), ("size", "-moment"), ("-size", "opens", "-age")])
def test_several_keys(keys: tuple[str, ...], listed: Listed) -> None:
    assert listed.walk(("sort", ",".join(keys))) == in_order(listed, *keys)


def test_no_order_is_the_newest_first(listed: Listed) -> None:
    newest_first = sorted(listed.values, reverse=True)
    assert listed.walk() == newest_first
    assert listed.walk(("sort", "-id")) == newest_first
    assert listed.walk(("sort", "id")) == newest_first[::-1]
    assert listed.walk(("sort", "created_at")) == newest_first[::-1]
    assert listed.walk(("sort", "-updated_at")) == newest_first


@pytest.mark.parametrize("sort", ["id,name", "-id,age,name", "name,name", "age,-age", "name,id,age"])
def test_keys_that_decide_nothing(sort: str, listed: Listed) -> None:
    ids = listed.walk(("sort", sort))
    assert sorted(ids) == sorted(listed.values)


CONDITIONS = [("filter[age][_gte]", "2"), ("filter[name][_contains]", "acme"), ("q", "acme"), ("filter[age][_null]", "true")]


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("pair", CONDITIONS, ids=lambda pair: pair[0])
def test_a_walk_under_a_condition(pair: tuple[str, str], listed: Listed) -> None:
    everyone = set(listed.walk(pair, size=200))
    assert everyone
    assert everyone < set(listed.values)
    for sort in ("name", "-age", "size", "-open", "moment"):
        wanted = [id for id in in_order(listed, sort) if id in everyone]
        assert listed.walk(pair, ("sort", sort), size=4) == wanted


def test_nothing_is_found(listed: Listed) -> None:
    found = listed.read(("filter[age]", "77"))
    assert (found.ids, found.total, found.next) == ((), 0, "")


def test_a_page_that_is_exactly_full_is_the_last(listed: Listed) -> None:
    assert listed.read(("page[size]", "60")).next == ""
    assert listed.read(("page[size]", "59")).next != ""


def test_counting_finds_what_reading_finds(listed: Listed) -> None:
    for pairs in ([], [("q", "acme")], [("filter[age][_gte]", "2")]):
        query = tree.parse(pairs, listed.entity)
        with listed.database.reading() as conn:
            assert page.count(conn, listed.catalog, listed.entity, query, listed.scope) == listed.read(*pairs).total


def test_a_row_that_goes_while_someone_pages_is_simply_gone(listed: Listed) -> None:
    with listed.database.writing() as conn:
        extra = write.insert(conn, listed.catalog, listed.entity, {"name": "last of all \U0010ffff"}, by=None)
    first = listed.read(("sort", "-id"), ("page[size]", "1"))
    assert first.ids == (extra,)
    with listed.database.writing() as conn:
        write.delete(conn, listed.catalog, [(listed.entity, extra)], by=None)
    rest = listed.read(("sort", "-id"), ("page[size]", "200"), ("page[after]", first.next))
    assert rest.ids == tuple(sorted(listed.values, reverse=True))


def mark(*parts: Any) -> str:
    """A page mark as somebody might make one up."""
    return base64.urlsafe_b64encode(json.dumps(list(parts)).encode()).decode().rstrip("=")


# A mark that was never given out for this order: (sort, mark)
HOSTILE: dict[str, tuple[str, str]] = {
    "words": ("name", "not a mark"),
    "other scripts": ("name", "页"),
    "no JSON in it": ("name", "AAAA"),
    "an object": ("name", base64.urlsafe_b64encode(b'{"a": 1}').decode()),
    "nothing in it": ("name", mark()),
    "a total only": ("name", mark(5)),
    "a value too few": ("name", mark(5, ["i", 1])),
    "a value too many": ("name", mark(5, ["s", "a"], ["s", "a"], ["i", 1])),
    "no id": ("name", mark(5, ["s", "a"], None)),
    "a text for an id": ("name", mark(5, ["s", "a"], ["s", "1"])),
    "a text for a number": ("age", mark(5, ["s", "a"], ["i", 1])),
    "a number for a text": ("name", mark(5, ["i", 1], ["i", 1])),
    "a yes for a number": ("age", mark(5, ["b", True], ["i", 1])),
    "a number for a yes": ("open", mark(5, ["i", 1], ["i", 1])),
    "a number no column holds": ("age", mark(5, ["i", 10**30], ["i", 1])),
    "an id no column holds": ("age", mark(5, ["i", 1], ["i", -(10**30)])),
    "an endless number": ("age", base64.urlsafe_b64encode(b'[5,["i",Infinity],["i",1]]').decode()),
    "not a number": ("price", mark(5, ["n", "NaN"], ["i", 1])),
    "a decimal no column holds": ("price", mark(5, ["n", "1e500"], ["i", 1])),
    "a decimal of endless places": ("price", mark(5, ["n", "sNaN123"], ["i", 1])),
    "a day for a moment": ("moment", mark(5, ["d", "2026-11-24"], ["i", 1])),
    "a moment without a zone": ("moment", mark(5, ["m", "2026-11-24T00:00:00"], ["i", 1])),
    "a moment outside the calendar": ("moment", mark(5, ["m", "0001-01-01T00:00:00+14:00"], ["i", 1])),
    "a moment for a day": ("day", mark(5, ["m", "2026-11-24T00:00:00+00:00"], ["i", 1])),
    "a day that does not exist": ("day", mark(5, ["d", "2026-02-30"], ["i", 1])),
    "a time with a zone": ("opens", mark(5, ["t", "14:30:00+08:00"], ["i", 1])),
    "a character nothing stores": ("name", mark(5, ["s", "a\x00"], ["i", 1])),
    "half a character": ("name", mark(5, ["s", "\ud800"], ["i", 1])),
    "an unknown kind": ("name", mark(5, ["x", "a"], ["i", 1])),
    "a kind that is none": ("name", mark(5, [["s"], "a"], ["i", 1])),
    "a bare value": ("name", mark(5, "a", 1)),
    "a total in words": ("name", mark("5", ["s", "a"], ["i", 1])),
    "a total below zero": ("name", mark(-5, ["s", "a"], ["i", 1])),
    "a total that is a yes": ("name", mark(True, ["s", "a"], ["i", 1])),
    "nothing where there is always something": ("created_at", mark(5, None, ["i", 1])),
    "lists within lists": ("name", base64.urlsafe_b64encode(b"[" * 50_000).decode()),
    "the mark of the default order": ("name,age", mark(5, ["i", 1])),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_mark_that_is_none_is_refused(case: str, listed: Listed) -> None:
    sort, after = HOSTILE[case]
    with pytest.raises(BadValue) as caught:
        listed.read(("sort", sort), ("page[after]", after))
    assert caught.value.field == "page[after]"


@pytest.mark.parametrize("name", FIELDS)
def test_a_mark_of_another_order_is_refused_or_harmless(name: str, listed: Listed) -> None:
    after = listed.read(("sort", "day"), ("page[size]", "5")).next
    try:
        found = listed.read(("sort", name), ("page[after]", after), ("page[size]", "200"))
    except BadValue:
        return
    assert set(found.ids) <= set(listed.values)


WORDS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "one word": ("acme", lambda name: "acme" in fold(name)),
    "other capitals and width": ("ＡＣＭＥ", lambda name: "acme" in fold(name)),
    "accents": ("Zürich", lambda name: "zurich" in fold(name)),
    "part of a word": ("uric", lambda name: "uric" in fold(name)),
    "two Chinese characters": ("宏远", lambda name: "宏远" in name),
    "one Chinese character": ("宏", lambda name: "宏" in name),
    "four-byte character": ("𠮷", lambda name: "𠮷" in name),
    "Polish": ("lodz", lambda name: name == "Łódź"),
    "a percent sign is a percent sign": ("%", lambda name: "%" in name),
    "an underscore is an underscore": ("_", lambda name: "_" in name),
    "two words in any order": ("b a", lambda name: "a" in fold(name) and "b" in fold(name)),
    "a word that is nowhere": ("acme nowhere", lambda name: False),
    "a character nothing stores": ("ac\x00me", lambda name: "acme" in fold(name)),
    "quotes": ("'\"", lambda name: False),
}


@pytest.mark.parametrize("case", WORDS)
def test_words_are_looked_for_in_the_searchable_texts(case: str, listed: Listed) -> None:
    words, wanted = WORDS[case]
    found = set(listed.walk(("q", words), size=200))
    assert found == {id for id, row in listed.values.items() if row["name"] is not None and wanted(row["name"])}


@pytest.mark.parametrize("words", ["", "   ", "\u200b", "\x00"])
def test_no_words_restrict_nothing(words: str, listed: Listed) -> None:
    assert listed.read(("q", words)).total == len(listed.values)


def test_words_find_nothing_where_no_text_is_searchable(listed: Listed) -> None:
    bare = replace(listed.entity, fields=tuple(replace(one, searchable=False) for one in listed.entity.fields))
    with listed.database.reading() as conn:
        assert page.read(conn, listed.catalog, bare, tree.parse([("q", "acme")], bare), listed.scope).total == 0
