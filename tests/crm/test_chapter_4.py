"""Chapter 4, classification, rule by rule: by page and by API, on the three databases."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask

from engine import accounts, lifecycle
from engine.metadata import rows, store
from engine.metadata.database import Database
from engine.records import read, write
from tests.web.conftest import PASSWORD, Api, Browser, controls

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


@pytest.fixture
def desk(browser: Browser, api: Api, installed: Database) -> Desk:
    """A desk on a database of the test's own."""
    return Desk(browser, api, installed)


# -- 4.1 industry ----------------------------------------------------------------------------------------


def test_4_1_any_node_may_be_chosen_and_is_shown_with_its_path(desk: Desk) -> None:
    deep, top = desk.id("industry", "manufacturing_machinery"), desk.id("industry", "manufacturing")
    for node, path in ((deep, "Manufacturing › Machinery"), (top, "Manufacturing")):
        made = desk.api.made(industry=node)
        assert path in words(desk.browser.get(f"/customer/{made['id']}").text)
        assert desk.api.get(f"/customer/{made['id']}?shown=true").json["_shown"]["industry"] == path


def test_4_1_a_node_with_children_or_in_use_is_not_deleted(desk: Desk) -> None:
    top = desk.id("industry", "manufacturing")
    child = desk.api.post("/industry", json={"name": "Looms", "parent": top}).json["id"]
    desk.api.made(industry=child)
    for node in (top, child):
        assert desk.api.delete(f"/industry/{node}").status_code == 409
        assert desk.browser.post(f"/industry/{node}/delete").status_code == 409
    leaf = desk.api.post("/industry", json={"name": "Spindles", "parent": child}).json["id"]
    assert desk.api.delete(f"/industry/{leaf}").status_code == 204


# -- 4.2 size --------------------------------------------------------------------------------------------


def test_4_2_cards_lists_and_programs_show_the_sizes_description(desk: Desk) -> None:
    made = desk.api.made(size=desk.id("company_size", "small"))
    for url in (f"/customer/{made['id']}", f"/customer/{made['id']}/edit", "/customer/?filter[size]=small"):
        page = desk.browser.get(url).text
        assert "10 to 49 people" in words(page), url
    assert "Small" not in words(desk.browser.get(f"/customer/{made['id']}").text)
    listed = desk.api.get("/customer?shown=true&fields=name,size").json["data"][0]
    assert (listed["size"], listed["_shown"]) == (desk.id("company_size", "small"), {"size": "10 to 49 people"})


def test_4_2_default_sizes_can_be_deleted_while_unused(desk: Desk) -> None:
    used, unused = desk.id("company_size", "small"), desk.id("company_size", "group")
    desk.api.made(size=used)
    assert desk.api.delete(f"/company_size/{used}").status_code == 409
    assert desk.api.delete(f"/company_size/{unused}").status_code == 204
    assert desk.browser.post(f"/company_size/{desk.id('company_size', 'large')}/delete").status_code == 303


# -- 4.3 customer type -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TYPES)
def test_4_3_of_a_fixed_type_only_the_approval_flow_changes(desk: Desk, key: str) -> None:
    url = f"/customer_type/{desk.id('customer_type', key)}"
    assert desk.api.delete(url).status_code == 409
    assert desk.browser.post(f"{url}/delete").status_code == 409
    assert "Delete" not in words(desk.browser.get(url).text)
    for change in ({"name": "Own"}, {"description": "Own"}, {"active": False}, {"portal_customers": key not in ("distributor", "agent")}):
        assert desk.api.patch(url, json=change).status_code == 409, change
    flow = desk.api.post("/approval_flow", json={"name": "Two pairs of eyes"}).json["id"]
    assert desk.api.patch(url, json={"approval_flow": flow, "colour": "teal"}).status_code == 200


def test_4_3_the_card_says_why_a_cell_is_fixed(desk: Desk) -> None:
    url = f"/customer_type/{desk.id('customer_type', 'agent')}/edit"
    page = desk.browser.get(url).text
    assert "This entry ships with the program; its “Name” is fixed." in words(page)
    assert controls(page).keys() & {"name", "description", "active__shown"} == set()
    assert desk.browser.fill(url, {"name": "Broker"}).status_code == 409
    assert desk.browser.fill(url, {"colour": "red"}).status_code == 303


