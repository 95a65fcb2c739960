"""4.1: several processes that move rows of a tree at once make no loop in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine import accounts
from engine.metadata import store
from engine.metadata.database import Database
from engine.records import read
from tests.databases import ROOT, url_of

pytestmark = pytest.mark.faults
MOVING = Path(__file__).parent / "moving.py"
TIMES = 60


def test_processes_that_move_at_once_make_no_loop(installed: Database) -> None:
    with installed.writing() as conn:
        token = accounts.add_token(conn, accounts.add_user(conn, "admin", "password", "administrator"), "faults")
    command = [sys.executable, str(MOVING), url_of(installed), token]
    running = [
        subprocess.Popen([*command, str(seed), str(TIMES)], stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
        for seed in (1, 2, 3)
    ]
    told = [list(map(int, one.communicate(timeout=120)[0].split())) for one in running]
    for done, refused, busy, all_told in told:
        assert all_told == TIMES == done + refused + busy  # nothing broke down
    assert sum(done for done, *_ in told) > TIMES // 4
    with installed.writing() as conn:
        catalog = store.load(conn)
        parents = read.lock_tree(conn, catalog, catalog.entity("industry"))
    for id in parents:
        steps = [id]
        while (above := parents[steps[-1]]) is not None:
            assert above not in steps
            steps.append(above)
