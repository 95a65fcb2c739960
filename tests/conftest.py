"""Fixtures that all tests share.

The databases of a test:

- `empty_database`: its own, with nothing in it;
- `installed`: its own, set up with the shipped catalogs;
- `shared_database`: set up once and used by many, for tests that only read, or add rows of their own.

Each runs on SQLite, PostgreSQL and MariaDB, through `backend`. A test that one system is enough for says
`@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from engine import accounts
from engine.metadata.database import Database
from tests.databases import BACKENDS, Databases, why_absent
from tools import browser

# No deadline: a shared machine is slow now and then. In CI always the same examples, so that a failure is the change's.
hypothesis.settings.register_profile("fieldloom", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("fieldloom")


COSTS = (("site", 5.0), ("chromium", 5.0), ("changeable", 5.0), ("installed", 0.6), ("empty_database", 0.5), ("shared_database", 0.1))
"""About how many seconds a test takes that asks for a fixture; the first that it asks for counts."""
PLAIN = 0.02


def handed_out_with(nodeid: str) -> str:
    """What one process runs as a whole: a file; all of the browser's tests, which keep one processor busy while others wait for databases."""
    file = nodeid.partition("::")[0]
    return "tests/browser" if file.startswith("tests/browser/") else file


class Wholes(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
    """Hands out tests to processes."""

    def _split_scope(self, nodeid: str) -> str:
        return handed_out_with(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Wholes:
    """How tests reach processes, where there are several."""
    return Wholes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first: processes are handed tests in this order, and none is to be left with a long file at the end."""
    seconds: dict[str, float] = {}
    for item in items:
        asked, whole = getattr(item, "fixturenames", ()), handed_out_with(item.nodeid)
        seconds[whole] = seconds.get(whole, 0) + next((cost for name, cost in COSTS if name in asked), PLAIN)
    items.sort(key=lambda item: -seconds[handed_out_with(item.nodeid)])


def absent(setting: str, sentence: str) -> None:
    """Skip the test, or fail where the setting says that nothing may be skipped."""
    if os.environ.get(setting) == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Makes databases; all are dropped at the end."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Passwords are hashed at the least cost: nobody guesses here, and nearly every test of a page signs in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", cache(partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)))
        yield


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The database system that the test runs on."""
    name = str(request.param)
    if sentence := why_absent(name):
        absent("FIELDLOOM_REQUIRE_DATABASES", sentence)
    return name


@pytest.fixture
def empty_database(databases: Databases, backend: str) -> Iterator[Database]:
    """A database of the test's own, with nothing in it."""
    database = databases.empty(backend)
    yield database
    databases.drop(database)


@pytest.fixture
def installed(databases: Databases, backend: str) -> Iterator[Database]:
    """A database of the test's own, set up with the shipped catalogs."""
    database = databases.installed(backend)
    yield database
    databases.give_back(database)


@pytest.fixture
def shared_database(databases: Databases, backend: str) -> Database:
    """A database that is set up once for many tests: read it, or add rows; change no definitions."""
    return databases.shared(backend)


@pytest.fixture(scope="session")
def browser_path() -> Path:
    """The Chromium that tests drive."""
    found = browser.find()
    if found is None:
        absent("FIELDLOOM_REQUIRE_BROWSER", browser.SENTENCE)
    assert found is not None
    return found