def test_4_3_further_types_are_added_renamed_and_deleted(desk: Desk) -> None:
    assert desk.browser.fill("/customer_type/new", {"name": "Consultant"}).status_code == 303
    own = desk.api.row("customer_type", "Consultant")
    assert desk.browser.fill(f"/customer_type/{own}/edit", {"name": "Adviser"}).status_code == 303
    assert desk.api.delete(f"/customer_type/{own}").status_code == 204


def test_4_3_an_intermediary_is_a_distributor_or_an_agent(desk: Desk) -> None:
    companies = [key for key in TYPES if key != "individual"]  # whose card is another: see below
    made = {key: desk.api.made(name=key, type=desk.id("customer_type", key))["id"] for key in companies}
    for key, id in made.items():
        allowed = key in ("distributor", "agent")
        assert desk.api.post("/customer", json=desk.api.customer(agent=id)).status_code == (201 if allowed else 422), key
    offered = desk.browser.get("/customer/suggest?q=&for=customer.agent").get_json()
    assert {one["title"] for one in offered["items"]} == {"distributor", "agent"}


def test_4_3_the_card_of_an_individual_is_for_personal_contact_data_only(desk: Desk) -> None:
    company = ("description", "size", "industry", "job_title")
    values = desk.api.customer(type=desk.id("customer_type", "individual"))
    refused = desk.api.post("/customer", json=values)
    assert {one["pointer"][1:] for one in refused.json["errors"]} == set(company)
    personal = {name: value for name, value in values.items() if name not in company}
    made = desk.api.post("/customer", json=personal)
    assert made.status_code == 201, made.text
    page = words(desk.browser.get(f"/customer/{made.json['id']}").text.split('class="card-body"')[1])
    assert "王芳" in page
    assert not [heading for heading in ("Finance", "Size", "Industry") if heading in page]
    typed = {name: str(value) for name, value in personal.items()}
    assert desk.browser.fill("/customer/new", {**typed, "size": "", "industry": ""}).status_code == 303


def test_4_3_only_distributors_and_agents_manage_customers_on_the_portal(desk: Desk) -> None:
    told = {key: desk.api.get(f"/customer_type/{desk.id('customer_type', key)}").json.get("portal_customers") for key in TYPES}
    assert {key for key, may in told.items() if may} == {"distributor", "agent"}
    partner = f"/customer_type/{desk.id('customer_type', 'partner')}"
    assert desk.api.patch(partner, json={"portal_customers": True}).status_code == 409
    assert desk.browser.fill(f"{partner}/edit", {"portal_customers": "true", "portal_customers__shown": "1"}).status_code == 409
    own = desk.api.post("/customer_type", json={"name": "Franchise", "portal_customers": True})
    assert (own.status_code, own.json["portal_customers"]) == (201, True)


def test_4_3_where_goods_are_received_only_a_supplier_can_be_chosen(desk: Desk) -> None:
    """Receiving goods is no part of this module: a field that an administrator adds has the condition."""
    field = {"entity": "address", "name": "c_received_from", "type": "reference", "group": "other", "label": "Received from"}
    limited = {"entity": "customer", "where": {"type": "supplier"}}
    answer = desk.api.post("/metadata/operations", json=[{"operation": "add_field", **field, "options": limited}])
    assert answer.status_code == 201, answer.text
    owner = desk.api.made(name="owner")["id"]
    of = {key: desk.api.made(name=key, type=desk.id("customer_type", key))["id"] for key in ("supplier", "partner")}
    place = {"customer": owner, "address_1": "x", "address_type": desk.id("address_type", "office")}
    assert desk.api.post("/address", json={**place, "c_received_from": of["partner"]}).status_code == 422
    assert desk.api.post("/address", json={**place, "c_received_from": of["supplier"]}).status_code == 201
    offered = desk.browser.get("/customer/suggest?q=&for=address.c_received_from").get_json()
    assert {one["title"] for one in offered["items"]} == {"supplier"}


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


