"""`/api/v1/metadata`: definitions and their changes by token."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from engine import accounts
from engine.errors import BadOperation
from engine.metadata.database import Database
from engine.service import evolution
from tests.web.conftest import PASSWORD, Api

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ADD = {
    "operation": "add_field", "entity": "customer", "name": "c_grade", "type": "text", "group": "basic", "label": "Grade", "labels": {"zh-Hans": "等级"},
}  # fmt: skip


def test_a_change_is_looked_at_made_read_and_undone(api: Api) -> None:
    plan = api.post("/metadata/operations?dry_run=true", json=[ADD]).json
    assert plan["runs"] is True
    assert "c_grade" in plan["statements"][0]["sql"]
    assert plan["steps"][0]["sentence"] == "Add the field “Grade” (c_grade, Single-line text) to “customer”."
    assert "c_grade" not in api.get("/customer/schema").json["properties"]
    body = {"operations": [ADD], "base": plan["base"], "seen": plan["hash"], "note": "for sales"}
    answer = api.post("/metadata/operations", json=body)
    assert (answer.status_code, answer.headers["Location"]) == (201, "/api/v1/metadata/changes/1")
    assert "c_grade" in api.get("/customer/schema").json["properties"]
    made = api.made(c_grade="A")
    change = api.get("/metadata/changes/1").json
    assert (change["author"], change["note"], change["state"]) == ("administrator", "for sales", "applied")
    assert [one["state"] for one in change["events"]] == ["applying", "applied"]
    assert api.post("/metadata/operations", json=body).status_code == 409  # looked at before somebody changed it
    looked = api.post("/metadata/changes/1/undo?dry_run=true").json
    assert [one["operation"]["operation"] for one in looked["steps"]] == ["retire_field"]
    assert "c_grade" in api.get("/customer/schema").json["properties"]
    assert api.post("/metadata/changes/1/undo").status_code == 201
    assert "c_grade" not in api.get(f"/customer/{made['id']}").json
    assert api.post("/metadata/changes/1/undo").status_code == 409
    assert [one["undone"] for one in api.get("/metadata/changes").json["data"]] == [False, True]


def test_a_purge_waits_for_its_confirmation(api: Api) -> None:
    api.post("/metadata/operations", json=[ADD])
    api.post("/metadata/operations", json=[{"operation": "retire_field", "entity": "customer", "field": "c_grade"}])
    purge = {"operation": "purge_field", "entity": "customer", "field": "c_grade"}
    refused = api.post("/metadata/operations", json=[purge])
    assert refused.status_code == 409
    assert [one["code"] for one in refused.json["errors"]] == ["D1:customer:c_grade"]
    assert api.post("/metadata/operations?dry_run=true", json=[purge]).json["confirmations"] == ["D1:customer:c_grade"]


REFUSED: dict[str, tuple[Any, int, str]] = {
    "a finding": ([{"operation": "retire_field", "entity": "customer", "field": "name"}], 422, "S1"),
    "an unknown operation": ([{"operation": "sing"}], 400, "no operation “sing”"),
    "an operation of the program": ([{"operation": "take_over", "shipped": {"entity": "customer"}}], 400, "no operation “take_over”"),
    "nothing": ([], 400, "nothing to publish"),
    "an unknown key": ({"operations": [ADD], "colour": "red"}, 400, "colour"),
    "a wrong kind of value": ({"operations": [ADD], "base": "one"}, 400, "base"),
    "a control character": ([{**ADD, "label": "a\0b"}], 400, "cannot be kept"),
    "a control character deep inside": ([{**ADD, "labels": {"zh-Hans": "a\x1b"}}], 400, "cannot be kept"),
    "a label of blanks": ([{**ADD, "label": "   "}], 400, "label"),
    "a name with a line end": ([{**ADD, "name": "c_grade\n"}], 400, "name"),
    "a confirmation that is no name": ({"operations": [ADD], "confirmed": [7]}, 400, "confirmed"),
    "a note that cannot be kept": ({"operations": [ADD], "note": "a\0b"}, 400, "note"),
    "a note without end": ({"operations": [ADD], "note": "x" * 100_000}, 400, "note"),
    "a default that is no day": ([{**ADD, "type": "date", "default": "soon"}], 422, "F1"),
    "a default that is no moment": ([{**ADD, "type": "datetime", "default": "2026-02-30"}], 422, "F1"),
    "a default that is no address": ([{**ADD, "type": "email", "default": "nobody"}], 422, "F1"),
    "a default beyond counting": ([{**ADD, "type": "integer", "default": 10**400}], 422, "F1"),
    "a number": (7, 400, "list of JSON objects"),
}


@ON_SQLITE
def test_half_a_character_is_refused(api: Api) -> None:
    sent = json.dumps([{**ADD, "label": "a\ud800b"}])
    answer = api.post("/metadata/operations", data=sent, content_type="application/json")
    assert (answer.status_code, "cannot be kept" in answer.text) == (400, True)


@ON_SQLITE
@pytest.mark.parametrize(("body", "status", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals_say_why(api: Api, body: Any, status: int, told: str) -> None:
    answer = api.post("/metadata/operations", json=body)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert told in answer.text


NOT_TO_UNDO: dict[str, tuple[Any, str]] = {
    "operations of one's own": ({"operations": [ADD]}, "operations"),
    "a list": ([ADD], "JSON object"),
    "an unknown key": ({"colour": "red"}, "colour"),
}


@ON_SQLITE
@pytest.mark.parametrize("address", ["/metadata/changes/1/undo", "/metadata/changes/1/undo?dry_run=true"])
@pytest.mark.parametrize(("body", "told"), NOT_TO_UNDO.values(), ids=NOT_TO_UNDO.keys())
def test_an_undo_refuses_what_it_does_not_take(api: Api, address: str, body: Any, told: str) -> None:
    api.post("/metadata/operations", json=[ADD])
    refused = api.post(address, json=body)
    assert (refused.status_code, refused.mimetype, told in refused.text) == (400, "application/problem+json", True)
    assert "c_grade" in api.get("/customer/schema").json["properties"]


@ON_SQLITE
@pytest.mark.parametrize("path", ["entities", "entities/customer", "types", "operations", "check", "changes", "changes/1"])
def test_no_parameter_is_passed_over(api: Api, path: str) -> None:
    api.post("/metadata/operations", json=[ADD])
    refused = api.get(f"/metadata/{path}?language=de")
    assert (refused.status_code, refused.mimetype, "language" in refused.text) == (400, "application/problem+json", True)


@ON_SQLITE
@pytest.mark.parametrize(
    "address", ["/metadata/operations?dry_run=false&dry_run=true", "/metadata/operations?note=why", "/metadata/changes/1/undo?x=1"]
)
def test_nothing_runs_with_a_parameter_that_is_not_understood(api: Api, address: str) -> None:
    assert api.post(address, json=[ADD]).status_code == 400
    assert api.get("/metadata/changes").json["data"] == []


@ON_SQLITE
def test_a_change_can_be_bound_to_the_version_that_was_read(api: Api) -> None:
    first = api.get("/metadata/entities/customer").headers["ETag"]
    assert api.get("/metadata/entities").headers["ETag"] == first
    plan = api.post("/metadata/operations?dry_run=true", json=[ADD], headers={"If-Match": first})
    assert (plan.status_code, plan.headers["ETag"]) == (200, first)
    made = api.post("/metadata/operations", json=[ADD], headers={"If-Match": first})
    assert (made.status_code, made.headers["ETag"]) == (201, f'"{made.json["version"]}"')
    other = [{**ADD, "name": "c_other"}]
    for address, body in (
        ("operations", other),
        ("operations?dry_run=true", other),
        ("changes/1/undo", {}),
        ("changes/1/undo?dry_run=true", {}),
    ):
        refused = api.post(f"/metadata/{address}", json=body, headers={"If-Match": first})
        assert (refused.status_code, refused.mimetype) == (412, "application/problem+json"), address
    for odd in ("", first.strip('"'), f'{first}, "7"', '""'):
        told = api.post("/metadata/operations", json=other, headers={"If-Match": odd})
        assert (told.status_code, "one tag" in told.json["detail"]) == (400, True), odd
    assert api.post("/metadata/operations", json=other, headers={"If-Match": "*"}).status_code == 201
    now = api.get("/metadata/entities").headers["ETag"]
    assert api.post("/metadata/changes/1/undo", json={}, headers={"If-Match": now}).status_code == 201


@ON_SQLITE
def test_a_change_between_reading_and_the_lock_is_found_as_well(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    read, publish = api.get("/metadata/entities").headers["ETag"], evolution.publish

    def overtaken(*told: Any) -> Any:
        monkeypatch.setattr(evolution, "publish", publish)
        assert api.post("/metadata/operations", json=[{**ADD, "name": "c_first"}]).status_code == 201
        return publish(*told)

    monkeypatch.setattr(evolution, "publish", overtaken)
    assert api.post("/metadata/operations", json=[ADD], headers={"If-Match": read}).status_code == 412
    assert "c_grade" not in api.get("/customer/schema").json["properties"]


@ON_SQLITE
def test_a_plan_is_not_told_for_what_has_changed_since(api: Api) -> None:
    plan = api.post("/metadata/operations?dry_run=true", json=[ADD]).json
    assert (
        api.post("/metadata/operations?dry_run=true", json={"operations": [ADD], "base": plan["base"], "seen": plan["hash"]}).status_code
        == 200
    )
    assert api.post("/metadata/operations?dry_run=true", json={"operations": [ADD], "seen": "another"}).status_code == 409
    api.post("/metadata/operations", json=[ADD])
    for address, body in (("operations", {"operations": [{**ADD, "name": "c_other"}]}), ("changes/1/undo", {})):
        assert api.post(f"/metadata/{address}?dry_run=true", json={**body, "base": plan["base"]}).status_code == 409, address


@ON_SQLITE
def test_definitions_are_told_in_full(api: Api) -> None:
    api.post("/metadata/operations", json=[ADD])
    api.post("/metadata/operations", json=[{"operation": "retire_field", "entity": "customer", "field": "c_grade"}])
    names = {one["name"]: one for one in api.get("/metadata/entities").json["data"]}
    assert names["customer"]["state"] == "active"
    told = api.get("/metadata/entities/customer").json
    fields = {one["name"]: one for one in told["fields"]}
    assert (fields["c_grade"]["state"], fields["c_grade"]["system"], fields["c_grade"]["labels"]) == ("retired", False, {"zh-Hans": "等级"})
    assert fields["contact_name"]["of"] == "contact"
    assert told["groups"][0]["columns"] == 2
    assert api.get("/metadata/entities/nothing").status_code == 404
    types = {one["name"]: one for one in api.get("/metadata/types").json["data"]}
    assert "_contains" in types["text"]["operators"]
    assert types["reference"]["options"]["required"] == ["entity"]
    assert {"add_field", "purge_entity"} <= {one["properties"]["operation"]["const"] for one in api.get("/metadata/operations").json["data"]}


@ON_SQLITE
def test_a_move_goes_back_to_the_end_of_its_group_where_its_neighbour_has_left(api: Api) -> None:
    """Taken back, it would stand before “email”, which somebody has moved away since; several fields follow one another back."""

    def moved(group: str, *names: str) -> None:
        told = {"operation": "move_fields", "entity": "customer", "fields": list(names), "group": group}
        assert api.post("/metadata/operations", json=[told]).status_code == 201

    moved("finance", "phone", "fax")
    moved("finance", "email")
    assert api.post("/metadata/changes/1/undo").status_code == 201
    fields = [one["name"] for one in api.get("/metadata/entities/customer").json["fields"] if one["group"] == "basic" and one["state"] == "active"]
    assert fields[-2:] == ["phone", "fax"]


@ON_SQLITE
def test_the_journal_is_paged(api: Api) -> None:
    for name in ("c_a", "c_b", "c_c"):
        api.post("/metadata/operations", json=[ADD | {"name": name}])
    first = api.get("/metadata/changes?page[size]=2").json
    assert [one["id"] for one in first["data"]] == [3, 2]
    rest = api.get(first["links"]["next"].removeprefix("/api/v1")).json
    assert ([one["id"] for one in rest["data"]], rest["links"]["next"]) == ([1], None)
    for wrong in ("?page[size]=x", "?page[size]=0", "?page[size]=201", "?limit=3"):
        assert api.get(f"/metadata/changes{wrong}").status_code == 400
    assert api.post("/metadata/operations?dry_run=perhaps", json=[ADD]).status_code == 400
    assert api.get("/metadata/changes/99").status_code == 404


PATHS = ("entities", "entities/customer", "types", "operations", "changes", "changes/1")


@ON_SQLITE
def test_only_administrators_see_any_of_it(app: Flask, installed: Database) -> None:
    with installed.writing() as conn:
        user = accounts.add_user(conn, "li", PASSWORD, "user")
        token = accounts.add_token(conn, user, "test")
    theirs = Api(app, token)
    for path in PATHS:
        assert theirs.get(f"/metadata/{path}").status_code == 403, path
    for path in ("operations", "operations?dry_run=true", "changes/1/undo"):
        assert theirs.post(f"/metadata/{path}", json=[ADD]).status_code == 403, path
    assert "/api/v1/metadata/operations" not in theirs.get("/openapi.json").json["paths"]
    nobody = app.test_client()
    assert nobody.get("/api/v1/metadata/entities").status_code == 401


@ON_SQLITE
def test_the_description_names_every_operation(api: Api) -> None:
    document = api.get("/openapi.json").json
    assert "post" in document["paths"]["/api/v1/metadata/operations"]
    assert len(document["components"]["schemas"]["operation"]["oneOf"]) > 15


@ON_SQLITE
@pytest.mark.parametrize("number", ["9" * 15, "9" * 30])
def test_a_change_that_never_was_is_not_found(api: Api, number: str) -> None:
    assert api.get(f"/metadata/changes/{number}").status_code == 404
    assert api.post(f"/metadata/changes/{number}/undo").status_code == 404


@pytest.mark.parametrize("label", ["   ", "a\0b", "x" * 300])
def test_what_became_stricter_leaves_the_journal_readable(label: str) -> None:
    held = [{**ADD, "label": label}]
    assert evolution.read_journalled(held)
    with pytest.raises(BadOperation):
        evolution.read_operations(held)
