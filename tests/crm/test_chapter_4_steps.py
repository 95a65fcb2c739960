"""Chapter 4, statuses, approval and the portal (4.4, 4.6 to 4.9), rule by rule: by page and by API, on the three databases."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from engine import accounts, lifecycle
from engine.records import read, write
from engine.service import setup
from tests.crm.desk import FROZEN, LADDER, Desk, words
from tests.databases import CATALOGS, LOCALES
from tests.web.conftest import PASSWORD, Browser, controls

# -- 4.4 and 4.7 approval --------------------------------------------------------------------------------


def test_4_4_without_a_flow_an_upgrade_is_not_possible_and_says_why(desk: Desk) -> None:
    id = desk.customer_in("basic")
    why = "“Customer” names no approval flow, and without one this step is not possible."
    answer = desk.step(id, "upgrade")
    assert answer.status_code == 409
    assert why in answer.json["detail"]
    assert why in words(desk.browser.get(f"/customer/{id}").text)
    assert why in desk.press(id, "upgrade")
    assert desk.state(id) == "basic"


def test_4_4_with_a_flow_the_step_waits_for_approvals(desk: Desk) -> None:
    flow = desk.api.post("/approval_flow", json={"name": "Two pairs of eyes"}).json["id"]
    desk.api.patch(f"/customer_type/{desk.id('customer_type', 'customer')}", json={"approval_flow": flow})
    id = desk.customer_in("basic")
    assert "“Two pairs of eyes”" in desk.step(id, "upgrade").json["detail"]
    assert desk.state(id) == "basic"


@pytest.mark.parametrize("state", [*LADDER, *FROZEN])
def test_4_7_every_upgrade_is_one_rung_and_needs_approval(desk: Desk, state: str) -> None:
    told = lifecycle.of(desk.catalog.entity("customer").field("status"))
    assert told is not None
    ups = {step.moves[state] for step in told.steps_from(state) if step.needs}
    following = LADDER[LADDER.index(state) + 1 :][:1] if state in LADDER else ()
    assert ups == set(following)
    freely = [step.moves[state] for step in told.steps_from(state) if not step.needs and state in LADDER]
    assert all(to in FROZEN or LADDER.index(to) == LADDER.index(state) - 1 for to in freely)


@pytest.mark.parametrize("state", [*LADDER, *FROZEN])
def test_4_7_an_upgrade_is_offered_to_the_next_rung_only_and_waits_for_the_flow(desk: Desk, state: str) -> None:
    """By page and by API: nobody goes up without approval, from any state, and nobody skips a rung."""
    flow = desk.api.post("/approval_flow", json={"name": "Two pairs of eyes"}).json["id"]
    desk.api.patch(f"/customer_type/{desk.id('customer_type', 'customer')}", json={"approval_flow": flow})
    id = desk.customer_in(state)
    following = LADDER[LADDER.index(state) + 1 :][:1] if state in LADDER else ()
    page = words(desk.browser.get(f"/customer/{id}").text.split('id="way-status"')[1].split("</section>")[0])
    assert re.findall(r"Upgrade (\w+)", page) == [one.capitalize() for one in following]
    why = "“Two pairs of eyes” decides this step" if following else "“Upgrade” is not possible from"
    answer = desk.step(id, "upgrade")
    assert (answer.status_code, why in answer.json["detail"]) == (409, True)
    assert why in desk.press(id, "upgrade")
    assert desk.state(id) == state


# -- 4.6 status ------------------------------------------------------------------------------------------


def test_4_6_statuses_are_neither_added_nor_deleted(desk: Desk) -> None:
    assert desk.api.post("/customer_status", json={"name": "Own"}).status_code == 409
    assert desk.browser.post("/customer_status/new", {"name": "Own"}).status_code == 409
    assert "nothing can be added" in words(desk.browser.get("/customer_status/new").text)
    assert "/customer_status/new" not in desk.browser.get("/customer_status/").text
    for key in (*LADDER, *FROZEN):
        assert desk.api.delete(f"/customer_status/{desk.id('customer_status', key)}").status_code == 409
        assert desk.browser.post(f"/customer_status/{desk.id('customer_status', key)}/delete").status_code == 409


def test_4_6_name_and_description_of_a_status_change_and_nothing_else(desk: Desk) -> None:
    url = f"/customer_status/{desk.id('customer_status', 'pilot')}"
    assert desk.api.patch(url, json={"name": "Trial", "description": "Tries first"}).status_code == 200
    assert desk.browser.fill(f"{url}/edit", {"description": "First to try"}).status_code == 303
    for change in ({"active": False}, {"position": 1}):
        assert desk.api.patch(url, json=change).status_code == 409, change


def test_4_6_a_new_customer_starts_at_basic(desk: Desk) -> None:
    made = desk.api.made()
    assert desk.state(made["id"]) == "basic"
    page = desk.browser.get("/customer/new").text
    assert "“Status” of a new record is “Basic”" in words(page)
    assert "status" not in controls(page)


def test_4_6_the_page_shows_the_ladder_and_the_place_on_it(desk: Desk) -> None:
    page = desk.browser.get(f"/customer/{desk.customer_in('potential')}").text
    rungs = re.findall(r'<li class="rung([\w -]*)"[^>]*><bdi>(\w+)</bdi>', page)
    assert [text for _, text in rungs][:6] == ["Invalid", "Basic", "Potential", "Successful", "Pilot", "Reference"]
    assert [kind.strip() for kind, _ in rungs][:6] == ["rung-passed", "rung-passed", "rung-current", "", "", ""]


@pytest.mark.parametrize("state", [state for state in (*LADDER, *FROZEN) if state != "basic"])
def test_4_6_the_status_is_never_written_directly(desk: Desk, state: str) -> None:
    written = desk.id("customer_status", state)
    made = desk.api.made()
    created = desk.api.post("/customer", json=desk.api.customer(status=written))
    changed = desk.api.patch(f"/customer/{made['id']}", json={"status": written})
    for answer in (created, changed):
        assert answer.status_code == 422
        assert [(one["pointer"], one["code"]) for one in answer.json["errors"]] == [("/status", "step")]
        assert "step by step" in answer.json["errors"][0]["detail"]
    typed = {name: str(value) for name, value in desk.api.customer(status=written).items()}
    for answer in (desk.browser.fill("/customer/new", typed), desk.browser.fill(f"/customer/{made['id']}/edit", {"status": str(written)})):
        assert answer.status_code == 422
        assert "step by step" in words(answer.text)
    assert desk.state(made["id"]) == "basic"
    assert desk.api.get("/customer").json["meta"]["total"] == 1


def test_4_6_what_a_card_shows_may_be_sent_back(desk: Desk) -> None:
    id = desk.customer_in("pilot")
    pilot = desk.id("customer_status", "pilot")
    assert desk.api.patch(f"/customer/{id}", json={"status": pilot, "code": "A"}).status_code == 200
    assert desk.browser.fill(f"/customer/{id}/edit", {"status": str(pilot), "code": "B"}).status_code == 303


def test_4_6_a_restored_customer_has_its_old_status(desk: Desk) -> None:
    id = desk.customer_in("pilot")
    assert desk.api.delete(f"/customer/{id}").status_code == 204
    assert desk.browser.post(f"/customer/{id}/restore").status_code == 303
    assert desk.state(id) == "pilot"


# -- 4.8 portal ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [*LADDER, *FROZEN])
def test_4_8_the_portal_is_opened_from_potential_upwards(desk: Desk, state: str) -> None:
    flow = desk.api.post("/approval_flow", json={"name": "Two pairs of eyes"}).json["id"]
    desk.api.patch(f"/customer_type/{desk.id('customer_type', 'customer')}", json={"approval_flow": flow})
    id = desk.customer_in(state)
    why = "“Two pairs of eyes” decides this step" if state in LADDER[2:] else "can be opened for a customer from “Potential” upwards"
    answer = desk.step(id, "open_portal")
    assert answer.status_code == 409
    assert why in answer.json["detail"]
    assert why in words(desk.browser.get(f"/customer/{id}").text)
    assert why in desk.press(id, "open_portal")
    assert "open_portal" not in desk.buttons(id)
    assert desk.api.get(f"/customer/{id}").json["portal"] == desk.id("portal_access", "closed")


def test_4_4_without_a_flow_no_portal_is_applied_for_and_the_reason_is_said(desk: Desk) -> None:
    id = desk.customer_in("successful")
    why = "“Customer” names no approval flow, and without one this step is not possible."
    assert why in desk.step(id, "open_portal").json["detail"]
    assert why in desk.press(id, "open_portal")


def test_4_8_the_portal_is_never_opened_directly_and_an_open_one_can_be_closed(desk: Desk) -> None:
    opened = desk.id("portal_access", "open")
    id = desk.customer_in("successful")
    assert desk.api.patch(f"/customer/{id}", json={"portal": opened}).status_code == 422
    assert desk.api.post("/customer", json=desk.api.customer(portal=opened)).status_code == 422
    assert desk.browser.fill(f"/customer/{id}/edit", {"portal": str(opened)}).status_code == 422
    entity = desk.catalog.entity("customer")
    with desk.database.writing() as conn:
        write.update(conn, desk.catalog, entity, read.fetch(conn, desk.catalog, entity, id), {"portal": opened}, by=None)
    assert desk.api.get(f"/customer?filter[portal]={opened}").json["meta"]["total"] == 1
    assert "“Customer portal” is now “Closed”" in desk.press(id, "close_portal")


def test_4_8_the_portals_states_are_fixed(desk: Desk) -> None:
    assert desk.api.post("/portal_access", json={"name": "Own"}).status_code == 409
    assert desk.browser.post("/portal_access/new", {"name": "Own"}).status_code == 409
    url = f"/portal_access/{desk.id('portal_access', 'open')}"
    assert desk.api.delete(url).status_code == 409
    assert desk.browser.post(f"{url}/delete").status_code == 409
    assert desk.api.patch(url, json={"name": "Granted"}).status_code == 200
    assert desk.browser.fill(f"{url}/edit", {"description": "May sign in"}).status_code == 303


# -- 4.9 freezing ----------------------------------------------------------------------------------------

FREEZES = {
    "potential": ("frozen_potential", "potential"),
    "successful": ("frozen_successful", "successful"),
    "pilot": ("frozen_successful", "successful"),
    "reference": ("frozen_successful", "successful"),
}


@pytest.mark.parametrize("state", FREEZES)
def test_4_9_freezing_and_unfreezing_lead_to_the_right_states(desk: Desk, state: str) -> None:
    frozen, thawed = FREEZES[state]
    by_api, by_page = desk.customer_in(state), desk.customer_in(state, name="by page")
    assert desk.step(by_api, "freeze").status_code == 200
    assert "freeze" in desk.buttons(by_page)
    desk.press(by_page, "freeze")
    assert (desk.state(by_api), desk.state(by_page)) == (frozen, frozen)
    assert desk.buttons(by_page) == ["unfreeze"]
    assert desk.step(by_api, "unfreeze").status_code == 200
    desk.press(by_page, "unfreeze")
    assert (desk.state(by_api), desk.state(by_page)) == (thawed, thawed)


@pytest.mark.parametrize("state", ["invalid", "basic", *FROZEN])
def test_4_9_below_potential_and_frozen_nothing_is_frozen(desk: Desk, state: str) -> None:
    id = desk.customer_in(state)
    answer = desk.step(id, "freeze")
    assert answer.status_code == 409
    assert "It is possible from: Potential, Successful, Pilot, Reference." in answer.json["detail"]
    assert "freeze" not in desk.buttons(id)
    assert desk.state(id) == state


def test_a_step_is_kept_in_the_history_and_counts_as_a_change(desk: Desk) -> None:
    id = desk.customer_in("potential")
    before = desk.api.get(f"/customer/{id}").json["version"]
    assert desk.api.post(f"/customer/{id}/transitions/freeze", headers={"If-Match": '"0"'}).status_code == 412
    after = desk.api.post(f"/customer/{id}/transitions/freeze", json={"version": before})
    assert (after.status_code, after.json["version"] != before) == (200, True)
    assert "Frozen (potential)" in words(desk.browser.get(f"/customer/{id}").text.split('id="history"')[1])


def test_an_unknown_step_is_refused_by_name(desk: Desk) -> None:
    id = desk.customer_in("potential")
    answer = desk.step(id, "promote")
    assert answer.status_code == 404
    assert "“promote”" in answer.json["detail"]


def test_who_may_not_change_a_customer_may_not_step(desk: Desk, app: Flask) -> None:
    with desk.database.writing() as conn:
        accounts.add_user(conn, "reader", PASSWORD, "translator")
    reader = Browser(app)
    reader.sign_in("reader")
    id = desk.customer_in("potential")
    assert reader.post(f"/customer/{id}/transition", {"step": "freeze"}).status_code == 403
    assert desk.state(id) == "potential"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_program_is_told_of_states_and_steps(desk: Desk) -> None:
    groups = desk.api.get("/customer/ui-schema").json["groups"]
    told = next(one["lifecycle"] for group in groups for one in group["fields"] if one["name"] == "status")
    assert (told["ladder"], told["frozen"]) == ([*LADDER], [*FROZEN])
    assert [step["name"] for step in told["steps"]] == ["upgrade", "downgrade", "freeze", "unfreeze"]
    paths = desk.api.get("/openapi.json").json["paths"]
    assert {"/api/v1/customer/{id}/transitions/freeze", "/api/v1/salutation/{id}/replace"} <= paths.keys()


def test_4_8_the_portals_state_is_never_emptied_directly(desk: Desk) -> None:
    """An emptied state would be the first one on the page and found by no search."""
    closed, opened = desk.id("portal_access", "closed"), desk.id("portal_access", "open")
    id = desk.customer_in("potential")
    for answer in (desk.api.patch(f"/customer/{id}", json={"portal": None}), desk.api.post("/customer", json=desk.api.customer(portal=None))):
        assert answer.status_code == 422
        assert [(one["pointer"], one["code"]) for one in answer.json["errors"]] == [("/portal", "step")]
    entity = desk.catalog.entity("customer")
    with desk.database.writing() as conn:
        write.update(conn, desk.catalog, entity, read.fetch(conn, desk.catalog, entity, id), {"portal": opened}, by=None)
    assert desk.api.patch(f"/customer/{id}", json={"portal": None}).status_code == 422
    assert desk.api.get(f"/customer?filter[portal]={opened}").json["meta"]["total"] == 1
    assert desk.api.get(f"/customer?filter[portal]={closed}").json["meta"]["total"] == 0


def test_4_8_a_customer_from_before_the_portal_is_found_as_closed_after_the_upgrade_and_after_its_restoring(desk: Desk) -> None:
    closed = desk.id("portal_access", "closed")
    old, deleted = desk.customer_in("potential"), desk.customer_in("basic", name="Deleted before the portal came")
    entity = desk.catalog.entity("customer")
    with desk.database.writing() as conn:
        for id in (old, deleted):
            write.update(conn, desk.catalog, entity, read.fetch(conn, desk.catalog, entity, id), {"portal": None}, by=None)
    tag = desk.api.get(f"/customer/{old}").json["version"]
    assert desk.api.delete(f"/customer/{deleted}").status_code == 204
    found = f"/customer?filter[portal]={closed}"
    assert desk.api.get(found).json["meta"]["total"] == 0
    setup.install(desk.database, CATALOGS, LOCALES)
    assert [one["id"] for one in desk.api.get(found).json["data"]] == [old]
    assert desk.browser.post(f"/customer/{deleted}/restore").status_code == 303
    assert {one["id"] for one in desk.api.get(found).json["data"]} == {old, deleted}
    assert desk.api.get(f"/customer/{old}").json["version"] == tag  # nobody changed it: a card that is open can be saved
