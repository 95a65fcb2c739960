"""Chapter 2, basic dictionaries, rule by rule: by page and by API, on the three databases."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from engine.metadata.database import Database
from engine.records import history
from tests.web.conftest import Api, Browser, controls


def words(page: str) -> str:
    """A page's visible words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def contact(api: Api, customer: int, **more: Any) -> int:
    """A new contact's id."""
    values = {"customer": customer, "name": "李雷", "job_title": "经理", "language": "zh", "salutation": api.row("salutation", "Mr"), **more}
    return int(api.post("/contact", json=values).json["id"])


def address(api: Api, customer: int, **more: Any) -> int:
    """A new address's id."""
    values = {"customer": customer, "address_1": "长安街 1 号", "address_type": api.row("address_type", "Office address"), **more}
    return int(api.post("/address", json=values).json["id"])


def names(api: Api, entity: str) -> list[str]:
    """The names of a list's entries in their order."""
    return [row["name"] for row in api.get(f"/{entity}?page[size]=200").json["data"]]


def choices(api: Api, entity: str) -> list[str]:
    """The names of a list's entries in the order in which cards offer them."""
    rows = api.get(f"/{entity}?page[size]=200").json["data"]
    return [row["name"] for row in sorted(rows, key=lambda row: (row.get("position", 0), row["id"]))]


PERSONAL = ("name", "type", "source", "salutation", "contact_name")
"""What an individual customer needs."""


# -- 2.1 salutation --------------------------------------------------------------------------------------


def test_2_1_salutations_are_created_changed_and_deleted(browser: Browser, api: Api) -> None:
    assert browser.fill("/salutation/new", {"name": "Madam"}).status_code == 303
    by_page = api.row("salutation", "Madam")
    by_api = api.post("/salutation", json={"name": "Sir"}).json["id"]
    assert browser.fill(f"/salutation/{by_page}/edit", {"name": "Madame"}).status_code == 303
    assert api.patch(f"/salutation/{by_api}", json={"name": "Sire"}).json["name"] == "Sire"
    assert browser.post(f"/salutation/{by_page}/delete").status_code == 303
    assert api.delete(f"/salutation/{by_api}").status_code == 204
    assert not {"Madam", "Madame", "Sir", "Sire"} & set(names(api, "salutation"))


def test_2_1_a_new_salutation_stands_last_however_it_is_made(browser: Browser, api: Api) -> None:
    before = choices(api, "salutation")
    assert browser.fill("/salutation/new", {"name": "Madam"}).status_code == 303
    assert api.post("/salutation", json={"name": "Sir"}).status_code == 201
    file = {"kept": "Name\nHonourable\nReverend\n"}
    assert "Imported: 2 new" in words(browser.post("/salutation/import", file, follow_redirects=True).text)
    assert choices(api, "salutation") == [*before, "Madam", "Sir", "Honourable", "Reverend"]


def test_2_1_a_salutation_in_use_is_not_deleted_and_the_refusal_leads_to_its_users(browser: Browser, api: Api) -> None:
    made = api.made()
    contact(api, made["id"])
    contact(api, made["id"])
    mr = api.row("salutation", "Mr")
    refused = api.delete(f"/salutation/{mr}")
    assert refused.status_code == 409
    assert refused.json["uses"] == [{"entity": "contact", "field": "salutation", "count": 2}]
    page = browser.get(f"/salutation/{mr}/delete").text
    assert "2 records: Contacts, field “Salutation”" in words(page)
    link = re.search(r'href="(/contact/\?[^"]*)"', page)
    assert link is not None
    assert "2 records" in words(browser.get(html.unescape(link[1])).text)
    assert browser.post(f"/salutation/{mr}/delete").status_code == 409


def test_2_1_the_contact_on_a_customers_card_counts_as_a_use(api: Api) -> None:
    api.made()
    assert api.delete(f"/salutation/{api.row('salutation', 'Ms')}").status_code == 409


