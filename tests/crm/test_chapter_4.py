"""Chapter 4, classification (4.1 to 4.5 and 4.10), rule by rule: by page and by API, on the three databases."""

from __future__ import annotations

import pytest

from tests.crm.desk import TYPES, Desk, words
from tests.web.conftest import controls

# -- 4.1 industry ----------------------------------------------------------------------------------------


def test_4_1_any_node_may_be_chosen_and_is_shown_with_its_path(desk: Desk) -> None:
    deep, top = desk.id("industry", "manufacturing_machinery"), desk.id("industry", "manufacturing")
    for node, path in ((deep, "Manufacturing › Machinery"), (top, "Manufacturing")):
        made = desk.api.made(industry=node)
        assert path in words(desk.browser.get(f"/customer/{made['id']}").text)
        assert desk.api.get(f"/customer/{made['id']}?shown=true").json["_shown"]["industry"] == path
        typed = {name: str(value) for name, value in desk.api.customer(name="by page", industry=node).items()}
        assert path in words(desk.browser.get(desk.browser.fill("/customer/new", typed).location).text)


def test_4_1_children_are_made_changed_and_deleted(desk: Desk) -> None:
    top = desk.id("industry", "manufacturing")
    assert desk.browser.post("/industry/add", {"name": "Looms", "under": str(top)}).status_code == 303
    by_page = desk.api.row("industry", "Looms")
    by_api = desk.api.post("/industry", json={"name": "Spindles", "parent": by_page}).json["id"]
    assert desk.browser.post(f"/industry/{by_api}/rename", {"name": "Bobbins"}).status_code == 303
    assert desk.api.patch(f"/industry/{by_page}", json={"name": "Weaving looms"}).status_code == 200
    assert desk.api.get(f"/industry/{by_api}").json["name"] == "Bobbins"
    shown = words(desk.browser.get(f"/industry/{by_api}").text)
    assert "Manufacturing › Weaving looms" in shown
    assert desk.browser.post(f"/industry/{by_api}/delete").status_code == 303
    assert desk.api.delete(f"/industry/{by_page}").status_code == 204


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
    by_api = desk.api.post("/customer_type", json={"name": "Reseller"}).json["id"]
    assert desk.api.patch(f"/customer_type/{by_api}", json={"name": "Retailer", "description": "Sells on"}).status_code == 200
    assert desk.browser.post(f"/customer_type/{by_api}/delete").status_code == 303


def test_4_3_an_intermediary_is_a_distributor_or_an_agent(desk: Desk) -> None:
    companies = [key for key in TYPES if key != "individual"]  # whose card is another: see below
    made = {key: desk.api.made(name=key, type=desk.id("customer_type", key))["id"] for key in companies}
    for key, id in made.items():
        allowed = key in ("distributor", "agent")
        assert desk.api.post("/customer", json=desk.api.customer(agent=id)).status_code == (201 if allowed else 422), key
        typed = {name: str(value) for name, value in desk.api.customer(name="by page", agent=id).items()}
        assert desk.browser.fill("/customer/new", typed).status_code == (303 if allowed else 422), key
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


# -- 4.5 default sharing ---------------------------------------------------------------------------------


def test_4_5_new_customers_start_with_the_sharing_of_their_type_and_old_ones_keep_theirs(desk: Desk) -> None:
    kind = desk.id("customer_type", "customer")
    old = desk.api.made(name="old")["id"]
    assert desk.browser.fill(f"/customer_type/{kind}/edit", {"default_sharing": ["department_read", "everybody_read"]}).status_code == 303
    made = desk.api.made(name="by api")
    by_api = made["id"]
    assert made == desk.api.get(f"/customer/{by_api}").json  # the answer says at once what it started with
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


# -- 4.10 company form -----------------------------------------------------------------------------------


def test_4_10_forms_are_added_and_deleted_while_unused(desk: Desk) -> None:
    own = desk.api.post("/company_form", json={"name": "Foundation"}).json["id"]
    desk.api.made(description=own)
    assert desk.api.delete(f"/company_form/{own}").status_code == 409
    assert desk.api.delete(f"/company_form/{desk.id('company_form', 'listed')}").status_code == 204
    assert desk.browser.post(f"/company_form/{desk.id('company_form', 'sole')}/delete").status_code == 303
    assert desk.browser.post(f"/company_form/{own}/delete").status_code == 409
    assert desk.browser.fill("/company_form/new", {"name": "Cooperative"}).status_code == 303
    typed = {name: str(value) for name, value in desk.api.customer(name="by page", description=desk.api.row("company_form", "Cooperative")).items()}
    assert "Cooperative" in words(desk.browser.get(desk.browser.fill("/customer/new", typed).location).text)
