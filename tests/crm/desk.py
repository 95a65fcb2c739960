"""What the rules of chapter 4 are tried with."""

from __future__ import annotations

import html
import re
from typing import Any

from engine.metadata import rows, store
from engine.metadata.database import Database
from engine.records import read, write
from tests.web.conftest import Api, Browser

LADDER = ("invalid", "basic", "potential", "successful", "pilot", "reference")
FROZEN = ("frozen_potential", "frozen_successful")
TYPES = ("customer", "supplier", "distributor", "agent", "partner", "individual")


def words(page: str) -> str:
    """A page's visible words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


class Desk:
    """What the rules are tried with: a browser, an API client, and a way to put a customer into any state."""

    def __init__(self, browser: Browser, api: Api, database: Database) -> None:
        self.browser, self.api, self.database = browser, api, database
        with database.reading() as conn:
            self.catalog = store.load(conn)
            self.rows = rows.load(conn, self.catalog, store.read_version(conn))

    def id(self, dictionary: str, key: str) -> int:
        """A shipped row's id."""
        return self.rows.sets[dictionary].by_key[key]

    def state(self, id: int) -> str | None:
        """The row key of a customer's status."""
        return self.rows.sets["customer_status"].rows[self.api.get(f"/customer/{id}").json["status"]].key

    def customer_in(self, state: str, **more: Any) -> int:
        """A customer in that state, put there past every rule."""
        id = int(self.api.made(**more)["id"])
        entity = self.catalog.entity("customer")
        with self.database.writing() as conn:
            record = read.fetch(conn, self.catalog, entity, id)
            write.update(conn, self.catalog, entity, record, {"status": self.id("customer_status", state)}, by=None)
        return id

    def step(self, id: int, name: str) -> Any:
        """Go a step by the API."""
        return self.api.post(f"/customer/{id}/transitions/{name}")

    def press(self, id: int, name: str) -> str:
        """Press a step's button on the customer's page; the words of the page that follows."""
        answer = self.browser.post(f"/customer/{id}/transition", {"step": name}, follow_redirects=True)
        assert answer.status_code == 200
        return words(answer.text)

    def buttons(self, id: int) -> list[str]:
        """The steps that the customer's page offers as buttons."""
        return re.findall(r'name="step" value="(\w+)"', self.browser.get(f"/customer/{id}").text)