def test_2_1_a_salutation_is_chosen_for_a_contact_and_for_an_individual_customer(browser: Browser, api: Api) -> None:
    dr, individual = api.row("salutation", "Dr"), api.row("customer_type", "Individual")
    company = api.made()["id"]
    by_api = contact(api, company, salutation=dr)
    typed = {"name": "李雷", "job_title": "经理", "language": "zh", "salutation": str(dr)}
    by_page = browser.fill(f"/contact/new?customer={company}", typed)
    assert by_page.status_code == 303
    for url in (f"/contact/{by_api}", by_page.location):
        assert "Dr" in words(browser.get(url).text.split('class="card-body"')[1])
    person = {name: value for name, value in api.customer(type=individual, salutation=dr).items() if name in PERSONAL}
    made = api.post("/customer", json=person)
    assert made.status_code == 201, made.text
    saved = browser.fill("/customer/new", {name: str(value) for name, value in person.items()})
    assert saved.status_code == 303
    for url in (f"/customer/{made.json['id']}", saved.location):
        assert "Dr" in words(browser.get(url).text.split('class="card-body"')[1])


# -- 2.2 address type ------------------------------------------------------------------------------------

DEFAULTS = ("Office address", "Invoice address", "Delivery address", "Mailing address")


@pytest.mark.parametrize("name", DEFAULTS)
def test_2_2_the_defaults_are_renamed_and_never_deleted(browser: Browser, api: Api, name: str) -> None:
    id = api.row("address_type", name)
    assert api.patch(f"/address_type/{id}", json={"name": "By API"}).status_code == 200
    assert browser.fill(f"/address_type/{id}/edit", {"name": "By page"}).status_code == 303
    assert api.get(f"/address_type/{id}").json["name"] == "By page"
    assert api.delete(f"/address_type/{id}").status_code == 409
    assert browser.post(f"/address_type/{id}/delete").status_code == 409
    assert "ships with the program and cannot be deleted" in words(browser.get(f"/address_type/{id}/delete").text)
    assert f"/address_type/{id}/delete" not in browser.get(f"/address_type/{id}").text


def test_2_2_further_types_are_added_and_deleted_while_unused(browser: Browser, api: Api) -> None:
    assert browser.fill("/address_type/new", {"name": "Warehouse"}).status_code == 303
    own, customer = api.row("address_type", "Warehouse"), api.made()["id"]
    held = address(api, customer, address_type=own)
    assert api.delete(f"/address_type/{own}").status_code == 409
    page = browser.post(f"/address_type/{own}/delete")
    assert page.status_code == 409
    assert f'href="/address/{held}"' in page.text  # no search knows the field: the records themselves are named
    assert api.delete(f"/address/{held}").status_code == 204
    assert browser.post(f"/address_type/{own}/delete").status_code == 303
    by_api = api.post("/address_type", json={"name": "Showroom"})
    assert by_api.status_code == 201
    typed = {"address_1": "长安街 2 号", "address_type": str(by_api.json["id"])}
    assert browser.fill(f"/address/new?customer={customer}", typed).status_code == 303
    assert browser.post(f"/address_type/{by_api.json['id']}/delete").status_code == 409
    assert api.delete(f"/address/{api.get('/address').json['data'][-1]['id']}").status_code == 204
    assert api.delete(f"/address_type/{by_api.json['id']}").status_code == 204


def test_2_2_a_customer_holds_several_addresses_each_of_a_type(browser: Browser, api: Api) -> None:
    customer = api.made()["id"]
    for name in DEFAULTS[:2]:
        address(api, customer, address_type=api.row("address_type", name))
    page = words(browser.get(f"/customer/{customer}").text)
    assert "Addresses 2" in page
    refused = api.post("/address", json={"customer": customer, "address_1": "x"})
    assert [one["pointer"] for one in refused.json["errors"]] == ["/address_type"]


# -- 2.3 acquisition channel -----------------------------------------------------------------------------


