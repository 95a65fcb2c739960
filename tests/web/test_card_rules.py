"""Rules of a card kept everywhere: by the form, the API, an import; on each database (4.3, 3.1.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import jsonschema
from flask import Flask

from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Entity, Field, Json
from engine.service import imports
from engine.service.visit import Credentials, Site, Visit
from tests.web.conftest import Api, Browser

COMPANY_ONLY = {"description", "size", "industry", "job_title"}
Change = Callable[[Entity], Entity]


def problems(answer: Any) -> dict[str, str]:
    """Field → code of a refusal."""
    return {one["pointer"].removeprefix("/"): one["code"] for one in answer.json.get("errors", ())}


def individual(api: Api, **more: Any) -> dict[str, Any]:
    """The values of a valid individual: personal contact data only."""
    values = api.customer(type=api.row("customer_type", "Individual"), name="王芳", **more)
    return {name: value for name, value in values.items() if name not in COMPANY_ONLY or name in more}


@contextmanager
def changed(database: Database, name: str, **changes: Mapping[str, Json]) -> Iterator[None]:
    """The definitions with other rules: `city={"required": …}`."""
    with database.writing() as conn:
        before = store.load(conn)
        entity = before.entity(name)
        fields = tuple(replace(one, **_options(one, changes[one.name])) if one.name in changes else one for one in entity.fields)
        store.write_difference(conn, before, replace(before, entities={**before.entities, name: replace(entity, fields=fields)}))
        store.bump_version(conn)
    yield


def _options(one: Field, told: Mapping[str, Json]) -> dict[str, Json]:
    rules = {key: value for key, value in told.items() if key in ("visible", "required", "choices")}
    return {"rules": {**one.rules, **rules}, "options": {**one.options, **told.get("options", {})}}


def test_an_individual_needs_personal_contact_data_only(api: Api) -> None:
    """4.3: what an individual's card does not show is not demanded, and not taken."""
    answer = api.post("/customer", json=individual(api))
    assert answer.status_code == 201, answer.text
    refused = api.post("/customer", json=individual(api, industry=api.row("industry", "Software"), credit_amount="5"))
    assert problems(refused) == {"industry": "hidden", "credit_amount": "hidden"}
    assert "“Industry” does not apply here. It can be filled in only when: Type is not Individual." in refused.text
    company = {name: value for name, value in api.customer().items() if name not in COMPANY_ONLY}
    assert problems(api.post("/customer", json=company)) == dict.fromkeys(COMPANY_ONLY, "required")


def test_a_change_of_type_empties_what_leaves_the_card_and_demands_what_comes(api: Api) -> None:
    made = api.made(website="https://example.com", credit_amount="100")
    kind = api.row("customer_type", "Individual")
    answer = api.patch(f"/customer/{made['id']}", json={"type": kind})
    assert answer.status_code == 200, answer.text
    assert not {"website", "credit_amount", *COMPANY_ONLY} & answer.json.keys()
    back = api.patch(f"/customer/{made['id']}", json={"type": made["type"]})
    assert problems(back) == dict.fromkeys(COMPANY_ONLY, "required")
    whole = {name: made[name] for name in ("type", *COMPANY_ONLY)}
    assert api.patch(f"/customer/{made['id']}", json=whole).status_code == 200


def test_the_form_tells_what_was_emptied(api: Api, browser: Browser) -> None:
    made = api.made(website="https://example.com")
    saved = browser.fill(f"/customer/{made['id']}/edit", {"type": str(api.row("customer_type", "Individual"))})
    assert saved.status_code == 303
    page = browser.get(saved.location).text
    assert "Emptied, because it does not apply: Website, Description, Size, Industry, Job title." in page
    history = page.split('id="history"')[-1]
    assert "https://example.com" in history, "what was emptied stays in the history"


def test_a_form_without_script_shows_all_and_the_server_judges(api: Api, browser: Browser) -> None:
    typed = {name: str(value) for name, value in individual(api).items()} | {"website": "x", "credit_amount": "not a number"}
    page = browser.get("/customer/new").text
    assert "Only when: Type is not Individual." in page
    saved = browser.fill("/customer/new", typed)
    assert saved.status_code == 303, "what cannot be read in a hidden field is no problem"
    assert "Emptied, because it does not apply: Website." in browser.get(saved.location).text


def test_old_records_keep_what_a_new_rule_hides_and_stay_savable(api: Api, installed: Database) -> None:
    """3.1.6: no value is lost because a definition changed."""
    made = api.made(fax="123", county="海淀")
    with changed(installed, "customer", fax={"visible": {"city": {"_nnull": True}}}, website={"required": {"county": {"_nempty": True}}}):
        answer = api.patch(f"/customer/{made['id']}", json={"phone": "1"})
        assert answer.json["fax"] == "123"
        assert problems(api.patch(f"/customer/{made['id']}", json={"fax": "5"})) == {"fax": "hidden"}
        assert problems(api.post("/customer", json=api.customer(county="海淀"))) == {"website": "required"}


