"""Cards, searches and records as a browser without JavaScript meets them, on the three databases."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote

import pytest
from flask import Flask

from engine import accounts
from engine.i18n import languages
from engine.metadata import store
from engine.metadata.database import Database
from tests.web.conftest import PASSWORD, Api, Browser, controls

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def typed(api: Api, **more: Any) -> dict[str, Any]:
    """What a person types on a new customer's card."""
    return {name: str(value) for name, value in api.customer(**more).items()}


def text_of(page: str) -> str:
    """A page's visible words."""
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def test_a_customer_is_created_found_and_changed(browser: Browser, api: Api) -> None:
    saved = browser.fill("/customer/new", typed(api, phone="010-5555 0100"))
    assert saved.status_code == 303
    record = browser.get(saved.location).text
    for shown in ("北京长城贸易有限公司", "王芳", "Basic", "10 to 49 people", "Information technology › Software"):  # 4.2: the size's description
        assert shown in text_of(record)
    found = browser.get("/customer/?q=长城").text
    assert saved.location in found
    changed = browser.fill(f"{saved.location}/edit", {"code": "K-7", "contact_name": "王小芳"})
    assert changed.status_code == 303
    record = text_of(browser.get(changed.location).text)
    assert "K-7" in record
    assert "王小芳" in record


def test_what_was_typed_is_kept_when_it_is_refused(browser: Browser, api: Api) -> None:
    wrong = typed(api, name="", email="nobody", credit_amount="12,x", website="https://ok.example", introduction="第一行\n第二行")
    answer = browser.fill("/customer/new", wrong)
    assert answer.status_code == 422
    for sentence in ("“Customer name” must be filled in.", "must be an e-mail address", "“12,x” is not a number."):
        assert sentence in text_of(answer.text)
    assert answer.text.count("aria-invalid") == 3
    kept = controls(answer.text)
    for name in ("email", "credit_amount", "website", "introduction", "industry", "contact_name"):
        assert [one.replace("\r\n", "\n") for one in kept[name]] == [wrong[name]]
    for href in re.findall(r'<li><a href="#([\w-]+)">', answer.text.split('id="problems"', 1)[1].split("</ul>", 1)[0]):
        assert f'id="{href}"' in answer.text
    assert api.get("/customer").json["meta"]["total"] == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_refusal_speaks_the_readers_language(app: Flask, api: Api) -> None:
    browser = Browser(app, "zh-CN,zh;q=0.9")
    browser.sign_in("administrator")
    answer = browser.fill("/customer/new", typed(api, name=""))
    assert 'lang="zh-Hans"' in answer.text
    assert "客户名称" in text_of(answer.text)
    assert "must be filled in" not in answer.text


def test_required_fields_are_demanded_on_create_only_3_1_5(browser: Browser, api: Api) -> None:
    made = api.made()
    answer = browser.fill(f"/customer/{made['id']}/edit", {"name": ""})
    assert answer.status_code == 422
    assert "must be filled in" in answer.text


def test_two_people_lose_nothing(browser: Browser, api: Api, app: Flask) -> None:
    made = api.made(phone="1", code="old")
    url = f"/customer/{made['id']}/edit"
    mine = controls(browser.get(url).text)
    api.patch(f"/customer/{made['id']}", json={"phone": "theirs", "fax": "theirs too"})
    stale = browser.client.post(url, data={**mine, "phone": ["mine"], "code": ["mine too"]})
    assert stale.status_code == 409
    page = text_of(stale.text)
    for shown in ("mine", "theirs", "mine too", "theirs too"):
        assert shown in page
    assert api.get(f"/customer/{made['id']}").json["phone"] == "theirs"
    kept = controls(stale.text)
    assert browser.client.post(url, data={**kept, "phone__pick": "mine"}).status_code == 303
    now = api.get(f"/customer/{made['id']}").json
    assert (now["phone"], now["code"], now["fax"]) == ("mine", "mine too", "theirs too")


def test_the_others_version_can_be_picked(browser: Browser, api: Api) -> None:
    made = api.made(phone="1")
    url = f"/customer/{made['id']}/edit"
    mine = controls(browser.get(url).text)
    api.patch(f"/customer/{made['id']}", json={"phone": "theirs"})
    kept = controls(browser.client.post(url, data={**mine, "phone": ["mine"], "code": ["new"]}).text)
    browser.client.post(url, data={**kept, "phone__pick": "theirs"})
    now = api.get(f"/customer/{made['id']}").json
    assert (now["phone"], now["code"]) == ("theirs", "new")


