"""Set-up that is cut off, or started twice, ends with a whole database on the next try."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.metadata.database import Database
from tests.databases import CATALOGS, ROOT, url_of

pytestmark = pytest.mark.faults
KILLED = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
left = int(sys.argv[1])
@event.listens_for(Engine, "after_cursor_execute")
def on_execute(conn, cursor, statement, *_):
    global left
    left -= statement.lstrip().upper().startswith(("CREATE", "INSERT"))
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
import cli
sys.exit(cli.main(["init"]))
"""


def start(database: Database, folder: Path, *command: str) -> subprocess.Popen[str]:
    """A process of the program on this database."""
    told = {"FIELDLOOM_DATABASE_URL": url_of(database), "FIELDLOOM_INSTANCE": str(folder), "PATH": os.environ["PATH"]}
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=told | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def counts(database: Database) -> dict[str, int]:
    """What a whole set-up leaves."""
    with database.reading() as conn:
        names = ("fl_entity", "fl_version", "fl_user", "salutation", "industry", "customer_status")
        return {name: conn.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one() for name in names}


WHOLE = {"fl_entity": len(list(CATALOGS.glob("*.yaml"))), "fl_version": 1, "fl_user": 1, "salutation": 7, "industry": 61, "customer_status": 8}


@pytest.mark.parametrize("writes", [3, 20, 60, 130])
def test_a_killed_set_up_is_completed_by_the_next(empty_database: Database, tmp_path: Path, writes: int) -> None:
    killed = start(empty_database, tmp_path, "-c", KILLED, str(writes))
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    again = start(empty_database, tmp_path, "cli.py", "init")
    _, told = again.communicate(timeout=60)
    assert again.returncode == 0, told
    assert counts(empty_database) == WHOLE


def test_two_set_ups_at_once_make_one_database(empty_database: Database, tmp_path: Path) -> None:
    both = [start(empty_database, tmp_path, "cli.py", "init") for _ in range(2)]
    told = [one.communicate(timeout=60)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], told
    assert counts(empty_database) == WHOLE
