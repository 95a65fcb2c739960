"""500 custom fields of one entity, all of them filled in one record: by form, by the programming interface, by search (3.1.6)."""

from __future__ import annotations

import random
import string

import pytest

from engine.metadata.database import Database
from engine.metadata.model import Json
from engine.schema import apply
from engine.schema.apply import Orders
from engine.schema.ops import AddField
from tests.web.conftest import Api, Browser

KINDS = ("text", "integer", "decimal", "date", "datetime", "time", "check", "multiline", "email", "phone")
SOME: dict[str, Json] = {
    "integer": 2**50, "decimal": "1234567.25", "date": "2026-11-25", "datetime": "2026-11-25T10:00:00Z", "time": "10:00:00", "check": True,
    "email": "somebody@example.com", "phone": "1012345678",
}  # fmt: skip


def fields(*kinds: str) -> list[AddField]:
    told = ((f"c_field_{n}", kinds[n % len(kinds)]) for n in range(500))
    return [AddField("customer", name, kind, "other", name.title(), searchable=place % 30 == 0) for place, (name, kind) in enumerate(told)]


def a_text(length: int) -> str:
    """A text that no database makes smaller."""
    return "".join(random.choices(string.ascii_letters, k=length))


@pytest.mark.parametrize("kinds", [("text",), KINDS], ids=["all texts", "mixed"])
def test_500_custom_fields(installed: Database, backend: str, api: Api, browser: Browser, kinds: tuple[str, ...]) -> None:
    operations = fields(*kinds)
    apply.publish(installed, operations, Orders())
    length = 40 if backend == "mariadb" else 23  # what takes most room in a row
    values = {one.name: SOME.get(one.type) or a_text(length) for one in operations}
    made = api.made(**values)
    id = made["id"]
    assert {name: made[name] for name in values} == values

    typed = {one.name: a_text(length) for one in operations if one.type == "text"}
    answer = browser.fill(f"/customer/{id}/edit", typed)
    assert answer.status_code == 303, answer.text
    kept = api.get(f"/customer/{id}").json
    assert {name: kept[name] for name in values} == {**values, **typed}

    for name in ("c_field_0", "c_field_480"):
        found = api.get(f"/customer?filter[{name}][_eq]={typed[name]}&sort=-{name}").json
        assert [one["id"] for one in found["data"]] == [id]
    assert typed["c_field_240"] in browser.get(f"/customer/{id}").text
    assert api.delete(f"/customer/{id}").status_code == 204
