"""A change of the metadata in which any one call of the database fails: nothing of it happened, or the next process completes or undoes it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from engine.errors import ChangeUnderWay, FieldloomError
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.records import read, write
from engine.schema import actual, apply, journal, migrate, recover, stages
from engine.schema.operation import Operation
from engine.schema.ops import (
    AddEntity,
    AddField,
    AddGroup,
    ChangeField,
    ConvertField,
    MoveFields,
    PurgeEntity,
    PurgeField,
    RestoreField,
    RetireEntity,
    RetireField,
    WidenField,
)  # fmt: skip
from engine.schema.running import Orders
from tests.databases import url_of
from tests.engine.schema.invariants import check
from tests.faults.conftest import a_definition
from tests.faults.failing import Way, failing

pytestmark = pytest.mark.faults
MOST = 90
"""More calls than any of the changes makes; each failing try has a field of its own to work on."""
EVERY = int(os.environ.get("FIELDLOOM_TEST_EVERY_CALL", "3"))
"""Every third call fails in each of the three ways, another third in each; 1 lets all fail in all ways."""
WAYS: dict[Way, int] = {"refused": 1, "unanswered": 2, "gone": 3}
TEXTS = ("1", "二", None)


def texts(stem: str) -> list[dict[str, Any]]:
    """Text fields, one for each try."""
    return [{"name": f"{stem}{n}", "label": f"Text {n}", "type": "text", "options": {"max_length": 20}} for n in range(1, MOST + 1)]


def add(n: int) -> list[Operation]:
    return [AddField("c_thing", f"c_a{n}", "integer", "basic", "A")]


def add_searchable(n: int) -> list[Operation]:
    return [AddField("c_thing", f"c_a{n}", "text", "basic", "A", {"zh-Hans": "甲"}, searchable=True)]


def add_reference(n: int) -> list[Operation]:
    return [AddField("c_thing", f"c_a{n}", "reference", "basic", "A", options={"entity": "c_other"})]


def let_search(n: int) -> list[Operation]:
    return [ChangeField("c_thing", f"c_t{n}", {"searchable": True})]


def convert(n: int) -> list[Operation]:
    return [ConvertField("c_thing", f"c_t{n}", f"c_a{n}", "integer")]


def purge(n: int) -> list[Operation]:
    return [PurgeField("c_thing", f"c_r{n}")]


def add_entity(n: int) -> list[Operation]:
    return [AddEntity(a_definition(f"c_a{n}", {"name": "code", "label": "Code", "type": "text", "searchable": True}))]


def add_circle(n: int) -> list[Operation]:
    one, other = f"c_a{n}", f"c_b{n}"
    entities = [AddEntity(a_definition(name)) for name in (one, other)]
    return [*entities, *(AddField(name, "c_to", "reference", "basic", "To", options={"entity": to}) for name, to in ((one, other), (other, one)))]


def purge_entity(n: int) -> list[Operation]:
    return [PurgeEntity(f"c_p{n}")]


def batch(n: int) -> list[Operation]:
    return [
        AddGroup("c_thing", f"c_g{n}", "G"),
        AddField("c_thing", f"c_a{n}", "date", f"c_g{n}", "A", searchable=True),
        MoveFields("c_thing", (f"c_t{n}",), f"c_g{n}", f"c_a{n}"),
        WidenField("c_thing", f"c_t{n}", {"max_length": 40}),
        RetireField("c_thing", f"c_t{n + 1}"),
        RestoreField("c_thing", f"c_r{n}"),
    ]


CHANGES: Mapping[str, Callable[[int], list[Operation]]] = {
    one.__name__: one for one in (add, add_searchable, add_reference, let_search, convert, purge, add_entity, add_circle, purge_entity, batch)
}


@pytest.fixture
def prepared(request: pytest.FixtureRequest, empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with something to change, and nobody who would have to be waited for."""
    monkeypatch.setattr(stages, "GRACE", 0.0)
    with empty_database.writing() as conn:
        migrate.upgrade(conn)
    change = request.node.callspec.params["change"]
    needed = [AddEntity(a_definition("c_other"))] if change is add_reference else []
    stems = {"let_search": "t", "convert": "t", "purge": "r", "batch": "tr"}.get(change.__name__, "")
    needed.append(AddEntity(a_definition("c_thing", *(one for stem in stems for one in texts(f"c_{stem}")))))
    apply.publish(empty_database, needed, Orders())
    with empty_database.writing() as conn:
        catalog = store.load(conn)
        for text in TEXTS:
            values = {"name": text or "–"} | {one.name: text for one in catalog.entity("c_thing").fields if one.name != "name"}
            write.insert(conn, catalog, catalog.entity("c_thing"), values, by=None)
    if "r" in stems:
        apply.publish(empty_database, [RetireField("c_thing", f"c_r{n}") for n in range(1, MOST + 1)], Orders())
    return empty_database


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_fails_as_a_whole(prepared: Database, change: Callable[[int], list[Operation]], way: Way, tmp_path: Path) -> None:
    outcomes = {"nothing": 0, "undone": 0, "completed": 0, "passed": 0}
    for n in range(min(WAYS[way], EVERY), MOST, EVERY):
        operations = change(n)
        if change is purge_entity:
            apply.publish(prepared, [AddEntity(a_definition(f"c_p{n}")), RetireEntity(f"c_p{n}")], Orders())
        before = shape(prepared)
        error: Exception | None = None
        with failing(prepared, n, way) as fault:
            try:
                apply.publish(prepared, operations, orders(operations, tmp_path))
            except (DBAPIError, FieldloomError) as caught:
                error = caught
        if way == "gone":
            prepared.close()  # the process ends, and its connections with it
        if error is not None and shape(prepared) == before:
            outcomes["nothing"] += 1
            continue
        again = Database(url_of(prepared))
        recovered(again, tmp_path)
        catalog = check(again)
        done = is_done(catalog, n, change.__name__)
        values_are_there(again, catalog, n)
        again.close()
        outcomes["passed" if error is None else "completed" if done else "undone"] += 1
        assert done or error is not None
        if not fault.fired:
            break
    else:
        pytest.fail(f"the change never passed: {outcomes}")


