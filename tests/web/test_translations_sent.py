"""Files of translations fetched and sent by programs, with a token: taken over in one act, or not at all."""

from __future__ import annotations

from typing import Any

import polib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.i18n import languages
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.label_store import Kept
from engine.service import label_care, people
from tests.databases import LOCALES
from tests.web.conftest import PASSWORD, Browser
from tests.web.translators import CODE, NAME, keep, kept


def program(app: Flask, database: Database, role: str) -> FlaskClient:
    """A program with the token of somebody in that role."""
    people.add(database, f"p-{role}", PASSWORD, role, role)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {people.add_token(database, f'p-{role}', 'test', None)}"
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def sender(app: Flask, installed: Database, translator: Browser) -> FlaskClient:
    """A translator's program."""
    return program(app, installed, "translator")


def fetched(client: FlaskClient, **texts: str) -> bytes:
    """The file, with some texts filled in."""
    po = polib.pofile(client.get("/translate/fr.po").text)
    for entry in po:
        if entry.msgctxt in texts:
            entry.msgstr = texts[entry.msgctxt]
    return str(po).encode()


def sent(client: FlaskClient, content: bytes, query: str = "") -> tuple[int, dict[str, Any]]:
    """The answer's status and what it says."""
    answer = client.put(f"/translate/fr.po{query}", data=content)
    assert answer.is_json
    return answer.status_code, dict(answer.json or {})


def test_a_program_sends_what_is_missing_and_later_what_is_better(sender: FlaskClient, installed: Database) -> None:
    status, told = sent(sender, fetched(sender, **{CODE: "Code client", NAME: "Nom"}))
    assert (status, told["new"], told["taken"], told["live"]) == (200, 2, 2, False)
    assert kept(installed) == Kept("Code client", "Customer code")
    better = fetched(sender, **{CODE: "Numéro"})
    assert sent(sender, better)[1]["taken"] == 0, "to fill in is the usual"
    assert sent(sender, better, "?mode=overwrite&dry_run=true")[1] | {"changed": 1, "taken": 0} == sent(sender, better, "?mode=overwrite&dry_run=true")[1]
    assert sent(sender, better, "?mode=overwrite")[1]["taken"] == 1
    assert getattr(kept(installed), "text", "") == "Numéro"


def test_failing_lines_are_named_and_nothing_is_taken_unless_they_are_skipped(sender: FlaskClient, installed: Database) -> None:
    content = fetched(sender, **{CODE: "Code", NAME: "Nom {0}"})
    line = next(entry.linenum for entry in polib.pofile(content.decode()) if entry.msgctxt == NAME)
    status, told = sent(sender, content)
    assert status == 422
    assert told["errors"] == [{"line": line, "key": NAME, "code": "placeholder_unknown", "detail": "Nothing stands for {0} here."}]
    assert kept(installed) is None
    assert sent(sender, content, "?skip_failing=true")[1]["taken"] == 1
    assert kept(installed, NAME) is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("content", [b"", b"nonsense", "msgid 'x'\n名".encode("gb18030")])
def test_what_is_no_file_is_refused_with_its_line(sender: FlaskClient, content: bytes) -> None:
    status, told = sent(sender, content)
    assert status == 422
    assert told["errors"][0]["line"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("query", ["?mode=everything", "?force=true"])
def test_what_is_not_understood_is_refused(sender: FlaskClient, query: str) -> None:
    assert sent(sender, b"", query)[0] == 400


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_only_a_translators_token_opens_it(app: Flask, installed: Database, sender: FlaskClient, browser: Browser) -> None:
    content = fetched(sender, **{CODE: "Code"})
    assert sent(program(app, installed, "user"), content)[0] == 403
    stranger = app.test_client()
    assert stranger.put("/translate/fr.po", data=content, headers={"Authorization": "Bearer x"}).status_code == 401
    assert browser.client.put("/translate/fr.po", data=content).status_code == 400, "another site cannot send it with somebody's cookie"
    assert kept(installed) is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_file_that_reaches_the_coverage_makes_the_language_live(app: Flask, sender: FlaskClient, installed: Database) -> None:
    with installed.writing() as conn:
        held = languages.load(conn, 0)
        book = label_care.desk(conn, LOCALES).read("fr")
        languages.change(conn, held, "fr", live=False, threshold=1, fallbacks=[])
        store.bump_version(conn)
    labels = [one.unit for one in book.entries.values() if one.unit.kind == "label"]
    assert len(labels) * 100 > len(book.entries)
    assert sent(sender, fetched(sender, **{one.key: f"{one.source} fr" for one in labels}))[1]["live"] is True
    assert '<html lang="fr"' in Browser(app, "fr").get("/sign-in").text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_line_that_fails_waits_until_it_is_put_right(installed: Database, translator: Browser, sender: FlaskClient) -> None:
    """In the browser: the rest is taken over, the workbench leads back to the file, and when nothing is left the file is done with."""
    from tests.web.test_translators_files import uploaded

    keep(installed, CODE, None)
    where = uploaded(translator, fetched(sender, **{CODE: "Code", NAME: "Nom {0}"})).headers["Location"]
    taken = translator.post(where, {"mode": "fill", "action": "take"})
    assert taken.location == where
    page = translator.get(where).text
    assert "Nom {0}" in page
    assert "Leave the rest" in page
    upload = where.rpartition("/")[2]
    seen = translator.get(f"/translate/fr?key={NAME}&upload={upload}").text.split('name="seen" value="', 1)[1][:16]
    done = translator.post(f"/translate/fr?key={NAME}&upload={upload}", {"form": "Nom", "seen": seen, "action": "save"})
    assert done.status_code == 303
    assert "/import/" not in done.headers["Location"]
    assert translator.get(where).status_code == 404
    assert getattr(kept(installed, NAME), "text", "") == "Nom"