def test_a_stale_card_writes_no_old_values(browser: Browser, api: Api) -> None:
    """Saving a card that somebody else changed meanwhile must not turn back what the reader never touched."""
    made = api.made(phone="1")
    url = f"/customer/{made['id']}/edit"
    untouched = controls(browser.get(url).text)
    api.patch(f"/customer/{made['id']}", json={"phone": "2"})
    browser.client.post(url, data=untouched)
    assert api.get(f"/customer/{made['id']}").json["phone"] == "2"


def test_a_contact_changed_elsewhere_is_noticed_on_the_customers_card(browser: Browser, api: Api) -> None:
    made = api.made()
    url = f"/customer/{made['id']}/edit"
    mine = controls(browser.get(url).text)
    [contact] = api.get(f"/contact?filter[customer]={made['id']}").json["data"]
    api.patch(f"/contact/{contact['id']}", json={"job_title": "CFO"})
    assert browser.client.post(url, data={**mine, "job_title": ["CEO"]}).status_code == 409
    assert api.get(f"/contact/{contact['id']}").json["job_title"] == "CFO"


def test_history_tells_who_changed_what(browser: Browser, api: Api) -> None:
    made = api.made(phone="before")
    browser.fill(f"/customer/{made['id']}/edit", {"phone": "after", "size": str(api.row("company_size", "Large"))})
    page = text_of(browser.get(f"/customer/{made['id']}").text)
    for shown in ("administrator", "changed this", "before", "after", "250 to 999 people"):
        assert shown in page


def test_an_upload_is_kept_served_and_removed(browser: Browser, api: Api) -> None:
    sent = {**typed(api, name=""), "introduction_document": (BytesIO(b"%PDF-1.7 x"), "介绍.pdf")}
    refused = browser.fill("/customer/new", sent)
    assert refused.status_code == 422
    assert "介绍.pdf" in refused.text
    again = controls(refused.text)
    saved = browser.client.post("/customer/new", data={**again, "name": "With a file"})
    assert saved.status_code == 303
    served = browser.get(f"{saved.location}/files/introduction_document")
    assert served.data == b"%PDF-1.7 x"
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in served.headers["Content-Security-Policy"]
    browser.fill(f"{saved.location}/edit", {"introduction_document__remove": "1"})
    assert browser.get(f"{saved.location}/files/introduction_document").status_code == 404


UPLOADS = {
    "a page": ("x.html", b"<script>alert(1)</script>"),
    "a picture that is none": ("x.png", b"<svg onload=alert(1)>"),
    "a program": ("x.exe", b"MZ"),
    "empty": ("x.pdf", b""),
    "no ending": ("passwd", b"root"),
}


@pytest.mark.parametrize(("name", "content"), UPLOADS.values(), ids=UPLOADS.keys())
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_unsafe_uploads_are_refused(browser: Browser, api: Api, name: str, content: bytes) -> None:
    answer = browser.fill("/customer/new", {**typed(api), "introduction_document": (BytesIO(content), name)})
    assert answer.status_code == 422
    assert 'id="f-introduction_document-error"' in answer.text
    assert api.get("/customer").json["meta"]["total"] == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_strangers_upload_cannot_be_taken(app: Flask, browser: Browser, api: Api, installed: Database) -> None:
    with installed.writing() as conn:
        accounts.add_user(conn, "other", PASSWORD, "user")
    refused = browser.fill("/customer/new", {**typed(api, name=""), "introduction_document": (BytesIO(b"%PDF-1.7 secret"), "x.pdf")})
    [file] = controls(refused.text)["introduction_document__keep"]
    other = Browser(app)
    other.sign_in("other")
    assert other.fill("/customer/new", {**typed(api), "introduction_document__keep": file}).status_code == 422


