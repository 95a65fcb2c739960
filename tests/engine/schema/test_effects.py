"""A preview says what happens to the data that is there, what each statement costs and who is in the way; and it changes nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Json
from engine.metadata.physical import tables
from engine.records import write
from engine.schema import actual, apply, counting, effects, plan, probing, stages
from engine.schema.apply import Orders
from engine.schema.counting import Count
from engine.schema.effects import Effects
from engine.schema.operation import Operation
from engine.schema.ops import AddField, ChangeField, ConvertField, PurgeField, RetireField
from engine.schema.statement import Statement
from engine.service import evolution, plan_json
from tests.engine.making import a_field, an_entity, made

NOTE = AddField("customer", "c_note", "text", "basic", "Note")
SIZE = AddField("customer", "c_size", "integer", "basic", "Size", searchable=True)
KIN = AddField("customer", "c_kin", "reference", "basic", "Kin", options={"entity": "customer"})
FAR = AddField("customer", "c_far", "text", "basic", "Far", table="customer__x1")


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "GRACE", 0.01)


def publish(database: Database, *operations: Operation) -> None:
    apply.publish(database, operations, Orders())


def look(database: Database, *operations: Operation) -> Effects:
    with database.reading() as conn:
        catalog = store.load(conn)
        told = effects.seen(conn, plan.make(catalog, operations, actual.ground(conn, plan.touched(operations, catalog))))
        return effects.of(database, conn, told)


def fill(database: Database, name: str, values: Sequence[Json]) -> list[int]:
    with database.writing() as conn:
        catalog = store.load(conn)
        rows = [{"name": "ACME", **({name: value} if value is not None else {})} for value in values]
        return write.insert_many(conn, catalog, catalog.entity("customer"), rows, by=None)


def shape(database: Database) -> Json:
    """All tables with their columns and indexes."""
    with database.reading() as conn:
        found = sa.inspect(conn)
        return {
            name: (sorted(actual.columns(conn, name)), sorted(actual.indexes(conn, name)), conn.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar())
            for name in found.get_table_names()
        }


def test_a_conversion_says_what_it_loses(installed: Database) -> None:
    publish(installed, NOTE, FAR)
    ids = fill(installed, "c_note", ["12", "twelve", None, "-4", "1.5"])
    told = look(installed, ConvertField("customer", "c_note", "c_number", "integer"))
    (effect,) = told.steps
    assert (effect.filled, effect.lost, [one.id for one in effect.examples]) == (Count(4), Count(2), [ids[1], ids[4]])
    assert [(one.code, one.level) for one in told.findings] == [("E2", "note"), ("C3", "warning")]
    assert str(told.findings[1].message) == f"2 values of “Note” do not convert: those of records {ids[1]}, {ids[4]}."


@pytest.mark.parametrize("field", [NOTE, FAR], ids=["own table", "extension table"])
def test_what_is_hidden_or_demanded_is_counted(installed: Database, field: AddField) -> None:
    publish(installed, field)
    before = look(installed, ChangeField("customer", field.name, {"required": True})).steps[0].rows
    assert before is not None
    fill(installed, field.name, ["a", None, "b", "c"])
    told = look(installed, ChangeField("customer", field.name, {"required": True}))
    assert (told.steps[0].filled, told.steps[0].rows) == (Count(3), Count(before.n + 4))
    assert [str(one.message) for one in told.findings] == [
        f"{before.n + 1} records have no value in “{field.label}”." if before.n else f"1 record has no value in “{field.label}”."
    ]
    (finding,) = look(installed, RetireField("customer", field.name)).findings
    assert (finding.code, str(finding.message)) == ("E2", f"“{field.label}”: 3 records have a value.")
    publish(installed, RetireField("customer", field.name))
    (finding,) = look(installed, PurgeField("customer", field.name)).findings
    assert (finding.code, str(finding.message)) == ("E2", f"“{field.label}”: 3 records have a value.")


def test_who_uses_a_field_is_listed(installed: Database) -> None:
    publish(installed, NOTE, AddField("customer", "c_more", "text", "basic", "More", rules={"visible": {"c_note": {"_nnull": True}}}))
    (effect,) = look(installed, ChangeField("customer", "c_note", {"enabled": False})).steps
    assert [(one.what, one.field) for one in effect.dependents] == [("visible", "c_more")]


def test_what_limits_the_choices_of_a_reference_is_used_by_it(installed: Database) -> None:
    """The condition names fields of two cards: those it asks for, and those of its own card that it compares with."""
    where = {"c_kind": {"_eq": "$RECORD.c_note"}}
    publish(installed, AddField("contact", "c_kind", "text", "basic", "Kind"), AddField("contact", "c_note", "text", "basic", "Other"), NOTE)
    publish(installed, AddField("customer", "c_who", "reference", "basic", "Who", options={"entity": "contact", "where": where}))
    wanted = [ChangeField(entity, name, {"enabled": False}) for entity, name in (("customer", "c_note"), ("contact", "c_kind"), ("contact", "c_note"))]
    told = [look(installed, one).steps[0].dependents for one in wanted]
    limited = [("where", "customer", "c_who")]
    assert [[(one.what, one.entity, one.field) for one in found] for found in told] == [limited, limited, []]


COSTS = {
    "sqlite": {"add_column": ("instant", "nobody"), "create_index": ("reads", "writers"), "drop_column": ("rewrites", "writers")},
    "postgresql": {"add_column": ("instant", "nobody"), "create_index": ("reads", "writers"), "drop_column": ("instant", "nobody")},
    "mariadb": {"add_column": ("instant", "nobody"), "create_index": ("online", "nobody"), "drop_column": ("instant", "nobody")},
}


def test_the_cost_of_each_statement_is_found_out(installed: Database, backend: str) -> None:
    """On an empty copy: the database afterwards is as it was."""
    publish(installed, NOTE)
    publish(installed, RetireField("customer", "c_note"))
    before = shape(installed)
    told = look(installed, SIZE, KIN, FAR, PurgeField("customer", "c_note"))
    found: dict[str, tuple[str, str]] = {one.statement.action: (one.kind, one.held) for one in told.costs}
    assert {action: found[action] for action in COSTS[backend]} == COSTS[backend]
    assert [one.statement.action for one in told.costs if not one.probed and one.statement.action in COSTS[backend]] == []
    assert shape(installed) == before


REWRITES = {
    "sqlite": "ALTER TABLE customer DROP COLUMN fax",
    "postgresql": "ALTER TABLE customer ALTER COLUMN version TYPE bigint",
    "mariadb": "ALTER TABLE customer NOWAIT MODIFY COLUMN version BIGINT NOT NULL",
}


def test_a_statement_that_writes_all_rows_anew_is_found_out(installed: Database, backend: str) -> None:
    statement = Statement("drop_column", "customer", "any", REWRITES[backend])
    (cost,) = probing.costs(installed, [], [statement])
    assert (cost.kind, cost.probed) == ("rewrites", True)
    assert cost.held == ("everybody" if backend == "postgresql" else "writers")


def test_nothing_is_left_behind_by_a_statement_that_fails(installed: Database) -> None:
    before = shape(installed)
    (cost,) = probing.costs(installed, [], [Statement("add_column", "customer", "any", "ALTER TABLE customer ADD COLUMN name TEXT")])
    assert not cost.probed
    (cost,) = probing.costs(installed, [], [Statement("add_column", "nowhere", "any", "ALTER TABLE nowhere ADD COLUMN name TEXT")])
    assert not cost.probed
    assert shape(installed) == before


@contextmanager
def idle_transaction(database: Database) -> Iterator[None]:
    """Somebody who has read a table and holds it since."""
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing() as conn:
            conn.execute(sa.text("SELECT count(*) FROM customer")).scalar()
            ready.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("backend", ["mariadb"], indirect=True)
def test_the_copy_of_a_look_that_was_killed_goes_with_the_next_one(installed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def copies() -> list[str]:
        with installed.reading() as conn:
            return [name for name in sa.inspect(conn).get_table_names() if name.startswith("fl_probe_")]

    with installed.writing() as conn:
        conn.exec_driver_sql("CREATE TABLE fl_probe_0123456789abcdef LIKE customer")
    look(installed, NOTE)
    assert copies() == ["fl_probe_0123456789abcdef"]  # it may be somebody's who is looking now
    monkeypatch.setattr(probing, "LEFT", -1)
    look(installed, NOTE)
    assert copies() == []


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)
def test_an_open_transaction_is_named(installed: Database) -> None:
    """Q1; and the preview does not wait for it."""
    with idle_transaction(installed):
        time.sleep(2.1)
        began = time.monotonic()
        told = look(installed, NOTE)
        assert time.monotonic() - began < 3
    assert [(one.code, one.level, one.entity) for one in told.findings] == [("Q1", "warning", "customer")]


def test_many_rows_are_counted_in_the_time_there_is(workshop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "PIECE", 100)
    with made(workshop, an_entity(a_field("name"), a_field("note"), name="many")) as catalog:
        (entity,) = catalog.entities.values()
        with workshop.writing() as conn:
            write.insert_many(conn, catalog, entity, [{"name": "x", **({"note": "y"} if n % 4 == 0 else {})} for n in range(2_000)], by=None)
        with workshop.reading() as conn:
            whole = counting.count(conn, tables(catalog)["many"], ["note"], time.monotonic() + 60)
            some = counting.count(conn, tables(catalog)["many"], ["note"], 0)
    assert (whole.rows, whole.filled["note"]) == (Count(2_000), Count(500))
    assert some.rows.about
    assert 1_700 <= some.rows.n <= 2_300
    assert 400 <= some.filled["note"].n <= 600


@pytest.mark.parametrize(("n", "told"), [(0, 0), (7, 7), (83, 83), (1_234, 1_200), (987_654, 990_000)])
def test_about(n: int, told: int) -> None:
    assert counting.rounded(n) == told


def test_a_preview_as_json(installed: Database) -> None:
    publish(installed, NOTE)
    with installed.reading() as conn:
        catalog: Catalog = store.load(conn)
        seen = evolution.looked_at(installed, conn, catalog, [SIZE, ConvertField("customer", "c_note", "c_number", "integer")])
    told = plan_json.of_preview(seen)
    assert json.loads(json.dumps(told)) == told
    assert told["hash"] == seen.plan.hash
    assert [set(one) >= {"rows", "filled", "lost", "examples", "dependents"} for one in (step["effect"] for step in told["steps"])] == [False, True]
    assert {one["cost"] for one in told["statements"]} <= {"instant", "online", "reads", "rewrites"}
    (budget,) = told["budgets"]
    assert (budget["entity"], budget["most_fields"]) == ("customer", 1_500)
    assert budget["tables"][0]["table"] == "customer"
