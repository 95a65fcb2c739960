"""A new version of the program on an installation that has a life of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import NotUndoable
from engine.metadata import rows as dictionaries
from engine.metadata import store, yaml_form
from engine.metadata import tables as t
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.metadata.physical import tables
from engine.records import read, write
from engine.records.read import Record
from engine.schema import apply, journal
from engine.schema.apply import Orders
from engine.schema.operation import read as read_operations
from engine.schema.ops import OPERATIONS
from engine.service import evolution, setup
from tests.databases import CATALOGS, LOCALES, Databases

BRAND = """
entity: brand
label: Brand
plural: Brands
title: name
kind: dictionary
icon: tag
groups:
  - name: basic
    label: Basic information
    fields:
      - {name: name, label: Name, type: text, options: {max_length: 100}, required: true, searchable: true, in_list: true}
rows:
  - {key: ours, name: Ours}
"""


class Catalogs:
    """A copy of the shipped catalogs, to be changed as a later version would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "catalogs"
        shutil.copytree(CATALOGS, self.folder)

    def change(self, name: str, change: Any) -> None:
        """Change one document."""
        path = self.folder / f"{name}.yaml"
        document = yaml_form.load(path.read_text(encoding="utf-8"))
        change(document)
        path.write_text(yaml_form.dump(document), encoding="utf-8")

    def field(self, entity: str, name: str, **changes: Any) -> None:
        """Change one field."""

        def change(document: Any) -> None:
            one = next(one for group in document["groups"] for one in group["fields"] if one["name"] == name)
            one.update(changes)

        self.change(entity, change)

    def add(self, entity: str, group: int, place: int, **field: Any) -> None:
        """Add a field."""
        self.change(entity, lambda document: document["groups"][group]["fields"].insert(place, field))


@pytest.fixture
def later(tmp_path: Path) -> Catalogs:
    return Catalogs(tmp_path)


def upgraded(database: Database, later: Catalogs) -> list[str]:
    """What an upgrade says."""
    told: list[str] = []
    setup.install(database, later.folder, LOCALES, told.append)
    return told


def catalog_of(database: Database) -> Catalog:
    with database.reading() as conn:
        return store.load(conn)


def read_rows(conn: sa.Connection, catalog: Catalog, name: str = "salutation") -> dict[str, Record]:
    """The entries of a list by their keys."""
    table = tables(catalog)[name]
    keys = {id: key for key, id in conn.execute(sa.select(table.c.row_key, table.c.id)) if key}
    return {keys[one.id]: one for one in read.fetch_many(conn, catalog, catalog.entity(name), list(keys))}


def here(database: Database, **operation: Any) -> None:
    """A change of this installation's own."""
    apply.publish(database, read_operations([operation], OPERATIONS), Orders())


def test_the_same_version_again_changes_nothing(installed: Database) -> None:
    before = catalog_of(installed).version
    assert setup.install(installed, CATALOGS, LOCALES) == []
    assert catalog_of(installed).version == before
    with installed.reading() as conn:
        assert journal.read_changes(conn) == []


def test_what_is_new_arrives_and_what_was_changed_here_stays(installed: Database, later: Catalogs) -> None:
    here(installed, operation="add_field", entity="customer", name="c_own", type="text", group="basic", label="Own", before="code")
    here(installed, operation="change_field", entity="customer", field="code", changes={"help": "Ask sales."})
    (later.folder / "brand.yaml").write_text(BRAND, encoding="utf-8")
    later.add("customer", 0, 2, name="brand", label="Brand", type="list", options={"entity": "brand"}, searchable=True, default="ours")
    later.field("customer", "code", help="Given by the system.", required=True)
    later.field("customer", "county", options={"max_length": 80}, label="District")
    later.field("customer", "fax", searchable=True)
    later.add("contact", 0, 1, name="nickname", label="Nickname", type="text", options={"max_length": 50})
    later.change("salutation", lambda document: document["rows"].append({"key": "captain", "name": "Captain"}))

    told = upgraded(installed, later)
    for line in ("Take over what this version ships for “Customer”.", "  New: “Brand”.", "  New field: “Brand” (brand).",
                 "  “help” of “Customer code” was changed here and stays.", "  “required” of “Customer code” changes."):  # fmt: skip
        assert line in told
    catalog = catalog_of(installed)
    customer = catalog.entity("customer")
    assert [one.name for one in customer.fields][:4] == ["name", "c_own", "code", "brand"]
    assert (customer.field("code").help, customer.field("code").required) == ("Ask sales.", True)
    assert (customer.field("county").label, customer.field("county").options["max_length"]) == ("District", 80)
    assert customer.field("brand").system
    assert customer.field("c_own").system is False
    assert "nickname" in catalog.entity("contact").by_name
    with installed.reading() as conn:
        columns = {one["name"] for one in sa.inspect(conn).get_columns("customer")}
        assert {"brand", "s_fax", "c_own"} <= columns
        brand, salutation = tables(catalog)["brand"], tables(catalog)["salutation"]
        assert conn.execute(sa.select(brand.c.name)).scalars().all() == ["Ours"]
        assert "Captain" in conn.execute(sa.select(salutation.c.name)).scalars().all()
        newest = journal.read_changes(conn)[0]
        assert (newest.author, newest.state) == ("Fieldloom", "applied")
        assert journal.check_chain(conn) > 0
    assert upgraded(installed, later) == []


