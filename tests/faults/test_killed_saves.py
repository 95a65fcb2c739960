"""A process killed during a save leaves the database whole: all of a customer, or nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine import accounts
from engine.metadata import rows, store
from engine.metadata.database import Database
from tests.databases import ROOT, url_of

pytestmark = pytest.mark.faults
SAVING = Path(__file__).parent / "saving.py"
STEPS = {
    "before the customer": 1,
    "between the customer and its history": 2,
    "between the customer and its contact": 3,
    "between the contact and its history": 4,
    "before the commit": 5,
}


@pytest.fixture
def token(installed: Database) -> str:
    """An administrator's API token."""
    with installed.writing() as conn:
        return accounts.add_token(conn, accounts.add_user(conn, "admin", "password", "administrator"), "faults")


@pytest.fixture
def body(installed: Database) -> str:
    """A valid customer with its main contact."""
    with installed.reading() as conn:
        found = rows.load(conn, store.load(conn), store.read_version(conn))
    first = {name: min(found.sets[name].rows) for name in found.sets if found.sets[name].rows}
    values: dict[str, Any] = {"name": "长城", "contact_name": "王芳", "job_title": "经理", "salutation": first["salutation"]}
    values |= {"type": first["customer_type"], "description": first["company_form"], "size": first["company_size"]}
    return json.dumps(values | {"source": first["acquisition_channel"], "industry": first["industry"]})


def save(database: Database, token: str, step: int, body: str) -> subprocess.CompletedProcess[str]:
    """One save in a process of its own."""
    command = [sys.executable, str(SAVING), url_of(database), token, str(step), body]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})


def counts(database: Database) -> dict[str, int]:
    """Rows of the tables that one save writes."""
    with database.reading() as conn:
        tables = ("customer", "contact", "fl_history")
        return {name: conn.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one() for name in tables}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_a_killed_save_leaves_nothing_half_done(installed: Database, token: str, body: str, step: int) -> None:
    killed = save(installed, token, step, body)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert counts(installed) == {"customer": 0, "contact": 0, "fl_history": 0}
    after = save(installed, token, 0, body)
    assert after.stdout.strip() == "201", after.stderr
    assert counts(installed) == {"customer": 1, "contact": 1, "fl_history": 2}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_file_is_whole_after_a_kill(installed: Database, token: str, body: str) -> None:
    save(installed, token, 4, body)
    with installed.reading() as conn:
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert conn.exec_driver_sql("PRAGMA foreign_key_check").all() == []
