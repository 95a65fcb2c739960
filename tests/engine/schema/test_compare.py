"""Definitions and database come apart: found, set aside, repaired."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.errors import ChangeRefused, DatabaseRefused, NotConfirmed
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.physical import whole_tables
from engine.schema import actual, apply, compare, ddl, journal, lock, stages
from engine.schema.apply import Orders
from engine.schema.journal import Intent
from engine.schema.operation import read
from engine.schema.ops import JOURNALLED, AddEntity, AddField, ConvertField, PurgeField
from engine.schema.plan import Plan
from engine.service import drift
from tests.faults.conftest import a_definition

ADD = {"operation": "add_field", "entity": "customer", "name": "c_x", "type": "text", "group": "basic", "label": "X",
       "options": {"max_length": 50}, "searchable": True}  # fmt: skip


def change(database: Database, *documents: dict[str, object]) -> None:
    """A change of these operations."""
    apply.publish(database, read(list(documents), JOURNALLED), Orders())


def run(database: Database, *statements: str) -> None:
    """What somebody does by hand."""
    with database.writing() as conn:
        for one in statements:
            conn.exec_driver_sql(one)


def rows_of(database: Database, sql: str) -> list[object]:
    """What a statement of one column finds."""
    with database.reading() as conn:
        return [row[0] for row in conn.exec_driver_sql(sql)]


def found(database: Database) -> list[tuple[str, str, str]]:
    """(code, table, name) of what differs."""
    with database.reading() as conn:
        told = compare.compare(conn, store.load(conn))
    return [(one.finding.code, one.finding.entity, one.finding.field) for one in told]


def levels(database: Database) -> dict[str, str]:
    """The level of what differs, by code."""
    with database.reading() as conn:
        return {one.finding.code: one.finding.level for one in compare.compare(conn, store.load(conn))}


def without_column(database: Database, table: str, column: str) -> None:
    """Drop a column by hand, with its index where the database asks for that."""
    if database.dialect == "sqlite":
        run(database, f"DROP INDEX IF EXISTS ix_{table}_{column}")
    run(database, f"ALTER TABLE {table} DROP COLUMN {column}")


def test_a_fresh_installation_differs_nowhere(installed: Database) -> None:
    assert found(installed) == []


def test_nor_does_one_with_fields_of_every_type(installed: Database) -> None:
    told = [
        {"operation": "add_field", "entity": "customer", "name": f"c_{kind}", "type": kind, "group": "basic", "label": kind, "options": options,
         "searchable": kind not in ("attachment", "image", "hint", "url", "link")}
        for kind, options in {
            "text": {}, "multiline": {}, "integer": {}, "decimal": {"places": 2}, "date": {}, "datetime": {}, "check": {},
            "choice": {"choices": [{"value": "a", "label": "A"}]}, "reference": {"entity": "contact"}, "list": {"entity": "salutation"},
            "attachment": {},
        }.items()
    ]
    change(installed, *told)
    assert found(installed) == []


def test_a_field_without_a_column_is_set_aside_and_taken_back(installed: Database) -> None:
    change(installed, ADD)
    without_column(installed, "customer", "c_x")
    assert ("P2", "customer", "c_x") in found(installed)
    assert drift.set_aside(installed) == ["customer.c_x"]
    assert drift.set_aside(installed) == []
    with installed.reading() as conn:
        customer = store.load(conn).entity("customer")
        assert ("c_x" in customer.by_name, [one.name for one in customer.missing]) == (False, ["c_x"])
        assert "s_c_x" in actual.columns(conn, "customer")  # nothing was dropped
        newest = journal.read_changes(conn, limit=1)[0]
        assert (newest.author, newest.state, newest.statements) == ("Fieldloom", "applied", [])
    assert len(drift.repair(installed, Orders())) >= 1
    assert found(installed) == []
    with installed.reading() as conn:
        assert "c_x" in store.load(conn).entity("customer").by_name


def test_a_column_that_comes_back_keeps_its_values(installed: Database) -> None:
    change(installed, ADD | {"searchable": False})
    without_column(installed, "customer", "c_x")
    drift.set_aside(installed)
    with installed.reading() as conn:
        kind = actual.columns(conn, "customer")["code"]
    run(installed, f"ALTER TABLE customer ADD COLUMN c_x {kind}")
    assert found(installed) == [("P2", "customer", "c_x")]
    drift.repair(installed, Orders())
    assert found(installed) == []


def test_a_searched_column_that_comes_back_is_found_by_its_values(installed: Database) -> None:
    change(installed, ADD)
    for name in ("s_c_x", "c_x"):
        if installed.dialect == "sqlite":
            run(installed, "DROP INDEX IF EXISTS ix_customer_c_x")
        without_column(installed, "customer", name)
    drift.set_aside(installed)
    with installed.reading() as conn:
        kind = actual.columns(conn, "customer")["code"]
    row = "INSERT INTO customer (name, version, created_at, updated_at, c_x) VALUES ('N', 1, '2026-01-01', '2026-01-01', 'ÉTÉ')"
    run(installed, f"ALTER TABLE customer ADD COLUMN c_x {kind}", row)
    drift.repair(installed, Orders())
    with installed.reading() as conn:
        assert list(conn.execute(sa.text("SELECT s_c_x FROM customer WHERE c_x = 'ÉTÉ'")).scalars()) == ["ete"]
    assert found(installed) == []


def test_a_column_of_another_record_is_set_aside_on_both_cards(installed: Database) -> None:
    without_column(installed, "contact", "attitude")
    names = drift.set_aside(installed)
    assert len(names) == 1
    with installed.reading() as conn:
        catalog = store.load(conn)
    field = names[0].removeprefix("contact.")
    lost = [(entity.name, one.column) for entity in catalog.entities.values() for one in entity.missing]
    assert ("contact", field) in lost
    assert all(one.column != field or one.table != "contact" for one in catalog.entity("customer").fields)


def test_an_index_that_is_gone_is_built_again(installed: Database) -> None:
    change(installed, ADD)
    with installed.reading() as conn:
        ground = actual.ground(conn, frozenset())
        catalog = store.load(conn)
        name = next(one for one in ddl.index_statements(catalog, whole_tables(catalog, catalog.entity("customer"))[0], ground) if "c_x" in one)
    run(installed, f"DROP INDEX {name} ON customer" if installed.dialect in ("mysql", "mariadb") else f"DROP INDEX {name}")
    assert found(installed) == [("P4", "customer", name)]
    (id,) = drift.repair(installed, Orders(author="Li"))
    assert found(installed) == []
    with installed.reading() as conn:
        made = journal.read_change(conn, id)
        assert made is not None
        assert (made.author, made.state, made.operations[0]["operation"]) == ("Li", "applied", "mend")


def test_what_somebody_else_made_is_told_and_left(installed: Database) -> None:
    run(installed, "ALTER TABLE customer ADD COLUMN c_orphan TEXT", "ALTER TABLE customer ADD COLUMN theirs TEXT")
    assert found(installed) == [("P7", "customer", "c_orphan"), ("P7", "customer", "theirs")]
    assert drift.repair(installed, Orders()) == []
    with installed.reading() as conn:
        assert {"c_orphan", "theirs"} <= set(actual.columns(conn, "customer"))


def test_a_table_that_is_gone_and_a_wrong_type_are_told(installed: Database) -> None:
    if installed.dialect == "sqlite":  # which keeps no types
        run(installed, "DROP TABLE document")
        assert ("P1", "document", "") in found(installed)
        return
    modify = "ALTER COLUMN code TYPE varchar(7)" if installed.dialect == "postgresql" else "MODIFY code varchar(7)"
    run(installed, f"ALTER TABLE customer {modify}")
    assert ("P3", "customer", "code") in found(installed)


def test_a_foreign_key_that_is_gone_is_found(installed: Database) -> None:
    if installed.dialect == "sqlite":
        pytest.skip("SQLite makes a foreign key only with its column")
    drop = "DROP CONSTRAINT" if installed.dialect == "postgresql" else "DROP FOREIGN KEY"
    run(installed, f"ALTER TABLE customer {drop} fk_customer_city")
    assert found(installed) == [("P6", "customer", "fk_customer_city")]
    drift.repair(installed, Orders())
    assert found(installed) == []


def test_a_repair_that_was_cut_off_is_gone_on_with(installed: Database) -> None:
    change(installed, ADD)
    without_column(installed, "customer", "c_x")
    with installed.reading() as conn:
        catalog = store.load(conn)
        broken = [one for one in compare.compare(conn, catalog) if one.statement and one.repair]
    with installed.writing() as conn:
        operations = [one.repair.to_json() for one in broken if one.repair]
        journal.open_change(conn, Intent(operations, None, [one.statement for one in broken if one.statement], catalog.version, None, "Li"))
    assert ("P8", "fl_change", "") in found(installed)
    with lock.evolving(installed):  # as in a process that goes on
        assert levels(installed)["P8"] == "note"
    assert levels(installed)["P8"] == "warning"
    drift.repair(installed, Orders())
    assert found(installed) == []


def test_a_field_the_program_leans_on_is_never_hidden(installed: Database) -> None:
    with installed.reading() as conn:
        catalog = store.load(conn)
    (operation,) = read([{"operation": "quarantine_field", "entity": "customer", "field": "name"}], JOURNALLED)
    assert [one.code for one in operation.check(catalog)] == ["S1"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_journal_altered_by_hand_is_told(installed: Database) -> None:
    change(installed, ADD)
    with installed.writing() as conn:
        conn.execute(sa.text("UPDATE fl_change SET operations = '[]'"))
    assert ("P9", "fl_change_event", "") in found(installed)


def test_a_column_of_nobody_is_adopted_when_that_is_confirmed(installed: Database) -> None:
    with installed.reading() as conn:
        kind = actual.columns(conn, "customer")["code"]
    run(installed, f"ALTER TABLE customer ADD COLUMN c_x {kind}")
    plain = ADD | {"searchable": False}
    with pytest.raises(NotConfirmed) as refused:
        change(installed, plain)
    assert refused.value.keys == ("V2:customer:c_x",)
    with pytest.raises(ChangeRefused, match="of another type"):
        change(installed, plain | {"type": "integer", "options": {}})
    with pytest.raises(ChangeRefused, match="searched afterwards"):
        change(installed, ADD)
    apply.publish(installed, read([plain], JOURNALLED), Orders(confirmed=frozenset(["V2:customer:c_x"])))
    assert found(installed) == []


@pytest.mark.parametrize("held", ["integer", "text"], ids=["of its type", "of another type"])
def test_a_conversion_writes_into_no_column_of_nobody(installed: Database, held: str) -> None:
    """Adopted, it would show values that nobody gave the field, and lose those that it held."""
    with installed.reading() as conn:
        kind = actual.columns(conn, "customer")["created_by" if held == "integer" else "code"]
    change(installed, ADD | {"name": "c_old"})
    run(installed, f"ALTER TABLE customer ADD COLUMN c_x {kind}")
    with pytest.raises(ChangeRefused, match="Choose another name") as refused:
        apply.publish(installed, [ConvertField("customer", "c_old", "c_x", "integer")], Orders())
    assert refused.value.codes == ("V2",)


@pytest.mark.parametrize("second", ["is there", "is to be made"])
def test_a_column_of_nobody_in_another_table_of_the_entity_is_told(installed: Database, second: str) -> None:
    """The first table is full, and the new field would stand in the second: the column in the first would be nobody's for good."""
    if second == "is there":
        apply.publish(installed, [AddField("customer", "c_far", "text", "basic", "Far", table="customer__x1")], Orders())
    run(installed, "ALTER TABLE customer ADD COLUMN c_hand INTEGER")
    with pytest.raises(ChangeRefused, match="“customer” has a column “c_hand” already"):
        apply.publish(installed, [AddField("customer", "c_hand", "integer", "basic", "Hand", table="customer__x1")], Orders())


