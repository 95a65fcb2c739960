"""A transaction that somebody forgot holds the table: a change waits for it without anybody else waiting behind the change."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from engine.errors import TableHeld
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.physical import tables
from engine.schema import apply, stages
from engine.schema.operation import Operation
from engine.schema.ops import AddField, ChangeField, PurgeField, RetireField
from engine.schema.running import Orders
from tests.databases import url_of
from tests.engine.schema.invariants import check
from tests.faults.changing import ENTITY

pytestmark = pytest.mark.faults
HELD = float(os.environ.get("FIELDLOOM_TEST_HELD_SECONDS", "3"))
LONGEST = 0.5


@dataclass
class Probe:
    """Does something short every 10 ms, and keeps how long the longest took."""

    act: Callable[[], None]
    longest: float = 0.0
    count: int = 0
    errors: list[BaseException] = field(default_factory=list)

    def run(self, end: threading.Event) -> None:
        """Until the end."""
        while not end.wait(0.01):
            began = time.monotonic()
            try:
                self.act()
            except Exception as error:
                self.errors.append(error)
            self.longest = max(self.longest, time.monotonic() - began)
            self.count += 1


@contextmanager
def probing(*acts: Callable[[], None]) -> Iterator[list[Probe]]:
    """Probes at work."""
    probes = [Probe(act) for act in acts]
    end = threading.Event()
    threads = [threading.Thread(target=one.run, args=(end,)) for one in probes]
    for thread in threads:
        thread.start()
    try:
        yield probes
    finally:
        end.set()
        for thread in threads:
            thread.join()


@contextmanager
def holding(database: Database, seconds: float) -> Iterator[None]:
    """A transaction that has read the table and is left open for a while."""
    engine = Database(url_of(database))
    taken = threading.Event()

    def hold() -> None:
        with engine.engine.connect() as conn, conn.begin():
            conn.execute(sa.text(f"SELECT count(*) FROM {ENTITY}")).scalar()  # a constant
            taken.set()
            time.sleep(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(10)
    try:
        yield
    finally:
        thread.join()
        engine.close()


def reader(database: Database) -> Callable[[], None]:
    """Reads a record."""

    def act() -> None:
        with database.reading() as conn:
            conn.execute(sa.text(f"SELECT name FROM {ENTITY} WHERE id = 1")).scalar()  # a constant

    return act


def writer(database: Database) -> Callable[[], None]:
    """Changes a record."""
    with database.reading() as conn:
        table = tables(store.load(conn))[ENTITY]
    wanted = sa.update(table).where(table.c.id == 1).values(updated_at=datetime.now(UTC))

    def act() -> None:
        with database.writing() as conn:
            conn.execute(wanted)

    return act


def bystander(database: Database) -> Callable[[], None]:
    """Asks for nothing that anybody could hold: as long as it takes, the machine is busy."""

    def act() -> None:
        with database.reading() as conn:
            conn.execute(sa.text("SELECT 1")).scalar()

    return act


@pytest.fixture
def filled(changeable: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """With a record, a field that could be searched, and one that could be purged."""
    monkeypatch.setattr(stages, "GRACE", 0.1)
    apply.publish(changeable, [AddField(ENTITY, f"c_{name}", "text", "basic", "T") for name in ("text", "old")], Orders())
    apply.publish(changeable, [RetireField(ENTITY, "c_old")], Orders())
    with changeable.writing() as conn:
        now = datetime.now(UTC)
        conn.execute(sa.insert(tables(store.load(conn))[ENTITY]).values(version=1, created_at=now, updated_at=now, name="N"))
    return changeable


CHANGES = {
    "add": AddField(ENTITY, "c_new", "text", "basic", "New"),
    "search": ChangeField(ENTITY, "c_text", {"searchable": True}),
    "purge": PurgeField(ENTITY, "c_old"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_waits_and_nobody_behind_it(filled: Database, change: Operation, tmp_path: object) -> None:
    with probing(reader(filled), writer(filled), bystander(filled)) as (*probes, control), holding(filled, HELD):
        confirmed = frozenset({f"D1:{ENTITY}:c_old"})
        apply.publish(filled, [change], Orders(confirmed=confirmed, archive=tmp_path, patience=HELD + 30))  # type: ignore[arg-type]
    assert [one.errors for one in probes] == [[], []]
    assert max(one.longest for one in probes) < LONGEST + 2 * control.longest
    assert min(one.count for one in probes) > 20
    check(filled)


@pytest.mark.parametrize("backend", ["mariadb"], indirect=True)  # where a statement cannot wait for a moment
def test_a_table_that_is_hardly_ever_free_is_changed_when_it_is(filled: Database) -> None:
    """Many who write back to back are as one who lets go for a moment only."""
    end = threading.Event()

    def busy() -> None:
        with filled.engine.connect() as conn:
            while not end.is_set():
                conn.execute(sa.text(f"SELECT count(*) FROM {ENTITY}"))
                time.sleep(0.06)
                conn.rollback()
                time.sleep(0.002)

    with ThreadPoolExecutor(1) as somebody:
        done = somebody.submit(busy)
        try:
            for n in range(5):
                apply.publish(filled, [AddField(ENTITY, f"c_new{n}", "text", "basic", "New")], Orders(patience=5.0))
        finally:
            end.set()
        done.result()
    check(filled)


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)  # a reader holds nothing on SQLite
def test_a_change_gives_up_clearly(filled: Database) -> None:
    with holding(filled, 1.5), pytest.raises(TableHeld) as told:
        apply.publish(filled, [CHANGES["add"]], Orders(patience=0.5))
    assert told.value.table == ENTITY
    catalog = check(filled)
    assert "c_new" not in catalog.entity(ENTITY).by_name
    apply.publish(filled, [CHANGES["add"]], Orders())
    check(filled)
