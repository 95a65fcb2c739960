"""Signing in, roles, tokens, headers: what keeps strangers out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from engine import accounts
from engine.metadata.database import Database
from tests.web.conftest import PASSWORD, Api, Browser

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def make_user(installed: Database, app: Flask, role: str) -> Browser:
    """A signed-in browser of a new user with this role."""
    with installed.writing() as conn:
        accounts.add_user(conn, role, PASSWORD, role)
    found = Browser(app)
    found.sign_in(role)
    return found


@pytest.mark.parametrize("url", ["/", "/customer/", "/customer/new", "/customer/1", "/customer/suggest", "/customer/1/files/name"])
def test_strangers_are_asked_to_sign_in(app: Flask, url: str) -> None:
    answer = app.test_client().get(url)
    if url.endswith("suggest"):
        assert answer.status_code == 401
    else:
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in")


def test_signing_in_leads_where_one_wanted_to_go(app: Flask) -> None:
    browser = Browser(app)
    asked = browser.get("/customer/?q=%E9%95%BF&sort=name")
    page = browser.get(asked.location).text
    target = page.split("sign-in-form", 1)[1].split('name="next" value="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    answer = browser.post("/sign-in", {"username": "administrator", "password": PASSWORD, "next": target})
    assert answer.location == "/customer/?q=%E9%95%BF&sort=name"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/x\r\nSet-Cookie: a=b"])
def test_signing_in_never_leads_outside(app: Flask, target: str) -> None:
    answer = Browser(app).post("/sign-in", {"username": "administrator", "password": PASSWORD, "next": target})
    assert (answer.status_code, answer.location) == (303, "/")


def test_a_wrong_password_does_not_say_whether_the_name_exists(app: Flask) -> None:
    known, unknown = (Browser(app).post("/sign-in", {"username": name, "password": "wrong"}) for name in ("administrator", "nobody"))
    assert known.status_code == unknown.status_code == 422
    assert "The user name or the password is not right." in known.text
    assert "The user name or the password is not right." in unknown.text


def test_guessing_is_paused(app: Flask) -> None:
    browser = Browser(app)
    for _ in range(5):
        assert browser.sign_in("administrator", "wrong").status_code == 422
    paused = browser.sign_in("administrator", PASSWORD)
    assert paused.status_code == 429
    assert "Too many attempts" in paused.text


def test_a_form_without_the_token_changes_nothing(app: Flask, browser: Browser, api: Api) -> None:
    for url in ("/customer/new", "/sign-out", "/preferences", "/sign-in"):
        assert browser.client.post(url, data={"name": "x"}).status_code == 400
    assert api.get("/customer").json["meta"]["total"] == 0
    assert browser.get("/").status_code == 200


def test_a_browsers_session_cannot_write_by_json_without_the_token(browser: Browser, api: Api) -> None:
    assert browser.client.post("/api/v1/customer", json=api.customer()).status_code == 400
    allowed = browser.client.post("/api/v1/customer", json=api.customer(), headers={"X-CSRFToken": browser.token()})
    assert allowed.status_code == 201


def test_signing_out_ends_the_session_everywhere(app: Flask, browser: Browser) -> None:
    cookie = browser.client.get_cookie("fieldloom")
    assert cookie is not None
    browser.post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("fieldloom", cookie.value)
    assert thief.get("/customer/").status_code == 303


def test_users_keep_cards_and_read_lists(app: Flask, installed: Database, api: Api) -> None:
    user = make_user(installed, app, "user")
    assert user.fill("/customer/new", {name: str(value) for name, value in api.customer().items()}).status_code == 303
    assert user.get("/industry/").status_code == 200
    assert user.get("/industry/new").status_code == 403
    assert user.post("/industry/new", {"name": "x"}).status_code == 403
    assert user.post("/industry/1/delete").status_code == 403
    assert "/industry/new" not in user.get("/industry/").text


def test_translators_reach_no_record(app: Flask, installed: Database) -> None:
    translator = make_user(installed, app, "translator")
    home = translator.get("/")
    assert (home.status_code, home.headers["Location"]) == (303, "/translate/")
    for url in ("/customer/", "/customer/new", "/industry/", "/customer/suggest", "/api/v1/customer", "/api/v1/customer/schema"):
        assert translator.get(url).status_code == 403
    assert "/customer/" not in translator.get("/translate/").text.split("<main", 1)[0].split("<nav", 1)[1]


def test_every_answer_carries_the_headers(app: Flask, browser: Browser) -> None:
    for url in ("/", "/customer/new", "/nothing", "/api/v1/customer", "/sign-in"):
        answer = browser.get(url)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_pages_hold_no_inline_code(browser: Browser, api: Api) -> None:
    made = api.made()
    for url in ("/", "/customer/", "/customer/new", f"/customer/{made['id']}", f"/customer/{made['id']}/edit", "/sign-in"):
        page = browser.get(url, follow_redirects=True).text
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count('<script type="module" src="/static/')


def test_the_session_cookie_is_not_for_scripts(app: Flask) -> None:
    browser = Browser(app)
    answer = browser.sign_in("administrator")
    told = answer.headers["Set-Cookie"]
    assert "HttpOnly" in told
    assert "SameSite=Lax" in told


def test_an_old_api_token_ends(app: Flask, installed: Database) -> None:
    with installed.writing() as conn:
        user = accounts.find_user(conn, "administrator")
        assert user is not None
        token = accounts.add_token(conn, user.id, "old", days=-1)
    answer = app.test_client().get("/api/v1/customer", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_an_error_of_ours_shows_no_trace(app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("engine.service.home.show", broken)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert "tell the administrator this number" in answer.text


def test_readiness_tells_whether_the_database_answers(app: Flask, app_on: Callable[[Database], Flask], tmp_path: Path) -> None:
    assert app.test_client().get("/readyz").status_code == 200
    assert app_on(Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")).test_client().get("/readyz").status_code == 503
    assert app_on(Database(f"sqlite:///{tmp_path / 'no' / 'folder.sqlite3'}")).test_client().get("/readyz").status_code == 503