def test_a_second_upgrade_has_the_first_as_its_base(installed: Database, later: Catalogs) -> None:
    later.field("customer", "code", help="First.")
    upgraded(installed, later)
    later.field("customer", "code", help="Second.")
    upgraded(installed, later)
    assert catalog_of(installed).entity("customer").field("code").help == "Second."


def test_a_database_from_before_bases_were_kept(installed: Database, later: Catalogs) -> None:
    """Where nobody has changed an entity, what is here is what was shipped; where somebody has, only what is new comes."""
    here(installed, operation="change_field", entity="contact", field="alias", changes={"help": "Ours."})
    with installed.writing() as conn:
        conn.execute(sa.delete(t.SHIPPED))
    later.field("customer", "code", help="Shipped.")
    later.field("contact", "alias", help="Shipped.")
    later.add("contact", 0, 1, name="nickname", label="Nickname", type="text")
    upgraded(installed, later)
    catalog = catalog_of(installed)
    assert catalog.entity("customer").field("code").help == "Shipped."
    assert catalog.entity("contact").field("alias").help == "Ours."
    assert "nickname" in catalog.entity("contact").by_name


def test_an_entry_deleted_here_does_not_come_back(installed: Database, later: Catalogs) -> None:
    table = tables(catalog_of(installed))["salutation"]
    with installed.writing() as conn:
        conn.execute(sa.delete(table).where(table.c.row_key == "ms"))
    later.change("salutation", lambda document: document["rows"].append({"key": "captain", "name": "Captain"}))
    upgraded(installed, later)
    with installed.reading() as conn:
        keys = set(conn.execute(sa.select(table.c.row_key)).scalars())
    assert "captain" in keys
    assert "ms" not in keys


def test_entries_follow_what_is_shipped_and_what_was_changed_here_stays(installed: Database, later: Catalogs) -> None:
    """A new column is filled for the entries that are there already; three ways, as with definitions."""
    catalog = catalog_of(installed)
    with installed.writing() as conn:
        dr = read_rows(conn, catalog)["dr"]
        write.update(conn, catalog, catalog.entity("salutation"), dr, {"name": "Doc", "colour": "red"}, by=None)
    later.add("salutation", 0, 1, name="formal", label="Formal", type="check")

    def shipped(document: Any) -> None:
        for row in document["rows"]:
            row |= {"formal": row["key"] != "miss", "colour": "teal"}
        next(row for row in document["rows"] if row["key"] == "ms")["name"] = "Mrs"
        next(row for row in document["rows"] if row["key"] == "dr")["name"] = "Doctor"

    later.change("salutation", shipped)
    told = upgraded(installed, later)
    assert "  “Name” of “Ms” changes." in told
    assert "  “Name” of “Doc” was changed here and stays." in told
    catalog = catalog_of(installed)
    with installed.reading() as conn:
        rows = {key: one.values for key, one in read_rows(conn, catalog).items()}
    assert {key: (rows[key]["name"], rows[key]["formal"], rows[key]["colour"]) for key in ("ms", "dr", "miss")} == {
        "ms": ("Mrs", True, "teal"),
        "dr": ("Doc", True, "red"),
        "miss": ("Miss", False, "teal"),
    }
    assert upgraded(installed, later) == []


