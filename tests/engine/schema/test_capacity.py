"""What fits and what does not is said before the database refuses; past what a row takes, fields go to extension tables by themselves."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from engine.errors import ChangeRefused
from engine.metadata import rows, store
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Entity
from engine.metadata.physical import extensions, tables
from engine.records import overflow, read, write
from engine.schema import actual, capacity, plan
from engine.schema.apply import Applied
from engine.schema.operation import Operation
from engine.schema.ops import AddEntity, AddField, ChangeField, ConvertField, PurgeField, RestoreField, RetireField
from engine.schema.statement import Ground
from tests.engine.making import a_catalog, a_field, an_entity, beside, made
from tests.engine.schema.acting import found, in_step, save, values_of
from tests.engine.schema.test_operations import COLOUR, SHIPPED

GROUNDS = {name: Ground(sa.make_url(f"{name}://").get_dialect()()) for name in ("sqlite", "postgresql+psycopg", "mariadb+pymysql")}
GROUNDS = {name.partition("+")[0]: ground for name, ground in GROUNDS.items()}
WORST = {"sqlite": 40, "postgresql": 23, "mariadb": 40}
"""The length of the text that takes most room in a row."""

Publish = Callable[..., Applied]


def catalog_of(database: Database) -> Catalog:
    with database.reading() as conn:
        return store.load(conn)


def a_text(length: int) -> str:
    """A text that no database makes smaller."""
    return "".join(random.choices(string.ascii_letters, k=length))


def text(name: str, **told: Any) -> AddField:
    return AddField("customer", name, "text", "basic", name.title(), **told)


def with_texts(count: int, name: str = "thing", **told: Any) -> Entity:
    return an_entity(*(a_field(f"t_{n}", **told) for n in range(count)), name=name)


@pytest.mark.parametrize("dialect", GROUNDS)
def test_where_a_field_goes(dialect: str) -> None:
    """As many texts to a table as a row of them can hold, and not one more."""
    ground = GROUNDS[dialect]
    most = {"sqlite": 1833, "postgresql": 306, "mariadb": 178}[dialect]
    operation = AddField("thing", "c_new", "text", "basic", "New")
    for count in range(most - 3, most + 4):
        entity = with_texts(count)
        placed = capacity.placed(operation, a_catalog(entity), ground)
        assert isinstance(placed, AddField)
        assert placed.table == ("" if count < most else "thing__x1"), count
    full = with_texts(most + 1)
    catalog = a_catalog(replace(full, fields=(*full.fields, *beside(with_texts(most + 6), *(f"t_{n}" for n in range(most + 6))).fields)))
    placed = capacity.placed(operation, catalog, ground)
    assert isinstance(placed, AddField)
    assert placed.table == "thing__x2"


def test_a_table_of_as_many_texts_as_it_is_given_can_be_filled(workshop: Database, backend: str) -> None:
    """The budget is right: a row of worst texts fits, though it holds what is kept for folded columns too."""
    count = next(n for n in range(150, 2000) if _row(n, backend) > (8_126 if backend == "mariadb" else 8_160)) - 1 if backend != "sqlite" else 1_990
    with made(workshop, with_texts(count)) as catalog, workshop.writing() as conn:
        (entity,) = catalog.entities.values()
        id = write.insert(conn, catalog, entity, {one.name: a_text(WORST[backend]) for one in entity.fields}, by=None)
        assert len(read.fetch(conn, catalog, entity, id).values) == count


def _row(count: int, backend: str) -> int:
    entity = with_texts(count)
    return capacity.budget(a_catalog(entity), entity, GROUNDS[backend]).tables[0].row


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)
def test_a_row_that_is_too_big_is_known_as_such(workshop: Database, backend: str) -> None:
    count = {"postgresql": 345, "mariadb": 200}[backend]
    with made(workshop, with_texts(count)) as catalog:
        (entity,) = catalog.entities.values()
        assert capacity.may_overflow(catalog, entity, backend)
        values = {one.name: a_text(WORST[backend]) for one in entity.fields} | {"t_7": a_text(39)}
        with pytest.raises(DBAPIError) as caught, workshop.writing() as conn:
            write.insert(conn, catalog, entity, values, by=None)
    assert overflow.is_overflow(caught.value)
    problems = overflow.problems(entity, values)
    assert len(problems) == 3
    assert problems[0].field == ("t_7" if backend == "postgresql" else "t_0")


@pytest.mark.parametrize("dialect", GROUNDS)
def test_nothing_that_is_shipped_can_overflow(dialect: str) -> None:
    for entity in SHIPPED.entities.values():
        assert not capacity.may_overflow(SHIPPED, entity, dialect)


def _codes(catalog: Catalog, ground: Ground, *operations: Operation) -> list[tuple[str, str]]:
    return [(one.code, one.level) for one in plan.make(catalog, operations, ground).findings]


def test_an_entity_is_nearly_full_and_full() -> None:
    """C1: said from 80 % on, refused at the end; retired fields count."""
    ground = GROUNDS["sqlite"]
    new = AddField("thing", "c_new", "text", "basic", "New")
    assert _codes(a_catalog(with_texts(1_100)), ground, new) == []
    assert _codes(a_catalog(with_texts(1_199)), ground, new) == [("C1", "warning")]
    full = with_texts(1_500)
    half = replace(full, fields=full.fields[:700], retired=full.fields[700:])
    assert _codes(a_catalog(full), ground, new) == _codes(a_catalog(half), ground, new) == [("C1", "error")]
    assert _codes(a_catalog(full), ground, AddField("thing", "c_note", "hint", "basic", "Hint")) == []


def test_a_definition_that_does_not_fit_is_refused() -> None:
    """C1: what a filled row could not hold is no table at all."""
    fields = [{"name": f"f_{n}", "label": str(n), "type": "text"} for n in range(400)]
    group = {"name": "basic", "label": "Basic", "fields": [{"name": "name", "label": "Name", "type": "text", "required": True}, *fields]}
    wide = AddEntity({"entity": "c_wide", "label": "Wide", "plural": "Wide", "kind": "card", "groups": [group]})
    assert _codes(SHIPPED, GROUNDS["sqlite"], wide) == []
    for dialect in ("postgresql", "mariadb"):
        assert _codes(SHIPPED, GROUNDS[dialect], wide) == [("C1", "error")]


def test_a_field_that_cannot_become_searchable_for_lack_of_room() -> None:
    """C1: its folded column stands beside it."""
    change = ChangeField("thing", "t_5", {"searchable": True})
    assert _codes(a_catalog(with_texts(190)), GROUNDS["mariadb"], change) == []
    assert _codes(a_catalog(with_texts(194)), GROUNDS["mariadb"], change) == [("C1", "error")]


def test_searchable_without_an_index() -> None:
    """C4: MariaDB takes 64 indexes of a table."""
    many = an_entity(*(a_field(f"n_{n}", "integer", searchable=True) for n in range(61)), name="thing")
    new = AddField("thing", "c_new", "integer", "basic", "New", searchable=True)
    told = plan.make(a_catalog(many), [new], GROUNDS["mariadb"])
    assert [(one.code, one.level) for one in told.findings] == [("C4", "warning")]
    assert [one.action for one in told.statements] == ["add_column"]
    told = plan.make(a_catalog(many), [new], GROUNDS["postgresql"])
    assert ([one.code for one in told.findings], [one.action for one in told.statements]) == ([], ["add_column", "create_index"])


@pytest.mark.parametrize("backend", ["mariadb"], indirect=True)
def test_more_searchable_fields_than_indexes(installed: Database, publish: Publish) -> None:
    for start in (0, 30, 60):
        publish(*(AddField("customer", f"c_n{n}", "integer", "basic", f"N{n}", searchable=True, before="fax") for n in range(start, start + 30)))
    with installed.reading() as conn:
        assert len(actual.index_columns(conn, ["customer"])["customer"]) <= 64
    id = save(installed, c_n0=5, c_n89=7)
    assert found(installed, "c_n0", "_eq", "5") == found(installed, "c_n89", "_eq", "7") == [id]
    in_step(installed)


X1 = "customer__x1"


def test_an_extension_table_comes_and_goes_with_its_fields(installed: Database, publish: Publish) -> None:
    old = save(installed)
    kin = AddField("customer", "c_kin", "reference", "basic", "Kin", options={"entity": "customer"}, table=X1)
    publish(text("c_far", table=X1, searchable=True), kin)
    in_step(installed)
    id = save(installed, c_far="Möbel", c_kin=old)
    assert values_of(installed, id) == {"name": "ACME", "c_far": "Möbel", "c_kin": old}
    assert found(installed, "c_far", "_contains", "ÖBEL") == found(installed, "c_far", "_eq", "möbel") == [id]
    publish(text("c_more", table=X1))
    in_step(installed)
    publish(RetireField("customer", "c_far"))
    assert values_of(installed, id) == {"name": "ACME", "c_kin": old}
    publish(RestoreField("customer", "c_far"))
    assert values_of(installed, id)["c_far"] == "Möbel"
    names = ("c_far", "c_kin", "c_more")
    publish(*(RetireField("customer", name) for name in names))
    confirmed = frozenset(f"D1:customer:{name}" for name in names)
    publish(*(PurgeField("customer", name) for name in names), confirmed=confirmed)
    in_step(installed)
    assert X1 not in tables(catalog_of(installed))
    with installed.reading() as conn:
        assert not actual.columns(conn, X1)
    publish(text("c_again", table=X1))
    assert values_of(installed, save(installed, c_again="x")) == {"name": "ACME", "c_again": "x"}
    in_step(installed)


def test_a_text_there_is_made_searchable_with_the_values_it_has(installed: Database, publish: Publish) -> None:
    publish(text("c_far", table=X1))
    ids = [save(installed, c_far=one) for one in ("Ärger im Büro", "ärger", "nichts")]
    publish(ChangeField("customer", "c_far", {"searchable": True}))
    assert found(installed, "c_far", "_contains", "ärger") == ids[:2]
    in_step(installed)


@pytest.mark.parametrize(("source", "target"), [("", X1), (X1, ""), (X1, X1), (X1, "customer__x2")], ids=["to", "from", "within", "between"])
def test_values_are_converted_whichever_table_they_stand_in(installed: Database, publish: Publish, source: str, target: str) -> None:
    publish(text("c_count", table=source))
    ids = [save(installed, c_count=one) for one in ("12", "no number", "-3")]
    none = save(installed)
    publish(ConvertField("customer", "c_count", "c_number", "integer", table=target or "customer"))
    assert [values_of(installed, id).get("c_number") for id in (*ids, none)] == [12, None, -3, None]
    in_step(installed)


def test_entries_of_a_list_have_texts_there(installed: Database, publish: Publish) -> None:
    publish(COLOUR)
    publish(AddField("c_colour", "c_hint", "text", "basic", "Hint", searchable=True, table="c_colour__x1"))
    with installed.writing() as conn:
        catalog = store.load(conn)
        for name, hint in (("red", "warm"), ("blue", None)):
            write.insert(conn, catalog, catalog.entity("c_colour"), {"name": name, "c_hint": hint}, by=None)
        held = rows.load(conn, catalog, store.read_version(conn)).sets["c_colour"]
    assert {row.text("name", ("en",)): row.text("c_hint", ("en",)) for row in held.rows.values()} == {"red": "warm", "blue": ""}


def test_dropped_columns_count_where_the_database_counts_them(installed: Database, publish: Publish, backend: str) -> None:
    publish(text("c_gone"), text("c_stays"))
    publish(RetireField("customer", "c_gone"))
    publish(PurgeField("customer", "c_gone"), confirmed=frozenset({"D1:customer:c_gone"}))
    catalog = catalog_of(installed)
    with installed.reading() as conn:
        ground = actual.ground(conn, frozenset({"customer"}))
    held = capacity.budget(catalog, catalog.entity("customer"), ground).tables[0]
    assert held.dropped == (0 if backend == "sqlite" else 1)
    assert held.columns == len(tables(catalog)["customer"].columns)
    worn = replace(ground, spent={"customer": held.most_columns - held.columns - held.dropped})
    placed = capacity.placed(text("c_next"), catalog, worn)
    assert isinstance(placed, AddField)
    assert placed.table == X1


def test_a_table_of_another_cannot_be_named(installed: Database, publish: Publish) -> None:
    for table in ("fl_user", "contact", "contact__x1", "customer__x0", "customer__x1__x1"):
        with pytest.raises(ChangeRefused):
            publish(text("c_far", table=table))
    assert not extensions(catalog_of(installed), catalog_of(installed).entity("customer"))


def test_what_is_published_is_what_was_previewed(installed: Database, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    """I5: planning decides on the table alike both times, and recovery finds it in the journal."""
    monkeypatch.setattr(capacity, "FULL", 0.0)
    catalog = catalog_of(installed)
    with installed.reading() as conn:
        seen = plan.make(catalog, [text("c_far")], actual.ground(conn, plan.touched([text("c_far")], catalog)))
    assert [one.code for one in seen.findings] == ["C5"]
    publish(text("c_far"), seen=seen.hash)
    assert catalog_of(installed).entity("customer").field("c_far").table == X1
    with installed.reading() as conn:
        assert sa.inspect(conn).get_foreign_keys(X1)[0]["options"].get("ondelete") == "CASCADE"
