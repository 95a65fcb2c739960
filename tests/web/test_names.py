"""The texts of a list's entry in every installed language: by page and by API, on the three databases."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.web.conftest import Api, Browser


def texts(page: str) -> dict[str, str]:
    """What the controls of the page hold."""
    return dict(re.findall(r'<input class="input" id="t-([^"]+)" name="[^"]+" value="([^"]*)"', page))


def sent(browser: Browser, url: str, **typed: str) -> dict[str, str]:
    """What the page's form sends, typed over."""
    page = browser.get(url).text
    version = re.findall(r'name="version" value="([^"]+)"', page)[0]
    return {"version": version, **texts(page), **{name.replace("__", "@").replace("_H", "-H"): text for name, text in typed.items()}}


def found(api: Api, entity: str, word: str) -> list[int]:
    """The entries that are found by a word of their name, in whichever language."""
    return [row["id"] for row in api.get(f"/{entity}?filter[name][_contains]={word}&page[size]=200").json["data"]]


@pytest.mark.parametrize("entity", ["industry", "salutation"])
def test_an_entry_is_named_in_every_language_on_one_page(browser: Browser, api: Api, app: Flask, entity: str) -> None:
    """4.1 for a node of the tree, 2.1 for an entry of a plain list."""
    id = api.row(entity, {"industry": "Software", "salutation": "Professor"}[entity])
    url = f"/{entity}/{id}/names"
    assert f'href="{url}"' in browser.get(f"/{entity}/{id}").text
    held = texts(browser.get(url).text)
    assert {"name@en", "name@zh-Hans", "name@zh-Hant", "name@de", "name@ar"} <= held.keys()
    assert held["name@zh-Hans"] in ("软件", "教授")
    done = browser.post(url, sent(browser, url, name__de="Neu", name__zh_Hans="新名", name__ar="", name__en="New"), follow_redirects=True)
    assert "4 texts were changed." in done.text
    now = texts(browser.get(url).text)
    assert (now["name@de"], now["name@zh-Hans"], now["name@ar"], now["name@en"]) == ("Neu", "新名", "", "New")
    assert now["name@zh-Hant"] == held["name@zh-Hant"]
    for language, name in (("zh-CN", "新名"), ("de", "Neu"), ("ar", "New"), ("en", "New")):  # Arabic falls back to English
        reader = Browser(app, language)
        reader.sign_in("administrator")
        assert name in reader.get(f"/{entity}/{id}").text
    for word in ("新名", "Neu", "New", held["name@zh-Hant"]):
        assert id in found(api, entity, word), word
    if held["name@zh-Hans"] != held["name@zh-Hant"]:
        assert id not in found(api, entity, held["name@zh-Hans"])
    history = browser.get(f"/{entity}/{id}").text.split('id="history"')[1]
    assert all(name in history for name in ("新名", "Neu", "New"))


def test_a_program_reads_and_writes_the_names(api: Api) -> None:
    id = api.row("company_size", "Small")
    before = api.get(f"/company_size/{id}/names").json
    assert before["name"]["en"] == "Small"
    assert before["description"]["en"] == "10 to 49 people"
    answer = api.patch(f"/company_size/{id}/names", json={"description": {"de": "Zehn bis neunundvierzig", "zh-Hans": None}})
    assert answer.status_code == 200
    assert answer.json["description"]["de"] == "Zehn bis neunundvierzig"
    assert "zh-Hans" not in answer.json["description"]
    assert answer.json["name"] == before["name"]
    for wrong, code in (({"name": {"tlh": "x"}}, "unknown"), ({"position": {"en": "1"}}, "unknown"), ({"name": {"en": ""}}, "required")):
        refused = api.patch(f"/company_size/{id}/names", json=wrong)
        assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, code), wrong
    assert api.patch(f"/company_size/{id}/names", json={"name": {"de": "x" * 101}}).status_code == 422
    assert api.patch(f"/company_size/{id}/names", json={"name": {"de": 5}}).status_code == 422
    stale = api.patch(f"/company_size/{id}/names", json={"name": {"de": "Klein"}}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert api.get("/customer/1/names").status_code == 404


def test_what_is_fixed_is_fixed_in_every_language(browser: Browser, api: Api) -> None:
    """4.3: a fixed type is renamed in no language; 4.6: a status in each."""
    agent, pilot = api.row("customer_type", "Agent"), api.row("customer_status", "Pilot")
    page = browser.get(f"/customer_type/{agent}/names").text
    assert "its “Name” is fixed" in page
    assert texts(page) == {}
    assert api.patch(f"/customer_type/{agent}/names", json={"name": {"zh-Hans": "经纪人"}}).status_code == 409
    assert browser.post(f"/customer_type/{agent}/names", {"name@zh-Hans": "经纪人"}).status_code == 409
    assert api.patch(f"/customer_status/{pilot}/names", json={"name": {"zh-Hans": "试用"}}).status_code == 200


def test_names_somebody_else_has_changed_are_not_written_over(browser: Browser, api: Api) -> None:
    id = api.row("salutation", "Mr")
    url = f"/salutation/{id}/names"
    form = sent(browser, url, name__de="Herr X")
    api.patch(f"/salutation/{id}", json={"name": "Mister"})
    done = browser.post(url, form, follow_redirects=True)
    assert "Somebody changed this record in the meantime" in done.text
    assert texts(browser.get(url).text)["name@en"] == "Mister"


def test_a_required_name_that_is_emptied_is_told_at_its_control(browser: Browser, api: Api) -> None:
    url = f"/salutation/{api.row('salutation', 'Mr')}/names"
    answer = browser.post(url, sent(browser, url, name__en="", name__de="Herr Y"))
    assert answer.status_code == 422
    assert 'aria-describedby="t-name@en-error"' in answer.text
    assert texts(answer.text)["name@de"] == "Herr Y"  # nothing that was typed is lost


def test_an_entry_renamed_in_the_source_language_is_still_found_by_its_other_names(browser: Browser, api: Api) -> None:
    id = api.row("salutation", "Professor")
    assert api.patch(f"/salutation/{id}", json={"name": "Prof."}).status_code == 200
    assert browser.fill(f"/salutation/{id}/edit", {"name": "Prof"}).status_code == 303
    for word in ("教授", "Prof"):
        assert found(api, "salutation", word) == [id]