def test_required_when(api: Api, browser: Browser, installed: Database) -> None:
    with changed(installed, "customer", website={"required": {"county": {"_contains": "海"}}}):
        made = api.made()
        refused = api.patch(f"/customer/{made['id']}", json={"county": "海淀"})
        assert problems(refused) == {"website": "required"}
        assert "“Website” must be filled in when: County contains 海." in refused.text
        assert api.patch(f"/customer/{made['id']}", json={"county": "海淀", "website": "https://example.com"}).status_code == 200
        assert problems(api.patch(f"/customer/{made['id']}", json={"website": None})) == {"website": "required"}
        page = browser.fill(f"/customer/{made['id']}/edit", {"website": ""})
        assert page.status_code == 422
        assert 'href="#f-website"' in page.text


def test_choices_that_depend_on_another_field(api: Api, installed: Database) -> None:
    rule = [{"when": {"county": "海淀"}, "values": ["zh", "en"]}, {"when": {"county": "昌平"}, "values": ["zh"]}]
    with changed(installed, "customer", language={"choices": rule}):
        assert problems(api.post("/customer", json=api.customer(county="海淀", language="fr"))) == {"language": "choice"}
        refused = api.post("/customer", json=api.customer(county="昌平", language="en"))
        assert "“Language” offers here only: Chinese." in refused.text
        assert api.post("/customer", json=api.customer(county="东城", language="fr")).status_code == 201
        made = api.made(county="海淀", language="en")
        assert problems(api.patch(f"/customer/{made['id']}", json={"county": "昌平"})) == {"language": "choice"}


def test_a_hidden_field_counts_as_empty_in_other_rules(api: Api, installed: Database) -> None:
    with changed(installed, "customer", fax={"visible": {"county": "海淀"}}, website={"visible": {"fax": {"_nempty": True}}}):
        made = api.made(county="海淀", fax="1", website="https://example.com")
        answer = api.patch(f"/customer/{made['id']}", json={"county": "昌平"})
        assert not {"fax", "website"} & answer.json.keys()


def test_an_import_is_judged_by_the_same_rules(app: Flask, api: Api) -> None:
    site: Site = app.extensions["fieldloom"]
    rows = [individual(api), individual(api, website="https://example.com"), api.customer(size=None)]
    token = api.client.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    with site.visit(Credentials(token=token), write=True) as visit:
        found = imports.insert_many(visit, "customer", rows)
        assert {place: {one.field: one.code for one in told} for place, told in found.problems.items()} == {
            1: {"website": "hidden"},
            2: {"size": "required"},
        }
        assert _stored(visit, imports.insert_many(visit, "customer", rows[:1]).ids[0])


def _stored(visit: Visit, id: int) -> bool:
    return "industry" not in api_values(visit, id)


def api_values(visit: Visit, id: int) -> Mapping[str, Json]:
    """What a stored customer holds."""
    from engine.service import api

    return api.fetched(visit, "customer", id).values


def test_a_rule_that_cannot_be_read_locks_nobody_out(api: Api, installed: Database) -> None:
    with changed(installed, "customer", fax={"visible": {"no_such": 1}}, county={"required": {"type": "no_such_row"}}):
        assert api.post("/customer", json=api.customer(fax="1")).status_code == 201


def test_an_address_names_a_contact_of_the_same_customer(api: Api, browser: Browser) -> None:
    """3.5: `$RECORD.customer` in the condition of a reference."""
    first, second = api.made(), api.made(name="上海第二公司", contact_name="李雷")
    contacts = {one["customer"]: one["id"] for one in api.get("/contact").json["data"]}
    address = {"customer": first["id"], "address_type": api.get("/address_type").json["data"][0]["id"], "address_1": "长安街1号"}
    assert problems(api.post("/address", json={**address, "contact": contacts[second["id"]]})) == {"contact": "reference"}
    made = api.post("/address", json={**address, "contact": contacts[first["id"]]})
    assert made.status_code == 201
    moved = api.patch(f"/address/{made.json['id']}", json={"customer": second["id"]})
    assert problems(moved) == {"contact": "reference"}, "the contact is judged anew when the customer changes"

    def offered(**record: int) -> Json:
        told = "".join(f"&record[{name}]={value or ''}" for name, value in record.items())
        return browser.get(f"/contact/suggest?for=address.contact{told}").json

    assert [one["title"] for one in offered(customer=second["id"])["items"]] == ["李雷"]
    assert offered(customer=0) == {"items": [], "more": False, "note": "Fill in “Customer” first."}
    assert len(offered()["items"]) == 2, "on a search screen there is no card"
    words = {name: str(value) for name, value in address.items()} | {"customer": str(second["id"]), "contact__text": "王芳"}
    typed = browser.fill(f"/address/new?customer={second['id']}", words)
    assert typed.status_code == 422
    assert "nothing is called “王芳”" in typed.text


def test_the_schema_tells_the_rules(api: Api) -> None:
    schema = api.get("/customer/schema").json
    assert not COMPANY_ONLY & set(schema["required"])
    assert schema["properties"]["industry"]["x-visible-when"] == {"type": {"_neq": "individual"}}
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(api.customer())
    assert validator.is_valid(individual(api))
    assert not validator.is_valid(individual(api, website="https://example.com"))
    assert not validator.is_valid({name: value for name, value in api.customer().items() if name != "size"})
    groups = {group["name"]: group for group in api.get("/customer/ui-schema").json["groups"]}
    assert groups["finance"]["x-visible-when"] == {"type": {"_neq": "individual"}}
