"""Export and import of records, by page and by command, on the three databases."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import cli
from engine import accounts, sheets
from engine.metadata.database import Database
from tests.databases import url_of
from tests.web.conftest import PASSWORD, Api, Browser


def words(page: str) -> str:
    """A page's visible words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def table(browser: Browser, url: str) -> list[dict[str, str]]:
    """An exported file's rows by column."""
    answer = browser.get(url)
    assert answer.status_code == 200
    found = sheets.read(answer.data)
    return [dict(zip(found.header, cells, strict=True)) for _, cells in found.rows]


def checked(browser: Browser, entity: str, content: str | bytes) -> Any:
    """What the page says of a file."""
    sent = content.encode() if isinstance(content, str) else content
    return browser.post(f"/{entity}/import", {"file": (io.BytesIO(sent), "rows.csv")}, content_type="multipart/form-data")


def imported(browser: Browser, entity: str, content: str | bytes) -> str:
    """Check a file, then import it; what the page says in the end."""
    page = checked(browser, entity, content)
    assert page.status_code == 200, words(page.text)
    kept = html.unescape(page.text.split('<textarea name="kept" hidden>\n', 1)[1].split("</textarea>", 1)[0])
    done = browser.post(f"/{entity}/import", {"kept": kept}, follow_redirects=True)
    assert done.status_code == 200, words(done.text)
    return words(done.text)