def recovered(database: Database, folder: Path) -> None:
    """As at the next start; a server may take a moment to notice that a process has ended."""
    end = time.monotonic() + 10
    while True:
        try:
            recover.recover(database, Orders(archive=folder))
            return
        except ChangeUnderWay:
            assert time.monotonic() < end, "the lock of a process that is gone stays"
            time.sleep(0.02)


def orders(operations: Sequence[Operation], folder: Path) -> Orders:
    """All that could be asked for is confirmed."""
    told = [getattr(one, "entity", "") + (f":{one.field}" if isinstance(one, PurgeField) else "") for one in operations]
    return Orders(confirmed=frozenset(f"D1:{one}" for one in told), archive=folder)


def shape(database: Database) -> tuple[object, ...]:
    """What a change that did nothing leaves as it was."""
    with database.reading() as conn:
        held = journal.read_changes(conn, limit=1)
        tables = tuple(sorted(actual.columns(conn, name).items()) if name == "c_thing" else name for name in table_names(conn))
        return store.read_version(conn).catalog, held[0].id if held else 0, tables


def table_names(conn: Any) -> list[str]:
    """All own tables."""
    return sorted(name for name in sa.inspect(conn).get_table_names() if name.startswith("c_"))


def is_done(catalog: Catalog, n: int, change: str) -> bool:
    """Whether the change is in force."""
    thing = catalog.entity("c_thing")
    match change:
        case "let_search":
            return thing.field(f"c_t{n}").searchable
        case "purge":
            return (thing.name, f"c_r{n}") in catalog.spent
        case "add_entity" | "add_circle":
            return f"c_a{n}" in catalog.entities
        case "purge_entity":
            return (f"c_p{n}", "") in catalog.spent
    return f"c_a{n}" in thing.by_name


def values_are_there(database: Database, catalog: Catalog, n: int) -> None:
    """Every field that was filled once still holds its values, retired or not."""
    thing = catalog.entity("c_thing")
    whole = replace(thing, fields=thing.fields + thing.retired)
    with database.reading() as conn:
        for id, text in enumerate(TEXTS, start=1):
            found = read.fetch(conn, catalog, whole, id).values
            for one in whole.fields:
                wanted = (1 if text == "1" else None) if one.type == "integer" and f"c_t{n}" in whole.by_name and one.name == f"c_a{n}" else text
                if one.name.startswith(("c_t", "c_r")):
                    assert found.get(one.name) == wanted, one.name