def test_the_columns_of_4_5_and_4_8_come_to_an_installation_from_before(databases: Databases, backend: str, tmp_path: Path) -> None:
    """It has customers and types of its own; what these hold stays, and old customers begin with the portal closed."""
    earlier = Catalogs(tmp_path)
    (earlier.folder / "portal_access.yaml").unlink()

    def without(*names: str) -> Any:
        def change(document: Any) -> None:
            for group in document["groups"]:
                group["fields"] = [one for one in group.get("fields") or () if one["name"] not in names]
            for row in document.get("rows", ()):
                row.pop("portal_customers", None)
            document.get("locked", {}).get("change", {}).pop("portal_customers", None)

        return change

    earlier.change("customer", without("sharing", "portal"))
    earlier.change("customer_type", without("default_sharing", "portal_customers"))
    database = databases.empty(backend)
    try:
        setup.install(database, earlier.folder, LOCALES)
        catalog = catalog_of(database)
        customer = catalog.entity("customer")
        with database.writing() as conn:
            old = write.insert(conn, catalog, customer, {"name": "Old"}, by=None)
        told: list[str] = []
        assert setup.install(database, CATALOGS, LOCALES, told.append) == ["portal_access"]
        assert "  New field: “Default sharing” (default_sharing)." in told
        catalog = catalog_of(database)
        assert {"sharing", "portal"} <= catalog.entity("customer").by_name.keys()
        assert catalog.labels["zh-Hans"]["field.customer.portal.label"] == "客户门户"
        with database.reading() as conn:
            values = read.fetch(conn, catalog, catalog.entity("customer"), old).values
            closed = read_rows(conn, catalog, "portal_access")["closed"].id
            assert (values["name"], values.get("sharing"), values.get("portal")) == ("Old", None, closed)
            may = {key for key, one in read_rows(conn, catalog, "customer_type").items() if one.values.get("portal_customers")}
        assert may == {"distributor", "agent"}
        assert setup.install(database, CATALOGS, LOCALES, told.append) == []
    finally:
        databases.drop(database)


def test_entries_from_before_they_had_keys_get_one_and_keep_their_names(installed: Database) -> None:
    catalog = catalog_of(installed)
    salutation, table = catalog.entity("salutation"), tables(catalog)["salutation"]
    with installed.writing() as conn:
        id = write.insert(conn, catalog, salutation, {"name": "Dame"}, by=None)
        conn.execute(sa.update(table).where(table.c.id == id).values(row_key=None))
        store.save_labels(conn, "zh-Hans", [(f"row.salutation.{id}.name", "Dame", "女爵")], origin="own")
    setup.install(installed, CATALOGS, LOCALES)
    with installed.reading() as conn:
        row = dictionaries.load(conn, catalog, store.read_version(conn)).sets["salutation"].rows[id]
        past = conn.execute(sa.select(t.LABEL_CHANGE.c.label_key).where(t.LABEL_CHANGE.c.label_key.like("row.salutation.c%"))).scalars().all()
    assert row.key is not None
    assert row.key.startswith("c_")
    assert not row.shipped
    assert row.text("name", ("zh-Hans",)) == "女爵"
    assert past == [f"row.salutation.{row.key}.name"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_order_here_stays_and_new_fields_find_their_place(installed: Database, later: Catalogs) -> None:
    here(installed, operation="move_fields", entity="customer", fields=["code"], group="basic", before="name")
    later.add("customer", 0, 2, name="nick", label="Nick", type="text")
    upgraded(installed, later)
    assert [one.name for one in catalog_of(installed).entity("customer").fields][:3] == ["code", "nick", "name"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_field_that_is_shipped_no_longer_stays_and_may_be_retired(installed: Database, later: Catalogs) -> None:
    def without_fax(document: Any) -> None:
        fields = document["groups"][0]["fields"]
        fields.remove(next(one for one in fields if one["name"] == "fax"))

    later.change("customer", without_fax)
    assert "  “Fax” is no longer shipped; it stays, and may be retired now." in upgraded(installed, later)
    here(installed, operation="retire_field", entity="customer", field="fax")
    assert upgraded(installed, later) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_another_type_is_never_taken_over(installed: Database, later: Catalogs) -> None:
    later.field("customer", "postal_code", type="integer", options={})
    assert "  “Postal code” is shipped with another type; here it keeps the one it has." in upgraded(installed, later)
    assert upgraded(installed, later) == []  # told once, and no change each time the program is set up
    assert catalog_of(installed).entity("customer").field("postal_code").type == "text"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_upgrade_is_neither_sent_nor_undone_by_anybody(installed: Database, later: Catalogs) -> None:
    later.field("customer", "code", help="New.")
    upgraded(installed, later)
    with installed.reading() as conn, pytest.raises(NotUndoable, match="which needs it"):
        evolution.taken_back(conn, 1)
    assert "take_over" not in OPERATIONS


def test_an_upgrade_that_was_cut_off_is_gone_on_with(installed: Database, later: Catalogs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the change and the entries: the next start brings the entries."""
    (later.folder / "brand.yaml").write_text(BRAND, encoding="utf-8")

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(setup, "_upgraded", cut)
        with pytest.raises(KeyboardInterrupt):
            upgraded(installed, later)
    upgraded(installed, later)
    catalog = catalog_of(installed)
    with installed.reading() as conn:
        assert conn.execute(sa.select(tables(catalog)["brand"].c.name)).scalars().all() == ["Ours"]
