"""4.1: whatever is done to a tree, in whatever order, no row is below itself, and paths, order and parents agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import accounts
from engine.errors import FieldloomError
from engine.metadata.database import Database
from engine.metadata.rows import DEEPEST, PATH_MARK, RowSet
from engine.records import history, read
from engine.render.page import Pages
from engine.service import api, branches, deleting, pasting, undoing
from engine.service.visit import Credentials, Site, Visit
from tests.databases import LOCALES, ROOT

TREE = "industry"
PLACES = st.integers(0, 10**6)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), PLACES, PLACES, PLACES),
        st.tuples(st.just("step"), PLACES, st.sampled_from(list(branches.STEPS))),
        st.tuples(st.just("add"), PLACES, PLACES),
        st.tuples(st.just("patch"), PLACES, PLACES),
        st.tuples(st.just("delete"), PLACES),
        st.tuples(st.just("restore"), PLACES),
        st.tuples(st.just("paste"), PLACES, st.lists(st.integers(0, 4), min_size=1, max_size=6)),
        st.tuples(st.just("undo"), PLACES),
    ),
    min_size=5,
    max_size=25,
)


class Garden:
    """A site with an administrator, and acts chosen by numbers."""

    def __init__(self, database: Database) -> None:
        self.site = Site(database, Pages([ROOT / "web" / "templates"], lambda path: f"/static/{path}"), LOCALES)
        with database.writing() as conn:
            self.token = accounts.add_token(conn, accounts.add_user(conn, "admin", "password", "administrator"), "tree")
        self.batches: list[str] = []

    @contextmanager
    def visit(self, *, write: bool = False) -> Iterator[Visit]:
        """An administrator's visit, in English."""
        with self.site.visit(Credentials(token=self.token, languages=["en"]), write=write) as found:
            yield found

    def rows(self) -> RowSet:
        """The tree as it is."""
        with self.visit() as visit:
            return visit.rows.sets[TREE]

    def act(self, kind: str, *numbers: Any) -> None:
        """Do it; what is refused changes nothing."""
        with suppress(FieldloomError), self.visit(write=True) as visit:
            done = self._act(visit, sorted(visit.rows.sets[TREE].rows), kind, *numbers)
            if getattr(done, "undo", ""):
                self.batches.append(done.undo)

    def _act(self, visit: Visit, ids: list[int], kind: str, *numbers: Any) -> Any:
        def some(number: int) -> int:
            return ids[number % len(ids)]

        match kind, *numbers:
            case "move", row, under, before:
                return branches.move(visit, TREE, some(row), some(under) if under % 5 else None, some(before))
            case "step", row, direction:
                return branches.step(visit, TREE, some(row), direction)
            case "add", number, place:
                return branches.add(visit, TREE, f"new {number}", **{("under", "after")[place % 2]: some(place)})
            case "patch", row, under:
                return api.changed(visit, TREE, some(row), {"parent": some(under) if under % 5 else None}, None)
            case "delete", row:
                return deleting.delete(visit, TREE, some(row))
            case "restore", number:
                gone = history.deleted(visit.conn, TREE)
                return deleting.restore(visit, TREE, gone[number % len(gone)].record_id) if gone else None
            case "paste", under, depths:
                text = "\n".join(" " * depth + f"line {place}" for place, depth in enumerate(depths))
                return pasting.plant(visit, TREE, some(under), text)
            case "undo", number:
                return undoing.take_back(visit, self.batches[number % len(self.batches)]) if self.batches else None


@pytest.fixture
def garden(installed: Database) -> Garden:
    """A garden of the test's own."""
    return Garden(installed)


def stored(garden: Garden) -> Mapping[int, int | None]:
    """The parents as the database has them."""
    with garden.visit(write=True) as visit:
        return read.lock_tree(visit.conn, visit.catalog, visit.catalog.entity(TREE))


def check(garden: Garden) -> None:
    """No loop, and everything that is told of the tree agrees with the parents."""
    parents, rows = stored(garden), garden.rows()
    assert {id: row.parent for id, row in rows.rows.items()} == parents
    assert sorted(row.id for row, _ in rows.ordered) == sorted(parents)  # each once: none is lost in a loop
    for row, depth in rows.ordered:
        steps = [row.id]
        while (above := parents[steps[-1]]) is not None:
            assert above not in steps
            steps.append(above)
        assert depth == len(steps) - 1 < DEEPEST
        assert rows.show(row.id, "path", ("en",)) == PATH_MARK.join(rows.show(one, "title", ("en",)) for one in reversed(steps))
        assert all(row.id in rows.under(one) for one in steps)
    counted = rows.summed(dict.fromkeys(parents, 1))
    assert counted == {id: len(rows.under(id)) for id in parents}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_random_acts_keep_a_tree_a_tree(garden: Garden, acts: list[tuple[Any, ...]]) -> None:
    for act in acts:
        garden.act(*act)
    check(garden)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(PLACES, PLACES, PLACES), min_size=1, max_size=8))
def test_a_moved_row_stands_where_it_was_put_and_undoing_brings_all_back(garden: Garden, moves: list[tuple[int, int, int]]) -> None:
    for row, under, before in moves:
        rows = garden.rows()
        ids = sorted(rows.rows)
        id, target = ids[row % len(ids)], ids[under % len(ids)] if under % 4 else None
        if target in rows.under(id):
            continue
        siblings = [one.id for one in rows.children.get(target, ()) if one.id != id]
        place = before % (len(siblings) + 1)
        with garden.visit(write=True) as visit:
            done = branches.move(visit, TREE, id, target, siblings[place] if place < len(siblings) else None)
        after = garden.rows()
        assert [one.id for one in after.children[target]] == [*siblings[:place], id, *siblings[place:]]
        if done.undo:
            with garden.visit(write=True) as visit:
                undoing.take_back(visit, done.undo)
            assert [one.id for one, _ in garden.rows().ordered] == [one.id for one, _ in rows.ordered]
            with garden.visit(write=True) as visit:
                branches.move(visit, TREE, id, target, siblings[place] if place < len(siblings) else None)
    check(garden)


LISTS = {
    "plain": ("a\nb", "a b"),
    "spaces": ("a\n  b\n    c\n  d\ne", "a(b(c) d) e"),
    "tabs": ("a\n\tb\n\t\tc\n\td", "a(b(c) d)"),
    "tabs and spaces": ("a\n\tb\n    c", "a(b c)"),
    "wide spaces": ("甲\n　　乙\n　　丙", "甲(乙 丙)"),
    "uneven": ("  a\n b\n      c\n    d", "a b(c d)"),
    "bullets": ("- a\n  * b\n  • c\n—", "a(b c)"),
    "empty lines": ("\n\na\r\n\r\n  b\r\n \n", "a(b)"),
    "names with a hyphen": ("-a\n- -b", "-a -b"),
    "the same twice": ("a\n  b\nA\n  c", "a(b c)"),
    "nothing": (" \n\n", ""),
}


@pytest.mark.parametrize("case", LISTS)
def test_how_a_list_is_read(case: str) -> None:
    def drawn(found: list[pasting.Planted]) -> str:
        return " ".join(one.name + (f"({drawn(one.children)})" if one.children else "") for one in found)

    text, expected = LISTS[case]
    assert drawn(pasting.parse(text)) == expected
