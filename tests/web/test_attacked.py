"""What broke when somebody tried to break it, so that it does not again."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.metadata.database import Database
from settings import BadSetting, from_environment
from tests.web.conftest import PASSWORD, Api, Browser, controls

ENTITIES = sorted(path.stem for path in Path("field_catalogs").glob("*.yaml"))


def contact(made: dict[str, Any], name: str, **more: Any) -> dict[str, Any]:
    """A contact of a customer."""
    return {"customer": made["id"], "name": name, "salutation": made["salutation"], "job_title": "x", "language": "zh", **more}


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_entity_has_its_screens(browser: Browser, entity: str) -> None:
    for url in (f"/{entity}/", f"/{entity}/new", f"/{entity}/deleted", f"/api/v1/{entity}", f"/api/v1/{entity}/schema"):
        assert browser.get(url).status_code == 200, url


SPELLINGS = {name: str.maketrans("0123456789", digits) for name, digits in {
    "arabic": "٠١٢٣٤٥٦٧٨٩", "devanagari": "०१२३४५६७८९", "full-width": "０１２３４５６７８９",
}.items()} | {"a zero before it": {ord(one): f"0{one}" for one in "0123456789"}}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_record_has_one_address(browser: Browser, api: Api, spelling: dict[int, str]) -> None:
    """Digits of other scripts and zeros in front make the same number to a program; to everybody else, a second address of one page."""
    id = str(api.made()["id"])
    other = id.translate(spelling)
    assert [browser.get(f"/customer/{id}").status_code, api.get(f"/customer/{id}").status_code] == [200, 200]
    assert [browser.get(f"/customer/{other}").status_code, api.get(f"/customer/{other}").status_code] == [404, 404]


@pytest.mark.parametrize("how", ["another became main", "it was deleted", "it moved away"])
def test_a_stale_card_never_writes_on_another_contact(browser: Browser, api: Api, how: str) -> None:
    made, other = api.made(mobile_phone="111"), api.made(name="Other")
    [main] = api.get(f"/contact?filter[customer]={made['id']}").json["data"]
    url = f"/customer/{made['id']}/edit"
    opened = controls(browser.get(url).text)
    if how == "another became main":
        assert api.post("/contact", json=contact(made, "新主联系人", mobile_phone="999", is_main=True)).status_code == 201
    elif how == "it was deleted":
        assert api.delete(f"/contact/{main['id']}").status_code == 204
    else:
        assert api.patch(f"/contact/{main['id']}", json={"customer": other["id"]}).status_code == 200
    before = api.get("/contact?sort=id").json["data"]
    stale = browser.client.post(url, data={**opened, "phone": ["new"]})
    assert stale.status_code == 409
    assert browser.client.post(url, data=controls(stale.text)).status_code == 303
    assert api.get(f"/customer/{made['id']}").json["phone"] == "new"
    assert api.get("/contact?sort=id").json["data"] == before


def test_what_cannot_be_read_is_told_before_a_conflict(browser: Browser, api: Api) -> None:
    made = api.made(phone="1")
    url = f"/customer/{made['id']}/edit"
    opened = controls(browser.get(url).text)
    api.patch(f"/customer/{made['id']}", json={"phone": "theirs"})
    sent = {**opened, "phone": ["mine"], "credit_amount": ["12万五"], "city": [""], "city__text": ["Shanghia"]}
    refused = browser.client.post(url, data=sent)
    assert refused.status_code == 422
    kept = controls(refused.text)
    assert (kept["credit_amount"], kept["city__text"], kept["phone"]) == (["12万五"], ["Shanghia"], ["mine"])
    assert browser.client.post(url, data={**kept, "credit_amount": ["12"], "city__text": [""]}).status_code == 409


def test_an_untouched_card_changes_nothing(browser: Browser, api: Api) -> None:
    made = api.made()
    [main] = api.get(f"/contact?filter[customer]={made['id']}").json["data"]
    for url in (f"/contact/{main['id']}", f"/customer/{made['id']}"):
        before = api.get(url).json
        browser.client.post(f"{url}/edit", data=controls(browser.get(f"{url}/edit").text))
        assert api.get(url).json == before


def test_a_card_opened_before_a_deletion_sees_no_phantom_changes(browser: Browser, api: Api) -> None:
    made = api.made(phone="A")
    api.patch(f"/customer/{made['id']}", json={"phone": "B"})
    url = f"/customer/{made['id']}/edit"
    opened = controls(browser.get(url).text)
    browser.post(f"/customer/{made['id']}/delete")
    browser.post(f"/customer/{made['id']}/restore")
    assert browser.client.post(url, data={**opened, "code": ["C"]}).status_code == 303
    now = api.get(f"/customer/{made['id']}").json
    assert (now["phone"], now["code"]) == ("B", "C")


@pytest.mark.parametrize("version", ["999", "x", "1.contact-0-0-0", "-1", "1.salutation-1-1"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_invented_version_saves_nothing(browser: Browser, api: Api, version: str) -> None:
    made = api.made(phone="1")
    url = f"/customer/{made['id']}/edit"
    opened = controls(browser.get(url).text)
    assert browser.client.post(url, data={**opened, "version": version, "phone": ["2"]}).status_code == 400
    assert api.get(f"/customer/{made['id']}").json["phone"] == "1"


def test_a_restored_contact_does_not_push_the_main_one_aside(browser: Browser, api: Api) -> None:
    made = api.made()
    [first] = api.get(f"/contact?filter[customer]={made['id']}").json["data"]
    assert api.delete(f"/contact/{first['id']}").status_code == 204
    assert api.post("/contact", json=contact(made, "Second", is_main=True)).status_code == 201
    assert browser.post(f"/contact/{first['id']}/restore").status_code == 303
    mains = api.get(f"/contact?filter[customer]={made['id']}&filter[is_main]=true").json["data"]
    assert [one["name"] for one in mains] == ["Second"]
    assert api.get("/customer?sort=contact_name").json["meta"]["total"] == 1


def test_main_contacts_made_at_once_leave_one(api: Api, app: Flask) -> None:
    made = api.made()

    def make(n: int) -> int:
        client = app.test_client()
        headers = {"Authorization": api.client.environ_base["HTTP_AUTHORIZATION"]}
        return client.post("/api/v1/contact", json=contact(made, f"C{n}", is_main=True), headers=headers).status_code

    for _ in range(3):
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(make, range(4))) <= {201, 503}
        assert api.get(f"/contact?filter[customer]={made['id']}&filter[is_main]=true").json["meta"]["total"] == 1


def test_two_people_make_no_loop_in_a_tree(api: Api, app: Flask) -> None:
    def put_under(pair: tuple[int, int]) -> int:
        client = app.test_client()
        headers = {"Authorization": api.client.environ_base["HTTP_AUTHORIZATION"]}
        return client.patch(f"/api/v1/industry/{pair[0]}", json={"parent": pair[1]}, headers=headers).status_code

    for n in range(4):
        first, second = (api.post("/industry", json={"name": f"{side}{n}"}).json["id"] for side in "ab")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(put_under, [(first, second), (second, first)]))
        parents = [api.get(f"/industry/{one}").json.get("parent") for one in (first, second)]
        assert parents != [second, first]


def test_several_branches_can_be_asked_for(browser: Browser, api: Api) -> None:
    made = api.made()
    branches = [api.row("industry", name) for name in ("Information technology", "Mining")]
    answer = browser.get(f"/customer/?c.industry.op=_under&c.industry.v={branches[0]}&c.industry.v={branches[1]}", follow_redirects=True)
    assert answer.status_code == 200
    assert f"/customer/{made['id']}" in answer.text


def test_a_name_typed_into_a_condition_is_found(browser: Browser, api: Api) -> None:
    shanghai = api.row("city", "Shanghai")
    made = api.made(city=shanghai)
    found = browser.get("/customer/?c.city.op=_eq&c.city.v=&c.city.v__text=ＳＨＡＮＧＨＡＩ", follow_redirects=True)
    assert f"/customer/{made['id']}" in found.text
    unclear = browser.get("/customer/?c.name.op=_contains&c.name.v=长城&c.city.op=_eq&c.city.v=&c.city.v__text=Nowhere", follow_redirects=True)
    assert unclear.status_code == 200
    assert "nothing is called “Nowhere”" in unclear.text
    assert "Customer name contains 长城" in re.sub(r"<[^>]+>", "", unclear.text)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_chips_belong_to_their_conditions(browser: Browser) -> None:
    page = browser.get("/customer/?filter[name][_nempty]=&filter[city]=1&filter={}").text
    links = re.findall(r'<li class="chip"><bdi>([^<]+)</bdi><a href="([^"]+)"', page)
    assert [text for text, _ in links] == ["Customer name is not empty", "City is Beijing"]
    assert "city" in links[0][1]
    assert "city" not in links[1][1]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_language_in_the_address_counts_for_everybody(browser: Browser) -> None:
    browser.post("/preferences", {"language": "zh-Hans"})
    assert 'lang="zh-Hans"' in browser.get("/").text
    assert 'lang="en"' in browser.get("/?lang=en", follow_redirects=True).text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_half_a_character_as_a_key_is_an_unknown_field(api: Api) -> None:
    answer = api.post("/customer", data=b'{"\\ud800": 1}', content_type="application/json")
    assert answer.status_code == 422


@pytest.mark.parametrize("url", ["/x%0d%0aSet-Cookie:a=b?lang=en", "/customer/%0a", "/a%00b"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_line_ends_in_addresses_lead_nowhere(app: Flask, url: str) -> None:
    assert app.test_client().get(url).status_code == 404


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_only_a_bearer_token_stands_for_the_csrf_token(browser: Browser, api: Api) -> None:
    answer = browser.client.post("/api/v1/customer", json=api.customer(), headers={"Authorization": "Basic eDp5"})
    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "\u2800", "\u202e", " \u00ad\u2060 "])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_name_can_be_seen(api: Api, name: str) -> None:
    answer = api.post("/customer", json=api.customer(name=name))
    assert [(one["pointer"], one["code"]) for one in answer.json["errors"]] == [("/name", "required")]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_searching_for_nothing_is_told(api: Api) -> None:
    assert api.get("/customer", query_string={"filter[name][_contains]": "\u200b"}).status_code == 400
    assert api.get("/customer", query_string={"q": "x" * 300}).status_code == 400
    assert api.get("/customer", query_string={"q": " ".join("abcdefghijklmnopqrstuvwxyz")}).status_code == 400


@pytest.mark.parametrize("content", ["", "short"])
def test_an_unsafe_key_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret_key").write_text(content, encoding="ascii")
    with pytest.raises(BadSetting, match="too short"):
        from_environment({"FIELDLOOM_INSTANCE": str(tmp_path)})


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_parallel_guesses_count(app: Flask, installed: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: Browser(app).sign_in("administrator", "wrong").status_code, range(16)))
    assert statuses.count(422) <= 5
    assert Browser(app).sign_in("administrator", PASSWORD).status_code == 429
