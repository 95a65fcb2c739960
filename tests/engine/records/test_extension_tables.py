"""A field's values are the same to everybody, whichever of the entity's tables they stand in."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from engine.metadata import rows
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Entity, Json
from engine.metadata.physical import extensions, tables
from engine.metadata.store import Version
from engine.query import group, page, suggest
from engine.query.tree import Junction, Query, SortKey, from_json, is_sortable
from engine.query.values import Scope
from engine.records import history, read, repoint, uses, write
from tests.engine.conftest import Once
from tests.engine.making import CHINESE, NOW, a_field, a_scope, an_entity, beside, made
from tests.engine.query import random_conditions as some

SEED = random.randrange(10**6)


@dataclass(frozen=True)
class Shelf:
    """A thing with a note, a count and a twin; the note in one extension table, count and twin in another."""

    database: Database
    catalog: Catalog
    thing: Entity

    def add(self, **values: Json) -> int:
        """A new record."""
        with self.database.writing() as conn:
            return write.insert(conn, self.catalog, self.thing, values, by=None)

    def get(self, id: int) -> Mapping[str, Json]:
        """Its values now."""
        with self.database.reading() as conn:
            return read.fetch(conn, self.catalog, self.thing, id).values

    def change(self, id: int, **values: Json) -> Mapping[str, Json]:
        """Its values after a change."""
        with self.database.writing() as conn:
            write.update(conn, self.catalog, self.thing, read.fetch(conn, self.catalog, self.thing, id), values, by=None)
        return self.get(id)

    def rows(self, number: int = 1) -> set[int]:
        """The ids that have a row in an extension table."""
        table = extensions(self.catalog, self.thing)[number - 1]
        with self.database.reading() as conn:
            return set(conn.execute(sa.select(table.c.id)).scalars())


@pytest.fixture
def shelf(workshop: Database) -> Iterator[Shelf]:
    """The things."""
    thing = an_entity(
        a_field("name", searchable=True), a_field("note", searchable=True), a_field("count", "integer"),
        a_field("twin", "reference", {"entity": "shelf"}),
        name="shelf",
    )  # fmt: skip
    thing = beside(beside(thing, "note"), "count", "twin", number=2)
    with made(workshop, thing) as catalog:
        yield Shelf(workshop, catalog, thing)


def test_a_second_row_is_made_once_it_is_needed(shelf: Shelf) -> None:
    plain, filled = shelf.add(name="plain"), shelf.add(name="filled", note="a note")
    assert (shelf.rows(1), shelf.rows(2)) == ({filled}, set())
    assert shelf.change(plain, note=None) == {"name": "plain"}
    assert shelf.change(plain, count=5) == {"name": "plain", "count": 5}
    assert (shelf.rows(1), shelf.rows(2)) == ({filled}, {plain})
    assert shelf.change(plain, count=7, note="now") == {"name": "plain", "count": 7, "note": "now"}
    assert shelf.change(plain, count=None) == {"name": "plain", "note": "now"}


def test_many_at_once(shelf: Shelf) -> None:
    told: list[dict[str, Json]] = [{"name": "a", "note": "x"}, {"name": "b"}, {"name": "c", "count": 3, "note": "y"}]
    with shelf.database.writing() as conn:
        ids = write.insert_many(conn, shelf.catalog, shelf.thing, told, by=None)
    assert [shelf.get(id) for id in ids] == told
    with shelf.database.reading() as conn:
        found = read.fetch_many(conn, shelf.catalog, shelf.thing, [*reversed(ids)], ["note"])
    assert [one.values for one in found] == [{"note": "y"}, {}, {"note": "x"}]


def test_history_tells_of_both(shelf: Shelf) -> None:
    id = shelf.add(name="a", note="x")
    shelf.change(id, name="b", note="y")
    with shelf.database.reading() as conn:
        newest, oldest = history.of_record(conn, "shelf", id, limit=2)
    assert (oldest.after, newest.changes) == ({"name": "a", "note": "x"}, {"name": ("a", "b"), "note": ("x", "y")})


def test_deleted_and_restored_as_it_was(shelf: Shelf) -> None:
    other, id = shelf.add(name="other"), shelf.add(name="a", note="x", count=1)
    shelf.change(id, twin=id)
    before = shelf.get(id)
    with shelf.database.writing() as conn:
        batch = write.delete(conn, shelf.catalog, [(shelf.thing, id)], by=None)
    assert (shelf.rows(1), shelf.rows(2)) == (set(), set())
    with shelf.database.writing() as conn:
        write.restore(conn, shelf.catalog, history.of_batch(conn, batch), by=None)
    assert shelf.get(id) == before == {"name": "a", "note": "x", "count": 1, "twin": id}
    assert shelf.get(other) == {"name": "other"}
    assert _found(shelf, {"note": {"_contains": "X"}}) == [id]


def test_a_retired_field_keeps_its_values_through_a_deletion(shelf: Shelf) -> None:
    id = shelf.add(name="a", note="x")
    note = shelf.thing.field("note")
    retired = replace(shelf.thing, fields=tuple(f for f in shelf.thing.fields if f is not note), retired=(replace(note, state="retired"),))
    without = replace(shelf, catalog=replace(shelf.catalog, entities={"shelf": retired}), thing=retired)
    with shelf.database.writing() as conn:
        batch = write.delete(conn, without.catalog, [(retired, id)], by=None)
        write.restore(conn, without.catalog, history.of_batch(conn, batch), by=None)
    assert without.get(id) == {"name": "a"}
    assert shelf.get(id) == {"name": "a", "note": "x"}


def test_what_refers_from_there_guards_and_is_repointed(shelf: Shelf) -> None:
    old, new = shelf.add(name="old"), shelf.add(name="new")
    holder = shelf.add(name="holder", twin=old)
    twin = shelf.thing.field("twin")
    with shelf.database.reading() as conn:
        assert uses.uses_of(conn, shelf.catalog, [(shelf.thing, old)]) == {("shelf", "twin"): 1}
        before = read.fetch(conn, shelf.catalog, shelf.thing, holder)
    with pytest.raises(sa.exc.IntegrityError), shelf.database.writing() as conn:
        write.delete(conn, shelf.catalog, [(shelf.thing, old)], by=None)
    with shelf.database.writing() as conn:
        ids = repoint.lock_referring(conn, shelf.catalog, twin, old)
        repoint.repoint(conn, shelf.catalog, twin, ids, old, new, by=None, batch="b")
    assert (ids, shelf.get(holder)["twin"]) == ([holder], new)
    with shelf.database.reading() as conn:
        assert read.fetch(conn, shelf.catalog, shelf.thing, holder).version == before.version + 1


def _query(entity: Entity, condition: Json) -> Query:
    return Query(Junction("_and", (from_json(condition, entity, searchable_only=False),)))


def _found(shelf: Shelf, condition: Json) -> list[int]:
    with shelf.database.reading() as conn:
        return list(page.read(conn, shelf.catalog, shelf.thing, _query(shelf.thing, condition), a_scope()).ids)


def test_a_picker_can_restrict_by_it(shelf: Shelf) -> None:
    ids = [shelf.add(name="one", note="yes"), shelf.add(name="one more", note="no")]
    with shelf.database.reading() as conn:
        found = suggest.by_title(conn, shelf.catalog, shelf.thing, "one", from_json({"note": {"_eq": "yes"}}, shelf.thing), a_scope(), limit=5)
    assert [id for id, _ in found] == ids[:1]


def test_an_entity_without_extension_is_read_and_written_as_before(workshop: Database) -> None:
    told: list[str] = []

    def note(conn: Connection, cursor: object, statement: str, *_: object) -> None:
        told.append(statement)

    with made(workshop, an_entity(a_field("name"), a_field("note"))) as catalog, workshop.writing() as conn:
        (entity,) = catalog.entities.values()
        sa.event.listen(workshop.engine, "before_cursor_execute", note)
        try:
            id = write.insert(conn, catalog, entity, {"name": "a"}, by=None)
            held = read.fetch(conn, catalog, entity, id)
            write.update(conn, catalog, entity, held, {"note": "b"}, by=None)
        finally:
            sa.event.remove(workshop.engine, "before_cursor_execute", note)
    assert len([one for one in told if entity.table in one]) == 3
    assert not [one for one in told if "JOIN" in one]


@dataclass(frozen=True)
class Pair:
    """The same random records twice: all in one table, and spread over three."""

    database: Database
    catalog: Catalog
    entities: tuple[Entity, Entity]
    scope: Scope

    def both(self, query: Query) -> tuple[list[list[int]], list[list[int]]]:
        """The pages and the total that either gives; ids are the same, for they were given in the same order."""
        plain, spread = ([*self._pages(entity, query)] for entity in self.entities)
        return plain, spread

    def _pages(self, entity: Entity, query: Query) -> Iterator[list[int]]:
        with self.database.reading() as conn:
            while True:
                found = page.read(conn, self.catalog, entity, query, self.scope)
                yield [found.total, *found.ids]
                if not found.next:
                    return
                query = replace(query, after=found.next)


@pytest.fixture
def pair(backend: str, workshop: Database, once: Once) -> Pair:
    """The records on each database."""

    def make(stack: ExitStack) -> Pair:
        other = an_entity(a_field("name"), name="other")
        colour = an_entity(a_field("name"), a_field("parent", "tree", {"entity": "colour"}), name="colour", kind="dictionary", tree="parent")
        chance = random.Random(SEED)
        plain, spread = some.everything("plain"), some.everything("spread")
        names = [one.name for one in spread.fields if one.name != spread.title]
        chance.shuffle(names)
        spread = beside(beside(spread, *names[::3]), *names[1::3], number=2)
        catalog = stack.enter_context(made(workshop, other, colour, plain, spread))
        with workshop.writing() as conn:
            write.insert_many(conn, catalog, other, [{"name": name} for name in "abc"], by=None)
            for key in ("warm", "red", "crimson"):
                stamps = {"version": 1, "created_at": NOW, "updated_at": NOW}
                write.insert_row(conn, catalog, colour, {"name": key, "row_key": key, **stamps})
            known = rows.load(conn, catalog, Version(1, 1))
            kept = [some.values_of(chance, plain) for _ in range(50)]
            for entity in (plain, spread):
                write.insert_many(conn, catalog, entity, kept[:40], by=None)
                for values in kept[40:]:
                    id = write.insert(conn, catalog, entity, {}, by=None)
                    write.update(conn, catalog, entity, read.fetch(conn, catalog, entity, id), values, by=None)
        return Pair(workshop, catalog, (plain, spread), a_scope(CHINESE, dictionaries=known))

    return once(backend, make)


def test_the_same_values_are_read(pair: Pair) -> None:
    assert len(extensions(pair.catalog, pair.entities[1])) == 2
    with pair.database.reading() as conn:
        ids = list(conn.execute(sa.select(tables(pair.catalog)["plain"].c.id)).scalars())
        plain, spread = (read.fetch_many(conn, pair.catalog, entity, ids) for entity in pair.entities)
    assert len(plain) == 50
    assert [(one.id, one.version, one.values) for one in plain] == [(one.id, one.version, one.values) for one in spread], SEED


def test_the_same_records_are_found_in_the_same_order(pair: Pair) -> None:
    chance = random.Random(SEED)
    fields = [one for one in pair.entities[0].fields if is_sortable(one)]
    for condition in some.conditions(chance, pair.entities[0], 100):
        sort = tuple(SortKey(one.name, chance.random() < 0.5) for one in chance.sample(fields, chance.randint(0, 2)))
        query = Query(Junction("_and", (condition,)), chance.choice(("", "", "acme", "远")), sort, size=chance.choice((7, 60)))
        plain, spread = pair.both(query)
        assert plain == spread, (SEED, query)


def test_the_same_counts_by_value(pair: Pair) -> None:
    for name in ("choice_f", "list_f", "check_f"):
        query = _query(pair.entities[0], {"integer_f": {"_gte": 0}})
        with pair.database.reading() as conn:
            plain, spread = (group.by_value(conn, pair.catalog, one, query, one.field(name), pair.scope) for one in pair.entities)
        assert plain == spread
        assert sum(plain.values())
