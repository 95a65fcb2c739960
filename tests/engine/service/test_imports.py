"""Imports: the same rules as a card, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine import accounts
from engine.metadata.database import Database
from engine.records import history, read
from engine.render.page import Pages
from engine.service import imports, samples
from engine.service.visit import Credentials, Site, Visit
from tests.databases import LOCALES, ROOT


@pytest.fixture
def visit(installed: Database) -> Iterator[Visit]:
    """An administrator's writing visit."""
    site = Site(installed, Pages([ROOT / "web" / "templates"], lambda path: f"/static/{path}"), LOCALES)
    with installed.writing() as conn:
        token = accounts.add_token(conn, accounts.add_user(conn, "admin", "password", "administrator"), "import")
    with site.visit(Credentials(token=token), write=True) as found:
        yield found


def rows(visit: Visit, count: int, **more: Any) -> list[dict[str, Any]]:
    """Valid contacts-to-be customers."""
    first = {name: min(found.rows) for name, found in visit.rows.sets.items() if found.rows}
    values = {"type": first["customer_type"], "description": first["company_form"], "size": first["company_size"]}
    values |= {"source": first["acquisition_channel"], "industry": first["industry"], "salutation": first["salutation"]}
    return [{**values, "name": f"公司 {n}", "contact_name": f"王{n}", "job_title": "经理", **more} for n in range(count)]


def test_many_records_are_stored_with_contact_and_history(visit: Visit) -> None:
    done = imports.insert_many(visit, "customer", rows(visit, 30, credit_amount="10.50"))
    assert not done.problems
    customer = visit.catalog.entity("customer")
    stored = read.fetch_many(visit.conn, visit.catalog, customer, done.ids)
    assert [(one.values["name"], one.values["contact_name"], one.values["credit_amount"]) for one in stored] == [
        (f"公司 {n}", f"王{n}", "10.5") for n in range(30)
    ]
    assert [entry.action for entry in history.of_record(visit.conn, "customer", done.ids[7])] == ["create"]


def test_one_bad_row_stores_nothing_and_is_named(visit: Visit) -> None:
    given = rows(visit, 5)
    given[1]["name"] = ""
    given[3] |= {"email": "x", "parent": 999}
    given[4] |= {"parent": 999}
    done = imports.insert_many(visit, "customer", given)
    assert {row: sorted((p.field, p.code) for p in found) for row, found in done.problems.items()} == {
        1: [("name", "required")],
        3: [("email", "format")],
        4: [("parent", "reference")],
    }
    assert read.total(visit.conn, visit.catalog, visit.catalog.entity("customer")) == 0


def test_only_the_last_main_contact_of_a_customer_stays(visit: Visit) -> None:
    [owner] = imports.insert_many(visit, "customer", rows(visit, 1)).ids
    salutation = min(visit.rows.sets["salutation"].rows)
    contacts = [{"customer": owner, "name": f"李{n}", "salutation": salutation, "job_title": "x", "is_main": True} for n in range(3)]
    assert not imports.insert_many(visit, "contact", contacts).problems
    contact = visit.catalog.entity("contact")
    found = read.fetch_many(visit.conn, visit.catalog, contact, read.parts_of(visit.conn, visit.catalog, contact, owner))
    assert [one.values["name"] for one in found if one.values.get("is_main")] == ["李2"]


def test_the_samples_are_many_and_believable(installed: Database) -> None:
    made = samples.load(installed)
    assert made >= 200
    assert samples.load(installed) == 0
    site = Site(installed, Pages([], lambda path: path), LOCALES)
    with site.visit(Credentials()) as visit:
        customer, contact = visit.catalog.entity("customer"), visit.catalog.entity("contact")
        ids = read.newest(visit.conn, visit.catalog, customer, 300)
        stored = read.fetch_many(visit.conn, visit.catalog, customer, ids)
        assert all(one.values["contact_name"] for one in stored)
        assert {one.values["language"] for one in stored} >= {"zh", "en", "ar"}
        mains = [one for one in stored if len(one.via_ids or {}) == 1]
        assert len(mains) == made
        assert read.total(visit.conn, visit.catalog, contact) > made
