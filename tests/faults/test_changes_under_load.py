"""Two servers take fifty cards a second while fields come and go: no request fails, no value is lost."""

from __future__ import annotations

import http.client
import itertools
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from engine import accounts
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.records import read
from engine.schema import apply, stages
from engine.schema.operation import Operation
from engine.schema.ops import AddField, ChangeField, ConvertField, PurgeField, RestoreField, RetireField
from engine.schema.running import Orders
from tests.databases import ROOT, url_of
from tests.engine.schema.invariants import check
from tests.faults.changing import ENTITY

pytestmark = pytest.mark.faults
SECONDS = float(os.environ.get("FIELDLOOM_TEST_LOAD_SECONDS", "8"))
READERS, PER_SECOND = 4, 50
PASSWORD = "correct horse"
SERVING = Path(__file__).parent / "serving.py"
PIPES: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
CONTROL = re.compile(r'name="(c_[a-z0-9_]+?)(?:__[a-z]+)?"')
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Answer:
    """What a server said."""

    status: int
    body: str
    location: str


@dataclass
class Person:
    """Somebody who fills in cards, now at one server, now at the other."""

    ports: Sequence[int]
    number: int
    saved: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    refused: int = 0
    longest: float = 0.0
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._open = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for port in self.ports]
        self._lines = itertools.cycle(self._open)
        self._values = itertools.count(self.number * 1_000_000)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        """One request."""
        line = next(self._lines)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.monotonic()
        line.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = line.getresponse()
        body = answer.read().decode()
        self.longest = max(self.longest, time.monotonic() - began)
        for told in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = told.split(";")[0].partition("=")
            self.cookies[name] = value
        found = Answer(answer.status, body, answer.headers.get("Location", ""))
        if found.status >= 500 or "Traceback" in body:
            self.failed.append(f"{method} {path}: {found.status} {body[:200]}")
        return found

    def leave(self) -> None:
        """Hang up."""
        for line in self._open:
            line.close()

    def sign_in(self) -> None:
        """Once; both servers know the session."""
        token = TOKEN.search(self.ask("GET", "/sign-in").body)
        assert token
        found = self.ask("POST", "/sign-in", {"username": "admin", "password": PASSWORD, "csrf_token": token[1]})
        assert found.status == 303, found

    def work(self, end: threading.Event) -> None:
        """Fill in cards, look at them and search for them, at a steady pace."""
        for turn in itertools.count():
            if end.wait(READERS / PER_SECOND):
                return
            try:
                self.fill()
                if turn % 5 == 0 and self.saved:
                    id, values = self.saved[-1]
                    self.ask("GET", f"/{ENTITY}/{id}")
                    self.ask("GET", f"/{ENTITY}/?{urlencode({'q': next(iter(values.values()), 'N')})}")
                    self.ask("GET", f"/{ENTITY}/?sort=-created_at")
            except (OSError, http.client.HTTPException, AssertionError) as error:
                self.failed.append(repr(error))

    def fill(self) -> None:
        """Get a card, fill in every field on it, send it; where a field has gone meanwhile, again.

        Changes follow each other without a pause, and four in eleven take a field away: on a busy machine a card may
        well be refused five times in a row.
        """
        for _ in range(30):
            page = self.ask("GET", f"/{ENTITY}/new").body
            token = TOKEN.search(page)
            assert token, page[:300]
            values = {name: str(next(self._values)) for name in dict.fromkeys(CONTROL.findall(page))}
            found = self.ask("POST", f"/{ENTITY}/new", {"name": "N", "csrf_token": token[1], **values})
            if found.status == 303:
                self.saved.append((int(found.location.rpartition("/")[2]), values))
                return
            assert found.status == 422, found
            self.refused += 1
        raise AssertionError("a card is refused again and again")


