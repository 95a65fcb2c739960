"""What tests of the translators' screens share: people, labels, and saving one."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from engine.metadata import label_store, store
from engine.metadata.database import Database
from engine.metadata.label_store import Kept
from engine.service import people
from tests.web.conftest import PASSWORD, Browser

CODE = "field.customer.code.label"
NAME = "field.customer.name.label"


def signed_in(app: Flask, database: Database, name: str, role: str = "translator") -> Browser:
    """Somebody signed in."""
    people.add(database, name, PASSWORD, role, name.capitalize())
    found = Browser(app)
    found.sign_in(name)
    return found


def kept(database: Database, key: str = CODE, tag: str = "fr") -> Kept | None:
    """A label as it is kept."""
    with database.reading() as conn:
        return label_store.read(conn, tag, [key]).get(key)


def keep(database: Database, key: str, label: Kept | None, tag: str = "fr") -> None:
    """Somebody keeps a label, elsewhere."""
    with database.writing() as conn:
        label_store.write(conn, tag, {key: label}, "edit")
        store.bump_version(conn)


def seen(page: TestResponse) -> str:
    """What the page says it has shown."""
    found = re.search(r'name="seen" value="([^"]*)"', page.text)
    assert found is not None
    return found[1]


def save(browser: Browser, text: str | list[str], key: str = CODE, tag: str = "fr", query: str = "state=all", **more: Any) -> TestResponse:
    """Open a text, type, save."""
    url = f"/translate/{tag}?{query}&key={key}"
    page = browser.get(url)
    assert page.status_code == 200
    return browser.post(url, {"form": text, "seen": seen(page), "action": "save", **more})
