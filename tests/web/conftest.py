"""A signed-in browser without a browser: Flask's client, with the form's own token and version sent back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app, open_site
from engine import accounts
from engine.i18n import languages
from engine.metadata import store
from engine.metadata.database import Database
from settings import Settings
from tests.databases import CATALOGS, LOCALES, url_of

PASSWORD = "correct horse"


class _Controls(HTMLParser):
    """The values that the page's main form would send as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._form = self._select = ""
        self._area: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        kind, name = told.get("type", ""), told.get("name", "")
        if tag == "input" and name and kind not in ("submit", "file") and (kind not in ("checkbox", "radio") or "checked" in told):
            self.values.setdefault(name, []).append(told.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in told:
            self.values[self._select] = [told.get("value", "")]
        elif tag == "textarea":
            self._area = self.values.setdefault(name, [])
            self._area.append("")

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[-1] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.values.setdefault(self._select, [""])
            self._select = ""
        elif tag == "textarea":
            self._area = None


def controls(page: str) -> dict[str, list[str]]:
    """What the card on a page would send if nothing was typed."""
    start = page.index("<form", page.index("<record-form"))
    found = _Controls()
    found.feed(page[start : page.index("</form>", start)])
    return found.values


class Browser:
    """A client that fills in forms as a person would: everything the page sends, and what is typed over it."""

    def __init__(self, app: Flask, language: str = "en") -> None:
        self.client: FlaskClient = app.test_client()
        self.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language

    def get(self, url: str, **options: Any) -> TestResponse:
        """A page."""
        return self.client.get(url, **options)

    def token(self) -> str:
        """A CSRF token of this browser's session."""
        page = self.get("/sign-in", follow_redirects=True).text
        return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def post(self, url: str, data: Mapping[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with the token."""
        return self.client.post(url, data={"csrf_token": self.token(), **(data or {})}, **options)

    def sign_in(self, username: str, password: str = PASSWORD) -> TestResponse:
        """Sign in."""
        return self.post("/sign-in", {"username": username, "password": password})

    def fill(self, url: str, typed: Mapping[str, Any] | None = None) -> TestResponse:
        """Open a card, type over some controls, save."""
        page = self.get(url).text
        sent: dict[str, Any] = dict(controls(page).items())
        return self.client.post(url.split("?", maxsplit=1)[0], data={**sent, **(typed or {})})


_IDLE: list[Flask] = []
"""Applications that no test uses at the moment: making one compiles a hundred routes, which takes longer than most tests do."""


@pytest.fixture
def app_on() -> Iterator[Callable[[Database], Flask]]:
    """Makes the application on a database, with nothing in memory of any other; its connections are closed at the end."""
    made: list[Flask] = []

    def make(database: Database) -> Flask:
        settings = Settings(url_of(database), Path("/nonexistent"), secret_key="test", catalogs=CATALOGS, locales=LOCALES)
        if _IDLE:
            made.append(_IDLE.pop())
            made[-1].extensions["fieldloom"] = open_site(settings)
        else:
            made.append(create_app(settings))
        return made[-1]

    yield make
    for app in made:
        app.extensions.pop("fieldloom").database.close()
        _IDLE.append(app)


@pytest.fixture
def app(app_on: Callable[[Database], Flask], installed: Database) -> Flask:
    """The application on a database of the test's own, with the user `administrator`."""
    with installed.writing() as conn:
        accounts.add_user(conn, "administrator", PASSWORD, "administrator")
    return app_on(installed)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser in English, signed in as administrator."""
    found = Browser(app)
    found.sign_in("administrator")
    return found


@pytest.fixture
def api(app: Flask, installed: Database) -> Api:
    """The JSON interface with an administrator's token."""
    with installed.writing() as conn:
        user = accounts.find_user(conn, "administrator")
        assert user is not None
        token = accounts.add_token(conn, user.id, "test")
    return Api(app, token)


class Api:
    """A JSON client."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client = app.test_client()
        self.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        self.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(path: str, **options: Any) -> Any:
            return getattr(self.client, method)(f"/api/v1{path}", **options)

        return call

    def row(self, entity: str, key_text: str) -> int:
        """The id of a dictionary row by its English name."""
        rows = self.get(f"/{entity}?page[size]=200").json["data"]
        return int(next(row["id"] for row in rows if row["name"] == key_text))

    def customer(self, **more: Any) -> dict[str, Any]:
        """The values of a valid customer."""
        return {
            "name": "北京长城贸易有限公司",
            "type": self.row("customer_type", "Customer"),
            "description": self.get("/company_form").json["data"][0]["id"],
            "size": self.row("company_size", "Small"),
            "source": self.get("/acquisition_channel").json["data"][0]["id"],
            "industry": self.row("industry", "Software"),
            "salutation": self.row("salutation", "Ms"),
            "contact_name": "王芳",
            "job_title": "采购经理",
            **more,
        }

    def made(self, **more: Any) -> dict[str, Any]:
        """A customer that was just stored."""
        answer = self.post("/customer", json=self.customer(**more))
        assert answer.status_code == 201, answer.text
        return dict(answer.json)


@pytest.fixture
def translator(app: Flask, installed: Database) -> Browser:
    """Tina, a translator, whose browser speaks English. Nobody has translated anything into French yet."""
    from tests.web.translators import signed_in  # here: it takes its browsers from this module

    with installed.writing() as conn:
        languages.add(conn, "fr")
        store.bump_version(conn)
    return signed_in(app, installed, "tina")