# -- 4.5 default sharing ---------------------------------------------------------------------------------


def test_4_5_new_customers_start_with_the_sharing_of_their_type_and_old_ones_keep_theirs(desk: Desk) -> None:
    kind = desk.id("customer_type", "customer")
    old = desk.api.made(name="old")["id"]
    assert desk.browser.fill(f"/customer_type/{kind}/edit", {"default_sharing": ["department_read", "everybody_read"]}).status_code == 303
    by_api = desk.api.made(name="by api")["id"]
    typed = {name: str(value) for name, value in desk.api.customer(name="by page").items()}
    by_page = int(desk.browser.fill("/customer/new", typed).location.rsplit("/", 1)[1])
    header, cells = ("name", *(names := ("type", "description", "size", "source", "industry", "salutation", "contact_name", "job_title"))), ["by file"]
    cells += [f"#{value}" if isinstance(value, int) else value for value in (desk.api.customer()[name] for name in names)]
    done = desk.browser.post("/customer/import", {"kept": f"{','.join(header)}\n{','.join(cells)}\n"}, follow_redirects=True)
    assert "Imported: 1 new" in words(done.text)
    by_file = desk.api.get("/customer?filter[name]=by file").json["data"][0]["id"]
    for id in (by_api, by_page, by_file):
        assert desk.api.get(f"/customer/{id}").json["sharing"] == ["department_read", "everybody_read"]
    assert "The account manager's department may read" in words(desk.browser.get(f"/customer/{by_page}").text)
    assert desk.api.patch(f"/customer_type/{kind}", json={"default_sharing": ["everybody_change"]}).status_code == 200
    assert [desk.api.get(f"/customer/{id}").json.get("sharing") for id in (old, by_api)] == [None, ["department_read", "everybody_read"]]
    agent = desk.api.made(name="of another type", type=desk.id("customer_type", "agent"))["id"]
    assert desk.api.get(f"/customer/{agent}").json.get("sharing") is None


def test_4_5_the_account_manager_may_change_the_sharing_of_a_customer(desk: Desk) -> None:
    desk.api.patch(f"/customer_type/{desk.id('customer_type', 'customer')}", json={"default_sharing": ["everybody_read"]})
    own = desk.api.made(sharing=["department_change"])["id"]
    assert desk.api.get(f"/customer/{own}").json["sharing"] == ["department_change"]
    assert desk.browser.fill(f"/customer/{own}/edit", {"sharing": ["department_read"]}).status_code == 303
    assert desk.api.get(f"/customer/{own}").json["sharing"] == ["department_read"]
    assert desk.api.patch(f"/customer/{own}", json={"sharing": None}).status_code == 200
    assert desk.api.get(f"/customer/{own}").json.get("sharing") is None


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


# -- 4.10 company form -----------------------------------------------------------------------------------


def test_4_10_forms_are_added_and_deleted_while_unused(desk: Desk) -> None:
    own = desk.api.post("/company_form", json={"name": "Foundation"}).json["id"]
    desk.api.made(description=own)
    assert desk.api.delete(f"/company_form/{own}").status_code == 409
    assert desk.api.delete(f"/company_form/{desk.id('company_form', 'listed')}").status_code == 204
    assert desk.browser.post(f"/company_form/{desk.id('company_form', 'sole')}/delete").status_code == 303


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_program_is_told_of_states_and_steps(desk: Desk) -> None:
    groups = desk.api.get("/customer/ui-schema").json["groups"]
    told = next(one["lifecycle"] for group in groups for one in group["fields"] if one["name"] == "status")
    assert (told["ladder"], told["frozen"]) == ([*LADDER], [*FROZEN])
    assert [step["name"] for step in told["steps"]] == ["upgrade", "downgrade", "freeze", "unfreeze"]
    paths = desk.api.get("/openapi.json").json["paths"]
    assert {"/api/v1/customer/{id}/transitions/freeze", "/api/v1/salutation/{id}/replace"} <= paths.keys()
