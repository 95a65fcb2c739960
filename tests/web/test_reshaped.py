"""A field that goes while a request is under way: the request is done once more, with the fields there are then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection

from app import create_app
from engine import accounts
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.metadata.store import CatalogStore, Version
from engine.schema import apply, stages
from engine.schema.ops import AddField, PurgeField, RetireField
from engine.schema.running import Orders
from settings import Settings
from tests.databases import url_of


@pytest.fixture
def reshaped(installed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], FlaskClient]]:
    """A signed-in client whose first so many looks at the definitions show a field that has been dropped."""
    monkeypatch.setattr(stages, "GRACE", 0.0)
    apply.publish(installed, [AddField("industry", "c_gone", "text", "basic", "Gone", searchable=True)], Orders())
    with installed.writing() as conn:
        token = accounts.add_token(conn, accounts.add_user(conn, "admin", "password", "administrator"), "test")
        before = store.load(conn)
    apply.publish(installed, [RetireField("industry", "c_gone")], Orders())
    apply.publish(installed, [PurgeField("industry", "c_gone")], Orders(confirmed=frozenset({"D1:industry:c_gone"}), archive=tmp_path))
    app: Flask = create_app(Settings(url_of(installed), tmp_path, secret_key="test"))
    current = CatalogStore.current

    def client(times: int) -> FlaskClient:
        left = times

        def outdated(self: CatalogStore, conn: Connection, version: Version) -> Catalog:
            nonlocal left
            left -= 1
            return before if left >= 0 else current(self, conn, version)

        monkeypatch.setattr(CatalogStore, "current", outdated)
        made = app.test_client()
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return made

    yield client
    app.extensions["fieldloom"].database.close()


def test_reading_goes_on_with_the_fields_there_are(reshaped: Callable[[int], FlaskClient]) -> None:
    answer = reshaped(1).get("/api/v1/industry/1")
    assert answer.status_code == 200
    assert "c_gone" not in answer.text


def test_saving_goes_on_with_the_fields_there_are(reshaped: Callable[[int], FlaskClient]) -> None:
    assert reshaped(1).post("/api/v1/industry", json={"name": "New"}).status_code == 201


def test_what_is_sent_for_a_field_that_went_is_refused(reshaped: Callable[[int], FlaskClient]) -> None:
    answer = reshaped(1).post("/api/v1/industry", json={"name": "New", "c_gone": "x"})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/c_gone"


def test_it_is_tried_once_more_and_no_oftener(reshaped: Callable[[int], FlaskClient]) -> None:
    answer = reshaped(3).get("/api/v1/industry/1")
    assert answer.status_code == 500
