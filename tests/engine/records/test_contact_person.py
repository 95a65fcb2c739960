"""The customer card's contact person (3.5): its fields are the main contact's, saved together with the customer or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from engine.errors import Stale
from engine.metadata.database import Database
from engine.metadata.model import Group, Via
from engine.metadata.physical import tables
from engine.records import history, read, write
from tests.engine.making import a_catalog, a_field, an_entity, made
from tests.engine.records.conftest import Shop

LI: dict[str, Any] = {"contact_name": "Li Wei", "job_title": "Boss", "mobile_phone": "138"}


def test_a_customer_is_made_with_its_main_contact(shop: Shop) -> None:
    customer = shop.add(shop.customer, by=7, name="A", **LI, salutation=shop.row("salutation"))
    assert {**LI, "salutation": shop.row("salutation")}.items() <= customer.values.items()
    assert customer.via_ids is not None
    contact = shop.get(shop.contact, customer.via_ids["contact"])
    assert contact.values == {
        "name": "Li Wei", "job_title": "Boss", "mobile_phone": "138", "salutation": shop.row("salutation"),
        "customer": customer.id, "is_main": True, "language": "zh",
    }  # fmt: skip
    (entry,) = shop.reading(lambda conn: history.of_record(conn, "contact", contact.id))
    assert (entry.action, entry.user_id, entry.changes["name"]) == ("create", 7, (None, "Li Wei"))
    (own,) = shop.reading(lambda conn: history.of_record(conn, "customer", customer.id))
    assert own.changes["contact_name"] == (None, "Li Wei")


def test_a_customer_without_a_contact_person_has_no_contact(shop: Shop) -> None:
    customer = shop.add(shop.customer, name="A", contact_name=None)
    assert not customer.via_ids
    assert shop.reading(lambda conn: read.parts_of(conn, shop.catalog, shop.contact, customer.id)) == []
    later = shop.change(shop.customer, customer, contact_name="Li")
    assert later.values["contact_name"] == "Li"
    assert later.via_ids


def test_a_change_on_the_card_changes_the_contact(shop: Shop) -> None:
    customer = shop.add(shop.customer, name="A", **LI)
    assert customer.via_ids is not None
    id = customer.via_ids["contact"]
    found = shop.change(shop.customer, customer, contact_name="Wang", mobile_phone=None)
    assert (found.values["contact_name"], found.via_ids, found.version) == ("Wang", {"contact": id}, 2)
    contact = shop.get(shop.contact, id)
    assert (contact.values["name"], "mobile_phone" in contact.values, contact.version) == ("Wang", False, 2)
    entry = shop.reading(lambda conn: history.of_record(conn, "contact", id))[0]
    assert (entry.action, entry.changes) == ("update", {"name": ("Li Wei", "Wang"), "mobile_phone": ("138", None)})


def test_a_change_of_the_contact_changes_the_card(shop: Shop) -> None:
    customer = shop.add(shop.customer, name="A", **LI)
    assert customer.via_ids is not None
    contact = shop.get(shop.contact, customer.via_ids["contact"])
    shop.change(shop.contact, contact, name="Wang")
    found = shop.get(shop.customer, customer.id)
    assert found.values["contact_name"] == "Wang"
    assert found.version == customer.version
    assert found.tag != customer.tag, "whoever has the card open must see that it changed"


def test_a_card_is_stale_when_the_contact_was_changed_meanwhile(shop: Shop) -> None:
    customer = shop.add(shop.customer, name="A", **LI)
    assert customer.via_ids is not None
    shop.change(shop.contact, shop.get(shop.contact, customer.via_ids["contact"]), name="Wang")
    with pytest.raises(Stale):
        shop.change(shop.customer, customer, name="B", contact_name="Zhao")
    found = shop.get(shop.customer, customer.id)
    assert (found.values["name"], found.values["contact_name"]) == ("A", "Wang"), "neither half was saved"


def test_a_contact_that_fails_takes_the_new_customer_back(shop: Shop) -> None:
    total = shop.reading(lambda conn: read.total(conn, shop.catalog, shop.customer))
    with pytest.raises(IntegrityError):
        shop.add(shop.customer, name="A", contact_name="Li", salutation=10**15)
    assert shop.reading(lambda conn: read.total(conn, shop.catalog, shop.customer)) == total


def test_a_contact_that_fails_takes_the_change_of_the_customer_back(shop: Shop) -> None:
    customer = shop.add(shop.customer, name="A", **LI)
    with pytest.raises(IntegrityError):
        shop.change(shop.customer, customer, name="B", salutation=10**15)
    assert shop.get(shop.customer, customer.id).tag == customer.tag


def test_a_customer_that_fails_takes_the_contact_back(shop: Shop) -> None:
    customer = shop.add(shop.customer, name="A", **LI)
    with pytest.raises(IntegrityError):
        shop.change(shop.customer, customer, contact_name="Wang", parent=10**15)
    assert customer.via_ids is not None
    assert shop.get(shop.contact, customer.via_ids["contact"]).values["name"] == "Li Wei"


def test_only_one_contact_stands_on_the_card(shop: Shop) -> None:
    customer = shop.add(shop.customer, name="A", **LI)
    other = shop.add(shop.customer, name="B", **LI)
    assert customer.via_ids is not None
    first = customer.via_ids["contact"]
    second = shop.add(shop.contact, customer=customer.id, name="Wang", is_main=True)
    with shop.database.writing() as conn:
        write.unset_flag(conn, shop.catalog, shop.customer.vias["contact"], customer.id, second.id, by=8)
    assert shop.get(shop.contact, first).values["is_main"] is False
    assert shop.get(shop.contact, second.id).values["is_main"] is True
    assert shop.get(shop.customer, customer.id).values["contact_name"] == "Wang"
    entry = shop.reading(lambda conn: history.of_record(conn, "contact", first))[0]
    assert (entry.user_id, entry.changes) == (8, {"is_main": (True, False)})
    assert shop.get(shop.customer, other.id).tag == other.tag, "other customers keep theirs"


def test_two_main_contacts_show_one_card(shop: Shop) -> None:
    """Even if the data were wrong, a customer is one record."""
    customer = shop.add(shop.customer, name="A", **LI)
    shop.add(shop.contact, customer=customer.id, name="Wang", is_main=True)
    found = shop.reading(lambda conn: read.fetch_many(conn, shop.catalog, shop.customer, [customer.id], ["name"]))
    assert [one.values["name"] for one in found] == ["A"]
    assert shop.get(shop.customer, customer.id).values["contact_name"] in ("Li Wei", "Wang")


def test_a_part_starts_with_its_own_defaults_dictionary_rows_by_key_included(workshop: Database) -> None:
    mood = an_entity(a_field("name"), name="mood", kind="dictionary")
    client = an_entity(a_field("name"), a_field("person"), name="client")
    via = Via("helper", "client", "main")
    fields = (client.fields[0], replace(client.fields[1], group="person", table="helper", column="name", via=via))
    client = replace(client, groups=(*client.groups, Group("person", "Person", 1, True, via)), fields=fields)
    helper = an_entity(
        a_field("client", "reference", {"entity": "client"}),
        a_field("name"),
        a_field("main", "check"),
        a_field("mood", "list", {"entity": "mood"}, default="happy"),
        name="helper", title="name", owner="client",
    )  # fmt: skip
    with made(workshop, mood, client, helper) as catalog, workshop.writing() as conn:
        happy = write.insert(conn, catalog, mood, {"name": "Happy"}, by=None)
        table = tables(catalog)["mood"]
        conn.execute(table.update().values(row_key="happy"))
        id = write.insert(conn, catalog, client, {"name": "A", "person": "Li"}, by=None)
        found = read.fetch(conn, catalog, client, id)
        assert found.via_ids is not None
        assert read.fetch(conn, catalog, helper, found.via_ids["helper"]).values["mood"] == happy
    assert a_catalog(client).entity("client").vias == {"helper": via}