def test_a_typed_name_finds_its_record(browser: Browser, api: Api) -> None:
    """Without JavaScript a picker is a text control; the name is looked up, case and width aside."""
    api.made(name="Société Générale")
    saved = browser.fill("/customer/new", {**typed(api), "parent": "", "parent__text": "ＳＯＣＩＥＴＥ generale"})
    assert saved.status_code == 303
    assert "Société Générale" in browser.get(saved.location).text
    unknown = browser.fill("/customer/new", {**typed(api), "parent": "", "parent__text": "nobody <b>"})
    assert unknown.status_code == 422
    assert "nothing is called “nobody &lt;b&gt;”" in unknown.text
    assert controls(unknown.text)["parent__text"] == ["nobody <b>"]


def test_what_is_in_use_says_by_what(browser: Browser, api: Api) -> None:
    parent = api.made(name="Parent")
    api.made(name="Child", parent=parent["id"])
    url = f"/customer/{parent['id']}/delete"
    page = browser.get(url).text
    assert "1 record: Customers, field “Parent company”" in text_of(page)
    assert f"/customer/?filter[parent]={parent['id']}" in html.unescape(page)
    assert browser.post(url).status_code == 409
    assert api.get(f"/customer/{parent['id']}").status_code == 200


def test_a_deleted_customer_comes_back_whole(browser: Browser, api: Api) -> None:
    made = api.made()
    address = {"customer": made["id"], "address_type": api.get("/address_type").json["data"][0]["id"], "address_1": "长安街1号"}
    assert api.post("/address", json=address).status_code == 201
    assert browser.post(f"/customer/{made['id']}/delete").status_code == 303
    assert browser.get(f"/customer/{made['id']}").status_code == 404
    assert (api.get("/contact").json["meta"]["total"], api.get("/address").json["meta"]["total"]) == (0, 0)
    assert made["name"] in browser.get("/customer/deleted").text
    assert browser.post(f"/customer/{made['id']}/restore").status_code == 303
    back = api.get(f"/customer/{made['id']}").json
    assert {k: v for k, v in back.items() if k not in ("version", "created_at", "updated_at")} == {
        k: v for k, v in made.items() if k not in ("version", "created_at", "updated_at")
    }
    assert api.get("/address").json["data"][0]["address_1"] == "长安街1号"
    assert browser.post(f"/customer/{made['id']}/restore").status_code == 404


def test_page_and_api_find_the_same(browser: Browser, api: Api) -> None:
    for place in range(12):
        api.made(name=f"Ｔest {place:02} 公司" if place % 2 else f"Other {place:02}", phone=f"010-{place}")
    query = "filter[name][_contains]=TEST&sort=-name"
    rows = re.findall(r'<tr><th scope="row"><a href="/customer/(\d+)">', browser.get(f"/customer/?{query}").text)
    data = api.get(f"/customer?{query}").json
    assert rows == [str(one["id"]) for one in data["data"]]
    assert data["meta"]["total"] == 6 == len(rows)


def test_the_screens_controls_become_one_grammar(browser: Browser, api: Api) -> None:
    kind = api.row("customer_type", "Customer")
    answer = browser.get(f"/customer/?c.name.op=_contains&c.name.v=长城&c.type.op=_in&c.type.v={kind}&c.county.op=_contains&c.county.v=")
    assert answer.status_code == 303
    assert unquote(answer.location) == f"/customer/?filter[name][_contains]=长城&filter[type][_in]={kind}"


def test_only_searchable_fields_are_conditions_3_1_5(browser: Browser) -> None:
    page = browser.get("/customer/").text
    offered = set(re.findall(r'name="c\.(\w+)\.op"', page))
    assert {"name", "city", "industry", "manager", "contact_name", "mobile_phone", "introduction"} <= offered
    assert not {"code", "english_name", "fax", "credit_amount", "job_title"} & offered
    assert "c." not in "".join(re.findall(r'name="([^"]+)\.op"', browser.get("/address/").text.replace("c.customer", "")))


def test_an_empty_search_says_what_to_drop(browser: Browser, api: Api) -> None:
    api.made(name="Acme")
    page = text_of(browser.get("/customer/?filter[name][_contains]=acme&filter[county][_contains]=nowhere").text)
    assert "No record matches" in page
    assert "Without “County contains nowhere”" in page


SCRIPT = '<script>alert("x")</script>\'"&{{7*7}}'