def problems(page: Any) -> list[tuple[str, str, str]]:
    """(line, column, sentence) of a refused file."""
    assert page.status_code == 422
    rows = re.findall(r'<tr><th scope="row">(\d+)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>', page.text)
    return [(line, words(column), words(text)) for line, column, text in rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_shows_what_people_read_and_comes_back_unchanged(browser: Browser, api: Api, kind: str) -> None:
    more = {"introduction": "第一行\n第二行", "language": "de", "city": api.row("city", "Beijing")}
    made = api.made(code="=1+1", credit_amount="-1200.50", credit_period=30, **more)
    [row] = table(browser, f"/customer/export?format={kind}")
    shown = ("id", "Customer code", "Size", "Industry", "Status", "City", "Language", "Credit period")
    assert [row[name] for name in shown] == [
        str(made["id"]), "=1+1", "10 to 49 people", "Information technology › Software", "Basic", "Beijing", "German", "30",
    ]  # fmt: skip
    before = api.get(f"/customer/{made['id']}").json
    assert "0 new, 0 changed, 1 unchanged" in imported(browser, "customer", browser.get(f"/customer/export?format={kind}").data)
    assert api.get(f"/customer/{made['id']}").json == before


def test_an_export_holds_what_the_lists_address_asks_for(browser: Browser, api: Api) -> None:
    api.made(name="one", type=api.row("customer_type", "Agent"))
    api.made(name="two")
    found = table(browser, "/customer/export?format=csv&filter[type]=agent&fields=name,type")
    assert [list(row.values())[1:] for row in found] == [["one", "Agent"]]
    assert "/customer/export?filter[type]=agent&amp;format=xlsx" in browser.get("/customer/?filter[type]=agent").text
    assert browser.get("/customer/export?format=csv").headers["Content-Type"] == "text/csv; charset=utf-8"
    assert browser.get("/customer/export?format=pdf").status_code == 400
    assert browser.get("/customer/export?nope=1").status_code == 400


def test_entries_of_a_list_are_added_and_changed_by_name_or_id(browser: Browser, api: Api) -> None:
    small, own = api.row("company_size", "Small"), api.post("/company_size", json={"name": "Tiny"}).json["id"]
    file = f"id,Name,Description,Colour,Active\n,small,10 to 40 people,Teal,Yes\n{own},Solo,One person,,no\n,Huge,\"10,000 people\",,\n"
    assert "Imported: 1 new, 2 changed, 0 unchanged." in imported(browser, "company_size", file)
    assert api.get(f"/company_size/{small}").json["description"] == "10 to 40 people"
    assert api.get(f"/company_size/{small}").json["colour"] == "teal"
    assert {key: api.get(f"/company_size/{own}").json[key] for key in ("name", "active")} == {"name": "Solo", "active": False}
    assert api.get(f"/company_size/{api.row('company_size', 'Huge')}").json["active"] is True


def test_a_dry_run_stores_nothing(browser: Browser, api: Api) -> None:
    before = api.get("/salutation").json
    page = checked(browser, "salutation", "Name\nMadam\nSir\n")
    assert "2 new, 0 changed, 0 unchanged" in words(page.text)
    assert api.get("/salutation").json == before
    assert "Madam" not in browser.get("/contact/new").text


def test_one_wrong_row_and_nothing_is_stored(browser: Browser, api: Api) -> None:
    before = api.get("/industry?page[size]=200").json
    file = "Name,Belongs under,Position\nLooms,Manufacturing,1\n\nSpindles,Weaving,x\n,Manufacturing,2\n"
    page = checked(browser, "industry", file)
    assert problems(page) == [
        ("4", "Belongs under", "“Belongs under”: nothing is called “Weaving”. Choose from the list."),
        ("4", "Position", "“Position”: “x” is not a number."),
        ("5", "Name", "“Name” must be filled in."),
    ]
    assert "1 new, 0 changed, 0 unchanged" in words(page.text)
    assert api.get("/industry?page[size]=200").json == before


def test_a_tree_is_imported_with_parents_of_the_same_file(browser: Browser, api: Api) -> None:
    file = "Name,Belongs under\nCrafts,\nWeaving,Crafts\nLooms,Crafts › Weaving\nSoftware,Crafts\n"
    assert "4 new" in imported(browser, "industry", file)
    made = api.made(industry=api.row("industry", "Looms"))
    assert "Crafts › Weaving › Looms" in words(browser.get(f"/customer/{made['id']}").text)
    assert "0 new, 0 changed, 4 unchanged" in imported(browser, "industry", file)  # "Software" is there twice, under different parents


def test_of_several_with_one_name_the_shown_path_decides(browser: Browser, api: Api) -> None:
    imported(browser, "industry", "Name,Belongs under\nTextiles,\nWeaving,Textiles\nSpinning,Manufacturing › Textiles\n")
    shown = {row["name"]: row["_shown"].get("parent") for row in api.get("/industry?shown=true&page[size]=200").json["data"]}
    assert (shown["Weaving"], shown["Spinning"]) == ("Textiles", "Manufacturing › Textiles")


FIXED = {
    "a fixed type is renamed": ("customer_type", "id,Name\n{agent},Broker\n", "its “Name” is fixed"),
    "a status is added": ("customer_status", "Name\nOwn\n", "nothing can be added"),
    "a status is written": ("customer", "id,Status\n{customer},Pilot\n", "step by step"),
    "an inactive entry is chosen": ("customer", "id,Size\n{customer},Fewer than 10 people\n", "nothing is called"),
    "no intermediary": ("customer", "id,Intermediary\n{customer},北京长城贸易有限公司\n", "does not allow this choice"),
    "no such record": ("salutation", "id,Name\n999999,X\n", "no record with the id 999999"),
}


@pytest.mark.parametrize(("entity", "file", "why"), FIXED.values(), ids=FIXED.keys())
def test_what_a_card_refuses_a_file_cannot_do(browser: Browser, api: Api, entity: str, file: str, why: str) -> None:
    made = api.made()
    api.patch(f"/company_size/{api.row('company_size', 'Micro')}", json={"active": False})
    page = checked(browser, entity, file.format(agent=api.row("customer_type", "Agent"), customer=made["id"]))
    [(line, _, text)] = problems(page)
    assert (line, why in text) == ("2", True), text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_customers_are_imported_with_their_contact_person(browser: Browser, api: Api) -> None:
    head = "customer name,类型,description,size,source,industry,salutation,contact_name,job_title,credit_amount,城市\n"
    row = "织机软件,Agent,Limited company,Small,Website,Information technology › Software,Ms,王芳,经理,\"1,200.5\",北京\n"
    assert "1 new" in imported(browser, "customer", head + row)
    [made] = api.get("/customer?shown=true").json["data"]
    assert (made["name"], made["credit_amount"], made["_shown"]["type"], made["_shown"]["city"]) == ("织机软件", "1200.5", "Agent", "Beijing")
    assert api.get("/contact").json["data"][0]["name"] == "王芳"


@pytest.mark.parametrize(("file", "why"), [("Nickname\nx\n", "“Nickname” is not a field here"), ("Name,name\na,b\n", "stands twice")])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_header_is_refused_by_name(browser: Browser, file: str, why: str) -> None:
    page = checked(browser, "salutation", file)
    assert page.status_code == 422
    assert why in words(page.text)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_who_may_not_keep_a_list_may_not_import_it(app: Flask, browser: Browser, installed: Database) -> None:
    with installed.writing() as conn:
        accounts.add_user(conn, "user", PASSWORD, "user")
    user = Browser(app)
    user.sign_in("user")
    assert user.get("/salutation/import").status_code == 403
    assert checked(user, "salutation", "Name\nX\n").status_code == 403
    assert "/salutation/import" not in user.get("/salutation/").text
    assert user.get("/salutation/export?format=csv").status_code == 200
    assert "/customer/import" in user.get("/customer/").text


def test_the_command_line_exports_checks_and_imports(
    installed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with installed.writing() as conn:
        accounts.add_user(conn, "admin", PASSWORD, "administrator")
    monkeypatch.setenv("FIELDLOOM_DATABASE_URL", url_of(installed))
    monkeypatch.setenv("FIELDLOOM_INSTANCE", str(tmp_path))
    file = tmp_path / "salutations.xlsx"
    assert cli.main(["export", "salutation", str(file)]) == 0
    held = sheets.read(file.read_bytes())
    assert [cells[1] for _, cells in held.rows][:2] == ["Mr", "Ms"]
    more = [*(cells for _, cells in held.rows), ("", "Madam", *[""] * (len(held.header) - 2))]
    file.write_bytes(sheets.write("xlsx", held.header, more, "x"))
    assert cli.main(["import", "salutation", str(file), "--dry-run"]) == 0
    assert "This would happen: 1 new, 0 changed, 7 unchanged." in capsys.readouterr().out
    assert cli.main(["import", "salutation", str(file)]) == 0
    assert "Imported: 1 new" in capsys.readouterr().out
    file.with_suffix(".csv").write_text("Name,Position\nX,far\n", encoding="utf-8")
    assert cli.main(["import", "salutation", str(file.with_suffix(".csv"))]) == 1
    told = capsys.readouterr()
    assert "row 2, Position: “Position”: “far” is not a number." in told.err
    assert cli.main(["export", "salutation", str(file), "--user", "nobody"]) == 1
