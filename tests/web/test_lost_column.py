"""A column vanishes while the program serves: its field is set aside, and all else goes on."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from engine import accounts
from engine.metadata import store
from engine.metadata.database import Database
from engine.schema import apply
from engine.schema.apply import Orders
from engine.schema.operation import read
from engine.schema.ops import OPERATIONS
from tests.web.conftest import Api

ADD = {"operation": "add_field", "entity": "customer", "name": "c_x", "type": "text", "group": "basic", "label": "X", "in_list": True}


def a_client(app: Flask, database: Database) -> Api:
    """An administrator's token."""
    with database.writing() as conn:
        user = accounts.find_user(conn, "administrator")
        assert user is not None
        return Api(app, accounts.add_token(conn, user.id, "test"))


def drop(database: Database) -> None:
    """By hand."""
    with database.writing() as conn:
        conn.exec_driver_sql("ALTER TABLE customer DROP COLUMN c_x")


def test_while_it_serves(app: Flask, installed: Database) -> None:
    apply.publish(installed, read([ADD], OPERATIONS), Orders())
    api = a_client(app, installed)
    made = api.made(c_x="A")
    drop(installed)
    told = api.get(f"/customer/{made['id']}").json
    assert "c_x" not in told
    assert api.patch(f"/customer/{made['id']}", json={"phone": "1"}).json["phone"] == "1"
    assert api.made()["name"] == made["name"]
    (found,) = api.get("/metadata/check").json["data"]
    assert (found["code"], found["field"]) == ("P2", "c_x")
    assert found["repair"].startswith("Take “c_x” of “customer” back")
    states = {one["name"]: one["state"] for one in api.get("/metadata/entities/customer").json["fields"]}
    assert states["c_x"] == "missing"


def test_before_it_starts(app: Flask, app_on: Callable[[Database], Flask], installed: Database) -> None:
    apply.publish(installed, read([ADD], OPERATIONS), Orders())
    drop(installed)
    started = app_on(installed)
    api = a_client(started, installed)
    assert api.made()["id"]
    with installed.reading() as conn:
        assert [one.name for one in store.load(conn).entity("customer").missing] == ["c_x"]


def test_saving_is_what_finds_it(app: Flask, installed: Database) -> None:
    apply.publish(installed, read([ADD], OPERATIONS), Orders())
    api = a_client(app, installed)
    body = api.customer(c_x="A")
    drop(installed)
    assert api.post("/customer", json=body).status_code in (400, 422)  # there is no such field any more, and that is said
    del body["c_x"]
    assert api.post("/customer", json=body).status_code == 201
