"""Two processes that change fields and store records are killed at random moments: the next one finds or makes everything whole."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.errors import ChangeUnderWay
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Json
from engine.records import read
from engine.schema import journal, recover, stages
from engine.schema.running import Orders
from tests.engine.schema.invariants import check
from tests.faults.changing import ENTITY
from tests.faults.conftest import Changers, until

pytestmark = pytest.mark.faults
ROUNDS, MOST = 50, 200
"""How often at least, and at most where the machine is so slow that hardly a record is stored before the kill."""


def kill(pid: int) -> None:
    """Without any goodbye."""
    os.kill(pid, signal.SIGKILL)
    until(lambda: not _lives(pid), 10, "a killed process lives on")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_killed_changes_are_completed_or_undone(
    changeable: Database, changers: Changers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "GRACE", 0.0)
    draw = random.Random(20261125)
    for turn in range(MOST):
        if turn >= ROUNDS and len(stored(tmp_path)) > ROUNDS // 2:
            break
        both = [changers.start(seed=2 * turn), changers.start(seed=2 * turn + 1)]
        time.sleep(draw.uniform(0.05, 0.4))
        for pid in both:
            kill(pid)
            time.sleep(draw.uniform(0.0, 0.1))
        changers.wait_until_alone()
        recovered(changeable, tmp_path)
        catalog = check(changeable)
    values_are_kept(changeable, catalog, tmp_path)


def recovered(database: Database, folder: Path) -> None:
    """Bring what was left open to its end, as the next start does."""
    end = time.monotonic() + 10
    while True:
        try:
            recover.recover(database, Orders(archive=folder / "purged"))
            return
        except ChangeUnderWay:
            assert time.monotonic() < end, "the lock of a killed process stays"
            time.sleep(0.02)


def stored(folder: Path) -> dict[int, dict[str, Json]]:
    """The values of every record that was committed, by id."""
    notes = folder / "stored"
    lines = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
    return {told["id"]: told["values"] for told in map(json.loads, lines)}


def values_are_kept(database: Database, catalog: Catalog, folder: Path, least: int = ROUNDS // 2) -> None:
    """Every value that was committed is there, unless its field was purged; converted ones are in both places."""
    told = stored(folder)
    assert len(told) > least
    entity = catalog.entity(ENTITY)
    whole = replace(entity, fields=entity.fields + entity.retired)
    with database.reading() as conn:
        converted = {one["field"]: one["name"] for one in _applied(conn) if one["operation"] == "convert_field"}
        held = {one.id: one.values for one in read.fetch_many(conn, catalog, whole, list(told))}
    assert told.keys() == held.keys()
    for id, values in told.items():
        kept = {name: value for name, value in values.items() if name in whole.by_name and value is not None}
        assert {name: held[id].get(name) for name in kept} == kept, f"record {id}"
        copies = {converted[name]: int(value) for name, value in kept.items() if converted.get(name) in whole.by_name}
        assert {name: held[id].get(name) for name in copies} == copies, f"record {id}"


def _applied(conn: sa.Connection) -> list[dict[str, Json]]:
    """The operations of all changes that came to their end."""
    return [one for change in journal.read_changes(conn, limit=100_000) if change.state == "applied" for one in change.operations]