def test_nothing_typed_becomes_markup(browser: Browser, api: Api) -> None:
    made = api.made(name=SCRIPT, introduction=SCRIPT, website="https://x.example/?a=1&b=2")
    owner = made["id"]
    pages = [f"/customer/{owner}", f"/customer/{owner}/edit", f"/customer/{owner}/delete", f"/contact/new?customer={owner}"]
    pages += ["/", f"/customer/?q={quote(SCRIPT)}", "/customer/?filter[name][_contains]=<script>alert", "/customer/suggest?q=alert"]
    for url in pages:
        answer = browser.get(url)
        if answer.is_json:
            assert answer.get_json()["items"][0]["title"] == SCRIPT
            continue
        assert "<script>alert" not in answer.text, url
        assert "&49" not in text_of(answer.text), url
        assert SCRIPT[:20] in text_of(answer.text) or "alert" in text_of(answer.text), url


def test_forms_with_unknown_controls_are_refused(browser: Browser, api: Api) -> None:
    answer = browser.fill("/customer/new", {**typed(api), "created_by": "1", "is_admin": "1"})
    assert answer.status_code == 422
    assert "“created_by” is not a field here." in text_of(answer.text)


def test_ten_thousand_controls_are_refused(browser: Browser, api: Api) -> None:
    answer = browser.post("/customer/new", {f"x{n}": "1" for n in range(10_000)})
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_ten_megabytes_are_refused(browser: Browser) -> None:
    answer = browser.post("/customer/new", {"name": "x" * 10_000_000})
    assert answer.status_code == 413
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("url", ["/customer/99999999999999999999", "/customer/0", "/customer/-1", "/customer/abc", "/x/1", "/customer/1/nothing"])
def test_addresses_that_lead_nowhere(browser: Browser, url: str) -> None:
    answer = browser.get(url)
    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_a_row_is_renamed_in_the_readers_language_only(app: Flask, browser: Browser, api: Api) -> None:
    basic = api.row("customer_status", "Basic")
    chinese = Browser(app, "zh-CN")
    chinese.sign_in("administrator")
    assert controls(chinese.get(f"/customer_status/{basic}/edit").text)["name"] == ["基础"]
    assert chinese.fill(f"/customer_status/{basic}/edit", {"name": "初步接触"}).status_code == 303
    assert "初步接触" in chinese.get("/customer/new").text
    assert "Basic" in browser.get("/customer/new").text
    assert api.get(f"/customer_status/{basic}").json["name"] == "Basic"
    assert str(basic) in re.findall(r"/customer_status/(\d+)", browser.get("/customer_status/?q=初步").text)


def test_a_second_process_sees_a_change_on_its_next_page(
    app_on: Callable[[Database], Flask], installed: Database, browser: Browser, api: Api
) -> None:
    other = Browser(app_on(installed))
    other.sign_in("administrator")
    assert "Own channel" not in other.get("/customer/new").text
    assert api.post("/acquisition_channel", json={"name": "Own channel"}).status_code == 201
    assert "Own channel" in other.get("/customer/new").text


def test_density_is_kept_by_the_browser(app: Flask, browser: Browser) -> None:
    assert 'data-density="normal"' in browser.get("/").text
    browser.post("/preferences", {"density": "compact"})
    assert 'data-density="compact"' in browser.get("/customer/new").text
    browser.post("/sign-out")
    browser.sign_in("administrator")
    assert 'data-density="normal"' in browser.get("/").text
    assert browser.post("/preferences", {"density": "none"}).status_code == 400


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "wanted"),
    [("zh-CN", ["安徽银行", "重庆银行", "Åbo 银行", "Zug 银行"]), ("sv", ["Zug 银行", "Åbo 银行", "安徽银行", "重庆银行"])],
)
def test_a_picker_offers_names_in_the_readers_order(
    app: Flask, installed: Database, api: Api, language: str, wanted: list[str]
) -> None:
    """What begins with the words comes first; then Chinese by pinyin in Chinese, Å behind Z in Swedish."""
    with installed.writing() as conn:
        languages.add(conn, "sv")
        languages.change(conn, languages.load(conn, 0), "sv", live=True, threshold=0, fallbacks=[])
        store.bump_version(conn)
    for name in ("重庆银行", "Zug 银行", "安徽银行", "Åbo 银行"):
        api.made(name=name)
    api.made(name="银行上海")
    reader = Browser(app, language)
    reader.sign_in("administrator")
    told: Any = reader.get("/customer/suggest?q=银行").json
    found = [item["title"] for item in told["items"]]
    assert found == ["银行上海", *wanted]
