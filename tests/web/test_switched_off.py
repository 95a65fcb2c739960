"""What something leans on is switched off, or goes: that is said before, and nobody is stuck with it afterwards (3.1.5, 3.1.6)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.conftest import Api, Browser

SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def change(api: Api, *operations: dict[str, Any], confirm: tuple[str, ...] = ()) -> Any:
    return api.post("/metadata/operations", json={"operations": list(operations), "confirmed": list(confirm)})


def confirmations(api: Api, *operations: dict[str, Any]) -> list[str]:
    found: list[str] = api.post("/metadata/operations?dry_run=true", json=list(operations)).json["confirmations"]
    return found


def off(entity: str, field: str) -> dict[str, Any]:
    return {"operation": "change_field", "entity": entity, "field": field, "changes": {"enabled": False}}


def add(entity: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"operation": "add_field", "entity": entity, "name": name, "type": kind, "group": "basic", "label": name, **more}


def retire(entity: str, field: str) -> dict[str, Any]:
    return {"operation": "retire_field", "entity": entity, "field": field}


@SQLITE
def test_the_field_that_names_the_flow_of_an_approval(browser: Browser, api: Api) -> None:
    id = api.made()["id"]
    assert "K1:customer:status" in (keys := confirmations(api, off("customer", "type")))
    assert change(api, off("customer", "type"), confirm=tuple(keys)).status_code == 201
    assert browser.get(f"/customer/{id}").status_code == 200
    assert api.post(f"/customer/{id}/transitions/upgrade").status_code == 409


@SQLITE
def test_the_flow_of_an_approval_on_the_list_of_those_that_name_it(api: Api) -> None:
    assert "K1:customer:status" in confirmations(api, off("customer_type", "approval_flow"))


@SQLITE
@pytest.mark.parametrize("kind", ["list", "text"])
def test_a_flow_is_named_by_a_list_and_goes_with_nobody_leaning_on_it(api: Api, kind: str) -> None:
    """Without the field nothing could change or restore the lifecycle any more."""
    flow = add("customer_type", "c_flow", kind, options={"entity": "approval_flow"} if kind == "list" else {})
    assert change(api, flow).status_code == 201
    steps = [{"name": "up", "label": "Up", "moves": {"potential": "basic"}, "needs": "approval"}]
    lifecycle = {"initial": ["potential"], "ladder": ["potential", "basic"], "approval": {"by": "type", "flow": "c_flow"}, "steps": steps}
    own = add("customer", "c_life", "list", default="potential", options={"entity": "customer_status", "lifecycle": lifecycle})
    answer = change(api, own)
    if kind == "text":
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "F1")
        return
    assert answer.status_code == 201, answer.json
    assert change(api, retire("customer_type", "c_flow")).json["errors"][0]["code"] == "X1"
    assert change(api, retire("customer", "c_life")).status_code == 201
    assert change(api, retire("customer_type", "c_flow")).status_code == 201
    purge = {"operation": "purge_field", "entity": "customer_type", "field": "c_flow"}
    assert change(api, purge, confirm=("D1:customer_type:c_flow",)).json["errors"][0]["code"] == "X1"


@SQLITE
def test_what_the_guard_of_a_step_asks_for(browser: Browser, api: Api) -> None:
    """Nobody knows then whether the condition is met: the step is not possible, the record's page is."""
    steps = [{"name": "up", "label": "Up", "moves": {"potential": "basic"}, "guard": {"c_asked": {"_nempty": True}}}]
    lifecycle = {"initial": ["potential"], "ladder": ["potential", "basic"], "steps": steps}
    own = add("customer", "c_life", "list", default="potential", options={"entity": "customer_status", "lifecycle": lifecycle})
    assert change(api, add("customer", "c_asked", "text"), own).status_code == 201
    id = api.made(c_asked="x")["id"]
    assert change(api, off("customer", "c_asked"), confirm=("K1:customer:c_life",)).status_code == 201
    assert browser.get(f"/customer/{id}").status_code == 200
    assert api.post(f"/customer/{id}/transitions/up").status_code == 409


@SQLITE
def test_what_the_choices_of_a_reference_ask_for(browser: Browser, api: Api) -> None:
    """It is told before, and does nothing until it is mended."""
    where = add("contact", "c_dep", "reference", options={"entity": "customer", "where": {"c_kind": {"_eq": "x"}}})
    assert change(api, add("customer", "c_kind", "text"), where).status_code == 201
    made = api.made()
    [contact] = api.get(f"/contact?filter[customer]={made['id']}").json["data"]
    assert api.patch(f"/contact/{contact['id']}", json={"c_dep": made["id"]}).status_code == 422
    assert confirmations(api, off("customer", "c_kind")) == ["K9:contact:c_dep"]
    assert change(api, off("customer", "c_kind"), confirm=("K9:contact:c_dep",)).status_code == 201
    assert browser.get(f"/customer/suggest?for=contact.c_dep&q={made['name'][:3]}").status_code == 200
    assert api.patch(f"/contact/{contact['id']}", json={"c_dep": made["id"]}).status_code == 200


CHOICES = [{"value": value, "label": value.upper()} for value in "abc"]


@pytest.mark.parametrize(("kind", "held"), [("choice", "b"), ("multiple_choice", ["a", "b"])])
@SQLITE
def test_a_choice_that_is_no_longer_offered_stays_until_somebody_changes_it(browser: Browser, api: Api, kind: str, held: Any) -> None:
    assert change(api, add("customer", "c_pick", kind, options={"choices": CHOICES})).status_code == 201
    id = api.made(c_pick=held)["id"]
    assert api.delete(f"/customer/{id}").status_code in (200, 204)
    fewer = [one for one in CHOICES if one["value"] != "b"]
    narrow = {"operation": "narrow_field", "entity": "customer", "field": "c_pick", "options": {"choices": fewer}}
    assert change(api, narrow).status_code == 201
    assert "选项 → A · C" in browser.get("/admin/changes?lang=zh-Hans", follow_redirects=True).text
    assert browser.post(f"/customer/{id}/restore").status_code in (302, 303)
    assert "b (no longer offered)" in re.sub("<[^>]*>", "", browser.get(f"/customer/{id}/edit?lang=en", follow_redirects=True).text)
    assert browser.fill(f"/customer/{id}/edit", {"name": "Other"}).status_code == 303
    told = api.get(f"/customer/{id}").json
    assert (told["name"], told["c_pick"]) == ("Other", held)
    assert browser.fill(f"/customer/{id}/edit", {"c_pick": ["c"]}).status_code == 303
    assert api.get(f"/customer/{id}").json["c_pick"] in ("c", ["c"])