def test_2_3_channels_ship_and_more_can_be_added(browser: Browser, api: Api) -> None:
    assert len(names(api, "acquisition_channel")) >= 8
    assert browser.fill("/acquisition_channel/new", {"name": "Trade mission"}).status_code == 303
    own = api.row("acquisition_channel", "Trade mission")
    made = api.made(source=own)
    assert "Trade mission" in words(browser.get(f"/customer/{made['id']}").text)
    assert "Trade mission" in browser.get("/customer/new").text
    assert api.post("/acquisition_channel", json={"name": "Podcast"}).status_code == 201
    typed = {name: str(value) for name, value in api.customer(name="by page", source=api.row("acquisition_channel", "Podcast")).items()}
    assert "Podcast" in words(browser.get(browser.fill("/customer/new", typed).location).text)


# -- all lists alike -------------------------------------------------------------------------------------


def test_an_entry_in_use_is_replaced_by_another_and_the_act_can_be_undone(browser: Browser, api: Api) -> None:
    first, second = api.made(), api.made(name="另一家")
    users = [contact(api, first["id"]), contact(api, second["id"])]
    mr, dr = api.row("salutation", "Mr"), api.row("salutation", "Dr")
    page = browser.get(f"/salutation/{mr}/delete").text
    assert "2 references change." in words(page)
    done = browser.post(f"/salutation/{mr}/replace", {"by": str(dr)}, follow_redirects=True)
    assert "2 records refer to the other one now" in words(done.text)
    assert [api.get(f"/contact/{id}").json["salutation"] for id in users] == [dr, dr]
    assert api.get(f"/salutation/{mr}").status_code == 404
    api.patch(f"/contact/{users[1]}", json={"salutation": api.row("salutation", "Professor")})
    back = browser.post(f"/salutation/{mr}/restore", follow_redirects=True)
    assert "1 record refers to it again" in words(back.text)
    assert [api.get(f"/contact/{id}").json["salutation"] for id in users] == [mr, api.row("salutation", "Professor")]


def test_a_program_replaces_an_entry(api: Api, installed: Database) -> None:
    made = api.made()
    ms, dr = api.row("salutation", "Ms"), api.row("salutation", "Dr")
    assert api.post(f"/salutation/{ms}/replace", json={"by": dr}).json == {"replaced": 1, "emptied": 0}
    assert api.get(f"/customer/{made['id']}").json["salutation"] == dr
    with installed.reading() as conn:
        batch = history.deletion(conn, "salutation", ms)
        assert batch is not None
        assert [(one.entity, one.action) for one in history.of_batch(conn, batch.batch or "")] == [("contact", "update"), ("salutation", "delete")]


HIDDEN = {"size": "Size", "industry": "Industry", "description": "Description", "website": "Website", "job_title": "Job title"}
"""What the card of an individual does not show."""


@pytest.fixture
def private(api: Api) -> tuple[int, list[int]]:
    """A type of one's own that is really the shipped individual, and its customers: cards of companies."""
    own = int(api.post("/customer_type", json={"name": "Private person"}).json["id"])
    made = [int(api.made(name=name, type=own, website="https://example.com", county="海淀")["id"]) for name in ("one", "two")]
    return own, made


def held(api: Api, id: int) -> dict[str, Any]:
    """What a customer holds of what an individual's card hides."""
    values = api.get(f"/customer/{id}").json
    return {name: values[name] for name in HIDDEN if values.get(name) is not None}


