"""A process that serves for months keeps nothing of metadata that nobody reads any more."""

from __future__ import annotations

import gc

import pytest

from engine.metadata import database
from engine.metadata.model import Catalog, Entity
from engine.metadata.physical import RecordTable
from engine.metadata.rows import Dictionaries
from tests.web.conftest import Api, Browser

CHANGES = 12
LEAST = 6  # in force, the one before, and what small caches of a change itself hold


def alive(kind: type) -> int:
    """How many of a kind there are in this process."""
    gc.collect()
    return sum(type(one) is kind for one in gc.get_objects())


def looked_at(browser: Browser, record: int) -> None:
    """Every kind of page that draws anything once and keeps it."""
    for page in ("/customer/", "/customer/new", f"/customer/{record}", f"/customer/{record}/edit", "/industry/", "/admin/customer/fields", "/admin/"):
        assert browser.get(page).status_code == 200, page
    assert browser.get("/?lang=qps-ploc", follow_redirects=True).status_code == 200
    assert browser.get("/?lang=en", follow_redirects=True).status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_versions_that_nobody_reads_are_forgotten(browser: Browser, api: Api) -> None:
    record = api.made()["id"]
    looked_at(browser, record)
    before = {kind: alive(kind) for kind in (Catalog, Dictionaries, Entity)}
    for number in range(CHANGES):
        change = {"operation": "change_field", "entity": "customer", "field": "website", "changes": {"help": f"Help {number}"}}
        assert api.post("/metadata/operations", json=[change]).status_code == 201
        assert api.get("/customer").status_code == 200
        looked_at(browser, record)
    grown = {kind.__name__: alive(kind) - before[kind] for kind in before}
    assert max(grown.values()) <= LEAST, grown


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_statements_of_tables_that_were_replaced_are_forgotten(browser: Browser, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "VERSIONS", 3)
    api.made()
    before = alive(RecordTable)
    for number in range(CHANGES):
        change = {"operation": "change_field", "entity": "customer", "field": "website", "changes": {"help": f"Help {number}"}}
        assert api.post("/metadata/operations", json=[change]).status_code == 201
        assert browser.get("/customer/").status_code == 200
    assert alive(RecordTable) - before < CHANGES - 3
