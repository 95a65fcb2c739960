"""The book of a language: every text with its translation and state, the changed source noticed by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polib
import pytest

from engine.i18n.book import Book, open_book
from engine.i18n.languages import load, sentence_key
from engine.metadata import label_store, rows, store
from engine.metadata.database import Database
from engine.metadata.label_store import Kept
from engine.service import shipped_labels
from tests.databases import LOCALES

NAME = "field.customer.name.label"


def book(database: Database, tag: str = "zh-Hans", folder: Path = LOCALES) -> Book:
    """A language's book as it stands."""
    with database.reading() as conn:
        catalog = store.load(conn)
        return open_book(conn, catalog, rows.load(conn, catalog, store.read_version(conn)), folder, load(conn, 1).all[tag])


def keep(database: Database, key: str, kept: Kept | None, tag: str = "zh-Hans") -> None:
    """Keep a label."""
    with database.writing() as conn:
        label_store.write(conn, tag, {key: kept}, "edit")


def test_a_book_holds_all_that_has_a_label_and_all_sentences(shared_database: Database) -> None:
    found = book(shared_database)
    kinds = {one.unit.kind for one in found.entries.values()}
    assert kinds >= {"entity label", "entity plural", "heading", "label", "help", "row", "sentence"}
    assert found.entries[NAME].unit.source == "Customer name"
    assert found.entries[sentence_key("Save")].text == "保存"
    assert "row.salutation.ms.name" in found.entries


def test_every_label_that_ships_is_in_the_book(shared_database: Database) -> None:
    """A new kind of label must be known to `engine.metadata.units`, or translators never see it."""
    shipped = {entry.msgctxt for entry in polib.pofile(str(LOCALES / "zh_Hans" / "LC_MESSAGES" / "meta.po")) if not entry.obsolete}
    assert shipped - set(book(shared_database).entries) == set()


def test_the_shipped_chinese_is_complete(installed: Database) -> None:
    found = book(installed)
    assert [key for key, one in found.entries.items() if one.state != "translated"] == []
    assert found.coverage == 100


STATES: dict[str, tuple[Kept | None, str]] = {
    "nothing kept": (None, "missing"),
    "kept": (Kept("名", "Customer name"), "translated"),
    "approved": (Kept("名", "Customer name", "approved"), "approved"),
    "marked": (Kept("名", "Customer name", "needs_editing"), "needs_editing"),
    "its English has changed": (Kept("名", "Title", "approved"), "needs_editing"),
    "an empty text": (Kept("", "Customer name"), "missing"),
}


@pytest.mark.parametrize("case", STATES)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_label_has_a_state(installed: Database, case: str) -> None:
    kept, state = STATES[case]
    keep(installed, NAME, kept)
    entry = book(installed).entries[NAME]
    assert entry.state == state
    assert entry.former == ("Title" if case == "its English has changed" else "")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_readers_do_not_see_what_is_marked_as_wrong(installed: Database) -> None:
    keep(installed, NAME, Kept("错", "Customer name", "needs_editing"))
    with installed.reading() as conn:
        assert store.load(conn).text(NAME, ("zh-Hans",)) == ""
    keep(installed, NAME, Kept("旧", "Title", "translated"))
    with installed.reading() as conn:
        assert store.load(conn).text(NAME, ("zh-Hans",)) == "旧", "what only its English has left behind is better than English"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_two_fields_of_one_heading_that_are_called_the_same_are_told(installed: Database) -> None:
    keep(installed, NAME, Kept("电话", "Customer name"))
    found = book(installed)
    assert "same_label" in [one.code for one in found.findings[NAME]]
    assert found.same_label(found.entries[NAME].unit, "电话")
    assert not found.same_label(found.entries[NAME].unit, "没有")


def shipped(folder: Path, text: str, *flags: str) -> Path:
    """A folder that ships one German label."""
    po = polib.POFile()
    po.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    po.append(polib.POEntry(msgctxt=NAME, msgid="Customer name", msgstr=text, flags=list(flags)))
    po.append(polib.POEntry(msgctxt="field.nothing.name.label", msgid="Customer name", msgstr="x"))
    place = folder / "de" / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    po.save(str(place / "meta.po"))
    return folder


def refreshed(database: Database, folder: Path) -> int:
    """An upgrade brings these labels."""
    with database.writing() as conn:
        return shipped_labels.refresh(conn, store.load(conn), folder)


def test_an_upgrade_never_overwrites_an_installations_own_label(installed: Database, tmp_path: Path) -> None:
    assert refreshed(installed, shipped(tmp_path, "Name A")) == 1
    assert book(installed, "de").entries[NAME].text == "Name A"
    assert refreshed(installed, tmp_path) == 0, "nothing new"
    assert refreshed(installed, shipped(tmp_path, "Name B", "fuzzy")) == 1
    assert book(installed, "de").entries[NAME].state == "needs_editing"
    keep(installed, NAME, replace(Kept("Firma", "Customer name"), shipped="Name B"), "de")
    assert refreshed(installed, shipped(tmp_path, "Name C")) == 1
    entry = book(installed, "de").entries[NAME]
    assert (entry.text, entry.shipped) == ("Firma", "Name C")
    assert refreshed(installed, shipped(tmp_path, "Firma")) == 1
    assert book(installed, "de").entries[NAME].shipped == "", "the same text is no difference"