def test_replacing_empties_what_the_card_then_hides_as_a_save_does_and_says_so_before(
    browser: Browser, api: Api, private: tuple[int, list[int]]
) -> None:
    (own, ids), individual = private, api.row("customer_type", "Individual")
    before = [held(api, id) for id in ids]
    assert all(values.keys() == HIDDEN.keys() for values in before)
    asked = browser.post(f"/customer_type/{own}/replace", {"by": str(individual)})
    assert asked.status_code == 422
    assert all(f"“{label}” (2)" in words(asked.text) for label in HIDDEN.values())
    assert f'<option value="{individual}" selected>' in asked.text
    assert [held(api, id) for id in ids] == before  # nothing has happened yet
    other = {"by": str(api.row("customer_type", "Partner")), "agreed": str(individual)}
    agreed = {"by": str(individual), "agreed": str(individual)}
    done = browser.post(f"/customer_type/{own}/replace", agreed, follow_redirects=True)
    assert "2 records refer to the other one now" in words(done.text)
    assert [held(api, id) for id in ids] == [{}, {}]
    assert api.get(f"/customer/{ids[0]}").json["county"] == "海淀"
    assert browser.fill(f"/customer/{ids[0]}/edit", {"code": "A"}).status_code == 303  # it can be saved as it is
    anew = {name: value for name, value in before[1].items() if name != "website"}
    assert api.patch(f"/customer/{ids[1]}", json={"type": api.row("customer_type", "Partner"), **anew}).status_code == 200
    back = browser.post(f"/customer_type/{own}/restore", follow_redirects=True)
    assert "1 record refers to it again" in words(back.text)
    assert held(api, ids[0]) == before[0]
    assert held(api, ids[1]) == anew  # somebody went on from there
    assert browser.post(f"/customer_type/{own}/replace", other).status_code == 303  # a partner's card hides nothing


def test_a_program_is_told_in_how_many_records_something_was_emptied(api: Api, private: tuple[int, list[int]]) -> None:
    own, ids = private
    answer = api.post(f"/customer_type/{own}/replace", json={"by": api.row("customer_type", "Individual")})
    assert answer.json == {"replaced": 2, "emptied": 2}
    assert [held(api, id) for id in ids] == [{}, {}]


REFUSED = {
    "itself": ("Ms", "Choose another one"),
    "one that does not exist": (999_999, "names something that does not exist"),
    "an inactive one": ("Miss", "not in use any more"),
}


