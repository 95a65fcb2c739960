"""What tests of changes under fire share: something to change, and processes that change it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.metadata.database import Database
from engine.schema import apply, migrate
from engine.schema.ops import AddEntity
from engine.schema.running import Orders
from tests.databases import ROOT, url_of
from tests.faults.changing import ENTITY, OTHER

CHANGING = Path(__file__).parent / "changing.py"


def a_definition(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
    """An entity in a catalog's form: a name, and these fields."""
    own = [{"name": "name", "label": "Name", "type": "text", "required": True, "searchable": True}, *fields]
    group = {"name": "basic", "label": "Basic", "fields": own}
    return {"entity": name, "label": name, "plural": name, "title": "name", "groups": [group]}


@pytest.fixture
def changeable(empty_database: Database) -> Database:
    """A database with two small entities and nothing else."""
    prepare(empty_database)
    return empty_database


def prepare(database: Database) -> None:
    """Make the two entities."""
    with database.writing() as conn:
        migrate.upgrade(conn)
    apply.publish(database, [AddEntity(a_definition(OTHER)), AddEntity(a_definition(ENTITY))], Orders())


class Changers:
    """Starts processes on one database; none outlives the test."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        command = [sys.executable, str(CHANGING), url_of(database), str(folder)]
        self._told = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, **order: Any) -> int:
        """A process for an order. Returns its id."""
        assert self._told.stdin
        assert self._told.stdout
        print(json.dumps(order), file=self._told.stdin, flush=True)
        return int(self._told.stdout.readline())

    def wait_until_alone(self) -> None:
        """Until the database has let go of the connections of processes that are gone."""
        asked = {
            "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "mariadb": "SELECT count(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
        }.get(self.database.dialect)
        self.database.close()
        until = time.monotonic() + 20
        while asked:
            with self.database.reading() as conn:
                if conn.execute(sa.text(asked)).scalar() == 0:
                    return
            assert time.monotonic() < until, "a connection of a killed process stays"
            time.sleep(0.01)

    def close(self) -> None:
        """End the process that starts the others."""
        assert self._told.stdin
        assert self._told.stdout
        with suppress(BrokenPipeError):
            self._told.stdin.close()
        self._told.wait(timeout=20)
        self._told.stdout.close()


@pytest.fixture
def changers(changeable: Database, tmp_path: Path) -> Iterator[Changers]:
    """Processes that change the entity."""
    made = Changers(changeable, tmp_path)
    yield made
    made.close()


def until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something that comes."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.01)
