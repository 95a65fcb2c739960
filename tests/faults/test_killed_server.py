"""The database server itself is killed while fields change: after its restart, what was committed is there, and nothing is half done.

On SQLite the process is the server: see test_killed_changes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.metadata.database import Database
from engine.schema import stages
from tests.conftest import absent
from tests.engine.schema.invariants import check
from tests.faults.changing import ENTITY
from tests.faults.conftest import Changers, prepare
from tests.faults.own_server import OwnServer, why_absent
from tests.faults.test_killed_changes import kill, recovered, values_are_kept

pytestmark = pytest.mark.faults
ROUNDS = 5
WHOLE = {
    "postgresql": "SELECT count(*) FROM c_thing",
    "mariadb": "CHECK TABLE c_thing, fl_field, fl_change, fl_change_event",
}


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Iterator[OwnServer]:
    """A server that may be killed."""
    backend = str(request.param)
    if sentence := why_absent(backend):
        absent("FIELDLOOM_REQUIRE_DATABASES", sentence)
    made = OwnServer(backend)
    try:
        made.start()
        yield made
    finally:
        made.close()


def test_a_killed_server_has_what_was_committed(server: OwnServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "GRACE", 0.0)
    draw = random.Random(20261125)
    first = Database(server.url("postgres" if server.backend == "postgresql" else "mysql"))
    with first.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("CREATE DATABASE changed")
    first.close()
    database = Database(server.url("changed"))
    prepare(database)
    changers = Changers(database, tmp_path)
    try:
        for turn in range(ROUNDS):
            both = [changers.start(seed=2 * turn), changers.start(seed=2 * turn + 1)]
            time.sleep(draw.uniform(0.4, 1.2))
            server.kill()
            for pid in both:
                kill(pid)
            database.close()
            server.start()
            recovered(database, tmp_path)
            catalog = check(database)
            with database.reading() as conn:
                for row in conn.execute(sa.text(WHOLE[server.backend])).mappings():
                    assert row.get("Msg_text", "OK") == "OK", row
        assert ENTITY in catalog.entities
        values_are_kept(database, catalog, tmp_path, least=ROUNDS)
    finally:
        changers.close()
        database.close()