def test_a_table_of_nobody_is_neither_taken_over_nor_dropped(installed: Database) -> None:
    run(installed, "CREATE TABLE c_payroll (id INTEGER, v VARCHAR(20))")
    run(installed, "INSERT INTO c_payroll VALUES (1, 'theirs')")
    with pytest.raises(ChangeRefused, match="which belongs to no definition"):
        apply.publish(installed, [AddEntity(a_definition("c_payroll"))], Orders())
    assert rows_of(installed, "SELECT v FROM c_payroll") == ["theirs"]


def test_what_comes_between_plan_and_act_is_not_undone_with_the_change(installed: Database) -> None:
    """Somebody makes a table of the same name in that very moment: the database refuses ours, and theirs stays."""

    def meanwhile(conn: sa.Connection, made: Plan) -> Plan:
        run(installed, "CREATE TABLE c_payroll (id INTEGER, v VARCHAR(20))")
        run(installed, "INSERT INTO c_payroll VALUES (1, 'theirs')")
        return made

    with pytest.raises(DatabaseRefused):
        apply.publish(installed, [AddEntity(a_definition("c_other")), AddEntity(a_definition("c_payroll"))], Orders(more=meanwhile))
    assert rows_of(installed, "SELECT v FROM c_payroll") == ["theirs"]
    with installed.reading() as conn:
        assert "c_other" not in store.load(conn).entities
        assert not actual.columns(conn, "c_other")


