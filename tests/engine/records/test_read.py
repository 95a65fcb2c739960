"""Reading records: what was asked for, in the order asked for; and who refers to a record."""

from __future__ import annotations

import pytest

from engine.errors import NotFound
from engine.records import read, uses
from tests.engine.records.conftest import Shop


def test_a_record_that_there_is_not(shop: Shop) -> None:
    for id in (0, -1, 10**15, 2**63 - 1):
        with pytest.raises(NotFound):
            shop.get(shop.customer, id)


def test_several_records_come_in_the_order_asked_for(shop: Shop) -> None:
    ids = [shop.add(shop.customer, name=name).id for name in "abc"]
    wanted = [ids[2], 10**15, ids[0], ids[1]]
    found = shop.reading(lambda conn: read.fetch_many(conn, shop.catalog, shop.customer, wanted))
    assert [one.values["name"] for one in found] == ["c", "a", "b"]
    assert shop.reading(lambda conn: read.fetch_many(conn, shop.catalog, shop.customer, [])) == []


def test_only_the_named_fields_are_read(shop: Shop) -> None:
    id = shop.add(shop.customer, name="a", code="b", contact_name="c", job_title="d").id
    for names, values in ((["code"], {"code": "b"}), (["contact_name"], {"contact_name": "c"}), ([], {})):
        (found,) = shop.reading(lambda conn, names=names: read.fetch_many(conn, shop.catalog, shop.customer, [id], names))  # type: ignore[misc]
        assert found.values == values
        assert found.id == id


def test_titles_for_references(shop: Shop) -> None:
    named, bare = shop.add(shop.customer, name="A 🍜"), shop.add(shop.customer, code="x")
    found = shop.reading(lambda conn: read.titles(conn, shop.catalog, "customer", [named.id, bare.id, named.id, 10**15]))
    assert found == {named.id: "A 🍜", bare.id: f"#{bare.id}"}
    assert shop.reading(lambda conn: read.titles(conn, shop.catalog, "customer", [])) == {}


def test_which_exist(shop: Shop) -> None:
    id = shop.add(shop.customer, name="a").id
    assert shop.reading(lambda conn: read.existing(conn, shop.catalog, "customer", [id, 10**15])) == {id}
    assert shop.reading(lambda conn: read.existing(conn, shop.catalog, "customer", [])) == set()


def test_the_parts_of_a_record(shop: Shop) -> None:
    customer = shop.add(shop.customer, name="a")
    ids = [shop.add(shop.contact, customer=customer.id, name=name).id for name in "abc"]
    shop.add(shop.contact, customer=shop.add(shop.customer, name="b").id, name="d")
    assert shop.reading(lambda conn: read.parts_of(conn, shop.catalog, shop.contact, customer.id)) == ids
    assert shop.reading(lambda conn: read.parts_of(conn, shop.catalog, shop.contact, customer.id, limit=2)) == ids[:2]


def test_the_newest_and_how_many(shop: Shop) -> None:
    before = shop.reading(lambda conn: read.total(conn, shop.catalog, shop.customer))
    ids = [shop.add(shop.customer, name=name).id for name in "ab"]
    assert shop.reading(lambda conn: read.newest(conn, shop.catalog, shop.customer, 2)) == ids[::-1]
    assert shop.reading(lambda conn: read.total(conn, shop.catalog, shop.customer)) == before + 2


def test_who_refers_to_a_record_and_through_what(shop: Shop) -> None:
    """2.1: "in use" is said with numbers, by entity and field."""
    target = shop.add(shop.customer, name="target")
    for name in "ab":
        shop.add(shop.customer, name=name, parent=target.id)
    shop.add(shop.customer, name="c", agent=target.id, parent=target.id)
    shop.add(shop.contact, customer=target.id, name="Li")

    def count(*doomed: int) -> object:
        return shop.reading(lambda conn: uses.uses_of(conn, shop.catalog, [(shop.customer, id) for id in doomed]))

    assert count(target.id) == {("customer", "parent"): 3, ("customer", "agent"): 1, ("contact", "customer"): 1}
    assert count(shop.add(shop.customer, name="free").id) == {}
    assert count() == {}


def test_references_among_those_who_go_do_not_count(shop: Shop) -> None:
    target = shop.add(shop.customer, name="target", contact_name="Li", job_title="x")
    outside = shop.add(shop.customer, name="outside", parent=target.id)

    def found() -> object:
        return shop.reading(lambda conn: uses.uses_of(conn, shop.catalog, uses.with_parts(conn, shop.catalog, shop.customer, target.id)))

    assert found() == {("customer", "parent"): 1}
    shop.change(shop.customer, outside, parent=None)
    assert found() == {}


def test_a_row_of_a_dictionary_in_use(shop: Shop) -> None:
    partner = shop.row("customer_type", "partner")
    kind = shop.catalog.entity("customer_type")
    before = shop.reading(lambda conn: uses.uses_of(conn, shop.catalog, [(kind, partner)])).get(("customer", "type"), 0)
    shop.add(shop.customer, name="a", type=partner)
    assert shop.reading(lambda conn: uses.uses_of(conn, shop.catalog, [(kind, partner)])) == {("customer", "type"): before + 1}