@contextmanager
def serving(database: Database, count: int) -> Iterator[list[int]]:
    """The ports of so many servers."""
    ports = [_free_port() for _ in range(count)]
    commands = [[sys.executable, str(SERVING), url_of(database), str(port)] for port in ports]
    servers = [subprocess.Popen(one, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, **PIPES) for one in commands]
    try:
        for server in servers:
            assert server.stdout
            assert server.stdout.readline() == "ready\n", server.communicate()[1]
        yield ports
    finally:
        for server in servers:
            server.terminate()
        told = [server.communicate(timeout=20)[1] for server in servers]
        assert "Traceback" not in "".join(told), "\n".join(told)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def changes() -> Iterator[Operation]:
    """What an administrator does, for ever: fields come, change and go."""
    for n in itertools.count():
        yield AddField(ENTITY, f"c_t{n}", "text", "basic", "T", options={"max_length": 40})
        yield AddField(ENTITY, f"c_i{n}", "integer", "basic", "I", searchable=True, in_list=True)
        yield ChangeField(ENTITY, f"c_t{n}", {"searchable": True, "in_list": True})
        yield AddField(ENTITY, f"c_v{n}", "text", "basic", "V", searchable=True)
        yield RetireField(ENTITY, f"c_i{n}")
        yield ConvertField(ENTITY, f"c_v{n}", f"c_n{n}", "integer")
        yield RestoreField(ENTITY, f"c_i{n}")
        yield RetireField(ENTITY, f"c_n{n}")
        yield PurgeField(ENTITY, f"c_n{n}")
        yield ChangeField(ENTITY, f"c_t{n}", {"searchable": False})
        yield RetireField(ENTITY, f"c_t{n}")


@pytest.fixture
def people(changeable: Database) -> Iterator[list[Person]]:
    """Who works at two servers."""
    with changeable.writing() as conn:
        accounts.add_user(conn, "admin", PASSWORD, "administrator")
    with serving(changeable, 2) as ports:
        found = [Person(ports if n % 2 else ports[::-1], n) for n in range(1, READERS + 1)]
        for one in found:
            one.sign_in()
        yield found
        for one in found:
            one.leave()


@pytest.mark.parametrize(("grace", "seconds"), [(1.0, SECONDS), (0.0, SECONDS / 2)], ids=["as it is", "without grace"])
def test_nobody_notices_a_change(
    changeable: Database, people: list[Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grace: float, seconds: float
) -> None:
    monkeypatch.setattr(stages, "GRACE", grace)
    end = threading.Event()
    threads = [threading.Thread(target=one.work, args=(end,)) for one in people]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    try:
        for one in changes():
            name = getattr(one, "field", "")
            apply.publish(changeable, [one], Orders(confirmed=frozenset({f"D1:{ENTITY}:{name}"}), archive=tmp_path))
            if time.monotonic() > until:
                break
    finally:
        end.set()
        for thread in threads:
            thread.join()
    saved = [each for one in people for each in one.saved]
    assert [told for one in people for told in one.failed] == []
    assert saved
    values_are_kept(changeable, check(changeable), saved, copied=grace > 0)


def values_are_kept(database: Database, catalog: Catalog, saved: list[tuple[int, dict[str, str]]], *, copied: bool) -> None:
    """What was answered with “saved” is there, unless its field was purged; what was converted is in both places."""
    entity = catalog.entity(ENTITY)
    whole = replace(entity, fields=entity.stored)
    with database.reading() as conn:
        held = {one.id: one.values for one in read.fetch_many(conn, catalog, whole, [id for id, _ in saved])}
    for id, values in saved:
        kept = {name: int(value) if name[:3] in ("c_i", "c_n") else value for name, value in values.items() if name in whole.by_name}
        assert {name: held[id].get(name) for name in kept} == kept
        copies = {f"c_n{name[3:]}": int(value) for name, value in values.items() if name[:3] == "c_v" and f"c_n{name[3:]}" in whole.by_name}
        if copied:  # without grace, a request that began before a conversion may end after it
            assert {name: held[id].get(name) for name in copies} == copies
