"""Two processes at once: one deletes or replaces an entry, the other begins to use it. Nothing is lost, nothing breaks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import accounts
from engine.metadata import rows, store
from engine.metadata.database import Database
from engine.metadata.physical import tables
from tests.databases import ROOT, url_of

pytestmark = pytest.mark.faults
ASKING = Path(__file__).parent / "asking.py"
ROUNDS = 200


class Other:
    """A process of the program that answers requests one by one."""

    def __init__(self, database: Database, token: str) -> None:
        command = [sys.executable, str(ASKING), url_of(database), token]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
        assert self.answer() == "ready"

    def ask(self, method: str, path: str, body: object = None) -> None:
        """Send a request and go on."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{method} {path} {'' if body is None else json.dumps(body)}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        """The next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        """End it."""
        self.process.communicate(timeout=30)


@pytest.fixture
def both(installed: Database) -> Iterator[tuple[Other, Other]]:
    """Two processes on the same database."""
    with installed.writing() as conn:
        token = accounts.add_token(conn, accounts.add_user(conn, "admin", "password", "administrator"), "faults")
    made = Other(installed, token), Other(installed, token)
    yield made
    for one in made:
        one.close()


def entries(database: Database, count: int) -> list[int]:
    """New entries of a list, nobody uses them yet."""
    with database.writing() as conn:
        table = tables(store.load(conn))["salutation"]
        stamps = {"version": 1, "created_at": sa.func.current_timestamp(), "updated_at": sa.func.current_timestamp(), "active": True}
        for n in range(count):
            conn.execute(sa.insert(table).values(name=f"S{n}", s_name=f"s{n}", position=n, **stamps))
        store.bump_version(conn, "dictionaries")
        return list(conn.execute(sa.select(table.c.id).where(table.c.row_key.is_(None)).order_by(table.c.id)).scalars())


def customer(database: Database) -> dict[str, object]:
    """The values of a valid customer."""
    with database.reading() as conn:
        found = rows.load(conn, store.load(conn), store.read_version(conn))
    first = {name: min(found.sets[name].rows) for name in found.sets if found.sets[name].rows}
    values: dict[str, object] = {"name": "长城", "contact_name": "王芳", "job_title": "经理", "salutation": first["salutation"]}
    values |= {"type": first["customer_type"], "description": first["company_form"], "size": first["company_size"]}
    return values | {"source": first["acquisition_channel"], "industry": first["industry"]}


def race(installed: Database, both: tuple[Other, Other], method: str, path: str, body: object) -> list[tuple[str, str]]:
    """One removes, the other makes a contact that uses it, `ROUNDS` times; (status of the removal, of the use)."""
    remover, user = both
    user.ask("POST", "/customer", customer(installed))
    assert user.answer() == "201"
    seen = []
    for id in entries(installed, ROUNDS):
        first, second = (remover, user) if id % 2 else (user, remover)
        for one in (first, second):
            if one is remover:
                one.ask(method, path.format(id=id), body)
            else:
                one.ask("POST", "/contact", {"customer": 1, "name": "N", "job_title": "J", "language": "zh", "salutation": id})
        seen.append((remover.answer(), user.answer()))
    return seen


def dangling(database: Database) -> int:
    """Contacts whose salutation is gone."""
    with database.reading() as conn:
        found = tables(store.load(conn))
        contact, salutation = found["contact"], found["salutation"]
        lost = sa.select(sa.func.count()).select_from(contact).where(contact.c.salutation.not_in(sa.select(salutation.c.id)))
        return int(conn.execute(lost).scalar_one())


def test_deleting_against_using_loses_nothing(installed: Database, both: tuple[Other, Other]) -> None:
    seen = race(installed, both, "DELETE", "/salutation/{id}", None)
    assert set(seen) <= {("204", "409"), ("204", "422"), ("409", "201")}, sorted(set(seen))
    assert len(set(seen)) > 1, "Neither ever came first: nothing was raced."
    assert dangling(installed) == 0


def test_replacing_against_using_loses_nothing(installed: Database, both: tuple[Other, Other]) -> None:
    by = int(str(customer(installed)["salutation"]))
    seen = race(installed, both, "POST", "/salutation/{id}/replace", {"by": by})
    assert set(seen) <= {("200", "201"), ("200", "409"), ("200", "422"), ("409", "201")}, sorted(set(seen))
    assert dangling(installed) == 0