def test_a_column_that_was_to_be_adopted_stays_with_its_values_when_the_change_fails(installed: Database) -> None:
    with installed.reading() as conn:
        kind = actual.columns(conn, "customer")["code"]
    run(installed, f"ALTER TABLE customer ADD COLUMN c_x {kind}")
    run(installed, "INSERT INTO customer (name, version, created_at, updated_at, c_x) VALUES ('A', 1, '2026-01-01', '2026-01-01', 'kept')")

    def meanwhile(conn: sa.Connection, made: Plan) -> Plan:
        run(installed, "ALTER TABLE customer ADD COLUMN c_y INTEGER")
        return made

    two = read([ADD | {"searchable": False}, ADD | {"searchable": False, "name": "c_y"}], JOURNALLED)
    with pytest.raises((DatabaseRefused, ChangeRefused)):
        apply.publish(installed, two, Orders(confirmed=frozenset(["V2:customer:c_x"]), more=meanwhile))
    assert rows_of(installed, "SELECT c_x FROM customer WHERE name = 'A'") == ["kept"]
    with installed.reading() as conn:
        assert "c_x" not in store.load(conn).entity("customer").by_name
        assert journal.open_one(conn) is None


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_what_the_database_will_not_drop_stands_in_nobodys_way_and_is_dropped_once_it_can_be(
    installed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "GRACE", 0.0)
    change(installed, ADD)
    change(installed, {"operation": "retire_field", "entity": "customer", "field": "c_x"})
    run(installed, "CREATE VIEW theirs AS SELECT c_x FROM customer")
    done = apply.publish(installed, [PurgeField("customer", "c_x")], Orders(confirmed=frozenset({"D1:customer:c_x"}), archive=tmp_path))
    assert [one.name for one in done.left] == ["c_x"]
    with installed.reading() as conn:
        newest = journal.read_changes(conn, limit=1)[0]
    assert (newest.state, "view theirs depends" in str(newest.detail["reason"])) == ("applied", True)
    assert found(installed) == [("P10", "customer", "c_x")]
    change(installed, ADD | {"name": "c_y"})  # others go on
    with pytest.raises(DatabaseRefused, match="view theirs depends"):
        drift.repair(installed, Orders())
    run(installed, "DROP VIEW theirs")
    drift.repair(installed, Orders())
    assert found(installed) == []
