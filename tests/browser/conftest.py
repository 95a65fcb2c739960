"""A served program and people in front of a real browser.

`site` is served once for all tests of a process, on SQLite, with the sample customers: tests add records of their own
and keep their hands off the samples. `reader` opens a browser window and signs in. Whatever a test does, at its end no
window may have seen a script error, a breach of the content policy or a part of a page that could not be loaded, and the
server may not have broken down.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright

from engine.metadata.database import Database
from engine.service import people, samples
from tests.databases import Databases, url_of
from tools.served import served

PASSWORD = "correct horse"
CHINESE, ENGLISH, MIRRORED = "zh-Hans", "en", "qps-plocm"
ASKED_FOR = {CHINESE: "zh-CN", ENGLISH: "en-GB", MIRRORED: "en-GB"}
"""What the browser says it prefers. Nobody's browser asks for the mirrored language: it is chosen by the address."""
SECONDS = 30_000
"""How long anything may take before it counts as absent: on a machine that is busy, what takes a moment takes ten seconds."""
DOCUMENTS_REFUSED = "Failed to load resource: the server responded with a status of 4"

expect.set_options(timeout=SECONDS)


class Api:
    """The JSON interface, to prepare what a test is not about and to look at what was stored."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token
        self._rows: dict[tuple[str, str], int] = {}

    def call(self, method: str, path: str, values: dict[str, Any] | None = None) -> Any:
        """The answer's document."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", "Accept-Language": "en"}
        body = None if values is None else json.dumps(values).encode()
        with urlopen(Request(f"{self._url}/api/v1{path}", body, headers, method=method), timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def get(self, path: str) -> Any:
        """Read."""
        return self.call("GET", path)

    def row(self, entity: str, name: str) -> int:
        """The id of a dictionary's row by its English name."""
        if (entity, name) not in self._rows:
            for row in self.get(f"/{entity}?page[size]=200")["data"]:
                self._rows[entity, row["name"]] = row["id"]
        return self._rows[entity, name]

    def customer(self, name: str, **more: Any) -> str:
        """Store a customer; gives the address of its page."""
        needed = {
            "type": self.row("customer_type", "Customer"),
            "description": self.row("company_form", "Partnership"),
            "size": self.row("company_size", "Small"),
            "source": self.row("acquisition_channel", "Exhibition"),
            "industry": self.row("industry", "Software"),
            "salutation": self.row("salutation", "Ms"),
        }
        made = self.call("POST", "/customer", {**needed, "name": name, "contact_name": "王芳", "job_title": "采购经理", **more})
        return f"/customer/{made['id']}"


@dataclass
class Served:
    """A running program."""

    url: str
    database: Database
    api: Api
    doors: dict[str, Any] = field(default_factory=dict)
    """Cookies of those who have signed in, so that not every window has to."""
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def user(self, role: str = "administrator") -> str:
        """A new user; one that changes its language or theme must not be shared."""
        name = f"user{next(self._numbers)}"
        people.add(self.database, name, PASSWORD, role, "林晓")
        return name


@contextmanager
def serving(database: Database, folder: Path) -> Iterator[Served]:
    """Serve a database with the user `admin`."""
    people.add(database, "admin", PASSWORD, "administrator", "周嘉宁")
    token = people.add_token(database, "admin", "tests", None)
    with served(url_of(database), folder) as url:
        yield Served(url, database, Api(url, token))
    log = (folder / "served.log").read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program with its samples, for all tests of this process."""
    database = databases.installed("sqlite")
    samples.load(database)
    with serving(database, tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture(scope="session")
def chromium(browser_path: Path) -> Iterator[Browser]:
    """The browser of this process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(browser_path), args=["--no-sandbox"])
        yield browser
        browser.close()


class Reader:
    """Somebody in front of a browser window."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.faults: list[str] = []
        context.on("console", self._said)
        context.on("weberror", lambda told: self.faults.append(f"script error: {told.error}"))
        context.on("response", self._answered)
        self.page = context.new_page()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(DOCUMENTS_REFUSED):
            self.faults.append(f"{message.type} in the console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type != "document"):
            self.faults.append(f"{response.status} for {response.url}")

    def tab(self) -> Page:
        """Another tab of the same window."""
        return self.context.new_page()

    def go(self, path: str, page: Page | None = None) -> Page:
        """Open a page of the program."""
        where = page or self.page
        where.goto(self.url + path)
        return where

    def path(self, page: Page | None = None) -> str:
        """The address in the window, without the server."""
        return (page or self.page).url.removeprefix(self.url)

    def sign_in(self, username: str = "admin") -> None:
        """Sign in as a person does."""
        self.go("/sign-in")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button[type=submit]")
        expect(self.page.locator(".side")).to_be_attached()


Readers = Callable[..., Reader]


@contextmanager
def readers_of(chromium: Browser, served: Served) -> Iterator[Readers]:
    """Opens windows, closes them at the end, and fails where one met a fault."""
    made: list[Reader] = []
    with ExitStack() as stack:

        def open_window(language: str = CHINESE, user: str | None = "admin", **options: Any) -> Reader:
            told = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", "locale": ASKED_FOR[language], **options}
            context = chromium.new_context(**told, storage_state=served.doors.get(user or ""))
            stack.callback(context.close)
            context.set_default_timeout(SECONDS)
            made.append(Reader(context, served.url))
            if user and user not in served.doors:
                made[-1].sign_in(user)
                served.doors[user] = context.storage_state()
            if language == MIRRORED:
                made[-1].go(f"/?lang={MIRRORED}")
            return made[-1]

        yield open_window
        faults = [fault for one in made for fault in one.faults]
    assert faults == []


@pytest.fixture
def reader(chromium: Browser, site: Served) -> Iterator[Readers]:
    """Opens a window on the shared program: `reader(language, user, **options of the browser)`."""
    with readers_of(chromium, site) as opens:
        yield opens


_axe = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """Judges a page's accessibility: `axe(page, *only these rules)` gives a sentence per problem."""
    if not _axe.exists():
        pytest.skip("axe-core is not there yet: run `make setup`.")
    source = _axe.read_text(encoding="utf-8")

    def judge(page: Page, *rules: str) -> list[str]:
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(f"{source};0")
        only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {"resultTypes": ["violations"]}
        found = page.evaluate("async options => (await axe.run(document, options)).violations", only)
        return [f"{one['id']}: {node['html'][:160]} — {node['failureSummary']}" for one in found for node in one["nodes"]]

    return judge