@pytest.mark.parametrize(("by", "why"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_cannot_stand_in_the_place_is_refused(browser: Browser, api: Api, by: str | int, why: str) -> None:
    made, ms = api.made(), api.row("salutation", "Ms")
    api.patch(f"/salutation/{api.row('salutation', 'Miss')}", json={"active": False})
    id = by if isinstance(by, int) else api.row("salutation", by)
    answer = api.post(f"/salutation/{ms}/replace", json={"by": id})
    assert answer.status_code == 422
    assert why in answer.json["errors"][0]["detail"]
    page = browser.post(f"/salutation/{ms}/replace", {"by": str(id)})
    assert page.status_code == 422
    assert why in words(page.text)
    assert api.get(f"/customer/{made['id']}").json["salutation"] == ms


def test_an_intermediary_is_replaced_by_one_that_may_be_one(api: Api) -> None:
    """What a field demands of a record that it names holds for the one that takes its place."""
    agent = api.made(name="agent", type=api.row("customer_type", "Agent"))["id"]
    other = api.made(name="other", type=api.row("customer_type", "Agent"))["id"]
    plain = api.made(name="plain")["id"]
    user = api.made(agent=agent)["id"]
    assert api.post(f"/customer/{agent}/replace", json={"by": plain}).status_code == 422
    assert api.post(f"/customer/{agent}/replace", json={"by": other}).json == {"replaced": 1, "emptied": 0}
    assert api.get(f"/customer/{user}").json["agent"] == other


def test_an_entry_set_inactive_stays_on_old_records_and_is_no_longer_offered(browser: Browser, api: Api) -> None:
    made, small = api.made(), api.row("company_size", "Small")
    page = browser.get(f"/company_size/{small}/delete").text
    assert "Or set it inactive" in words(page)
    assert browser.post(f"/company_size/{small}/edit", {"active__shown": "1"}).status_code == 303
    assert api.get(f"/company_size/{small}").json["active"] is False
    card = f"/customer/{made['id']}/edit"
    assert browser.fill(card, {"code": "K-7"}).status_code == 303  # savable
    assert "10 to 49 people" in words(browser.get(f"/customer/{made['id']}").text)  # readable
    assert re.search(rf'<option value="{small}"[^>]* hidden', browser.get("/customer/new").text)  # not offered
    refused = api.post("/customer", json=api.customer(size=small))
    assert [(one["pointer"], one["code"]) for one in refused.json["errors"]] == [("/size", "reference")]
    assert api.patch(f"/customer/{made['id']}", json={"size": small, "code": "K-8"}).status_code == 200


MOVES = {
    "up": ("Miss", "up", ["Mr", "Miss", "Ms"]),
    "down": ("Mr", "down", ["Ms", "Mr", "Miss"]),
    "first": ("Miss", "first", ["Miss", "Mr", "Ms"]),
    "last": ("Mr", "last", ["Ms", "Miss", "Dr"]),
}


@pytest.mark.parametrize(("name", "to", "expected"), MOVES.values(), ids=MOVES.keys())
def test_entries_are_moved(browser: Browser, api: Api, name: str, to: str, expected: list[str]) -> None:
    before = names(api, "salutation")
    assert browser.post(f"/salutation/{api.row('salutation', name)}/move", {"to": to}).status_code == 303
    after = names(api, "salutation")
    assert after[:3] == expected
    assert sorted(after) == sorted(before)
    assert (after[-1] == name) == (to == "last")
    offered = re.findall(r"<option[^>]*>([^<]+)</option>", browser.get("/contact/new").text.split('id="f-salutation"')[1].split("</select>")[0])
    assert offered[1:] == after


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_entry_is_dropped_before_another_until_there_is_no_room_between(browser: Browser, api: Api) -> None:
    mr, ms, dr = (api.row("salutation", name) for name in ("Mr", "Ms", "Dr"))
    for turn in range(12):  # back and forth before the same entry: the numbers between run out
        moved = (mr, ms)[turn % 2]
        assert browser.post(f"/salutation/{moved}/move", {"to": "before", "before": str(dr)}).status_code == 303
        order = [row["id"] for row in api.get("/salutation").json["data"]]
        assert order.index(moved) == order.index(dr) - 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_fixed_order_and_an_unknown_move_are_refused(browser: Browser, api: Api) -> None:
    basic = api.row("customer_status", "Basic")
    assert browser.post(f"/customer_status/{basic}/move", {"to": "up"}).status_code == 409
    assert "/customer_status/order" not in browser.get("/customer_status/").text
    assert browser.post(f"/salutation/{api.row('salutation', 'Mr')}/move", {"to": "sideways"}).status_code == 400
    assert browser.post("/salutation/999999/move", {"to": "up"}).status_code == 404


def test_an_entry_has_a_name_and_a_description_in_each_language(browser: Browser, api: Api, app: Any) -> None:
    chinese = Browser(app, "zh-CN")
    chinese.sign_in("administrator")
    small = api.row("company_size", "Small")
    assert chinese.fill(f"/company_size/{small}/edit", {"name": "小", "description": "十到四十九人"}).status_code == 303
    assert controls(chinese.get(f"/company_size/{small}/edit").text)["description"] == ["十到四十九人"]
    assert api.get(f"/company_size/{small}").json["name"] == "Small"
    made = api.made()
    assert "十到四十九人" in words(chinese.get(f"/customer/{made['id']}").text)
    assert "十到四十九人" in words(chinese.get("/company_size/").text)
    assert "10 to 49 people" in words(browser.get(f"/customer/{made['id']}").text)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_entry_has_a_colour_wherever_it_is_shown(browser: Browser, api: Api) -> None:
    agent = api.row("customer_type", "Agent")
    assert browser.fill(f"/customer_type/{agent}/edit", {"colour": "teal"}).status_code == 303
    assert api.patch(f"/customer_type/{agent}", json={"colour": "mauve"}).status_code == 422
    made = api.made(type=agent)
    dot = '<span class="tone tone-teal">Agent</span>'
    for url in ("/customer_type/", "/customer/", f"/customer/{made['id']}"):
        assert dot in browser.get(url).text, url
    assert f'<option value="{agent}" class="tone-teal">' in browser.get("/customer/new").text
