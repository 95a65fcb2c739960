"""What a file would change: three ways, so that nobody's newer work is lost and nothing untouched is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from engine.i18n.exchange import Line, Upload
from engine.i18n.languages import sentence_key
from engine.i18n.merge import MODES, Mode, chosen, compare
from engine.metadata.label_store import Kept
from tests.engine.i18n.books import COUNTED, HELLO, NAME, OTHER, a_book

NOW, THEN, MINE = Kept("jetzt", "Name"), Kept("damals", "Name"), "meins"


def line(key: str = NAME, text: str = MINE, source: str = "Name", *, fuzzy: bool = False) -> Line:
    """A line of a file."""
    return Line(key, source, text, fuzzy, 9)


CASES: dict[str, tuple[Kept | None, Mapping[str, Kept | None], Line, str]] = {
    "nothing here, something there": (None, {}, line(), "new"),
    "nothing on both sides": (None, {}, line(text=""), "same"),
    "nothing there": (NOW, {}, line(text=""), "same"),
    "the same": (NOW, {}, line(text="jetzt"), "same"),
    "another text": (NOW, {}, line(), "changed"),
    "the same, marked as wrong in the file": (NOW, {}, line(text="jetzt", fuzzy=True), "changed"),
    "the same, no longer wrong in the file": (Kept("jetzt", "Name", "needs_editing"), {}, line(text="jetzt"), "changed"),
    "confirmed after its English changed": (Kept("jetzt", "Title"), {}, line(text="jetzt"), "changed"),
    "left after its English changed": (Kept("jetzt", "Title"), {}, line(text="jetzt", fuzzy=True), "same"),
    "changed here only": (NOW, {NAME: THEN}, line(text="damals"), "newer"),
    "made here only": (NOW, {NAME: None}, line(text=""), "same"),
    "changed on both sides": (NOW, {NAME: THEN}, line(), "conflict"),
    "made on both sides": (NOW, {NAME: None}, line(), "conflict"),
    "changed on both sides to the same": (NOW, {NAME: THEN}, line(text="jetzt"), "same"),
    "taken away here, changed there": (None, {NAME: THEN}, line(), "new"),
    "nobody knows it": (None, {}, line("field.gone.name.label"), "unknown"),
    "nobody knows it, and it says nothing": (None, {}, line("field.gone.name.label", ""), "same"),
    "it fails": (None, {}, line(text="{0}"), "failing"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_line_is_compared(case: str) -> None:
    kept, since, told, kind = CASES[case]
    found = compare(a_book("de", {NAME: kept} if kept else None), Upload((told,)), since)
    counted = ["same"] * found.same + ["newer"] * found.newer + [row.kind for row in found.rows]
    assert counted == ([kind] if case != "nobody knows it, and it says nothing" else [])


def test_a_shipped_sentence_that_only_changed_here_is_newer() -> None:
    book = a_book("de", {HELLO: Kept("Servus %(name)s", "Hello %(name)s")})
    entry = book.entries[HELLO]
    shipped = {HELLO: type(entry)(entry.unit, entry.kept, "Hallo %(name)s")}
    found = compare(type(book)(book.language, shipped), Upload((line(HELLO, "Hallo %(name)s", "Hello %(name)s"),)), {HELLO: None})
    assert (found.rows, found.newer) == ([], 1)


TAKEN: dict[Mode, dict[str, str]] = {
    "fill": {OTHER: "translated"},
    "overwrite": {NAME: "translated", OTHER: "translated"},
    "needs_editing": {NAME: "needs_editing", OTHER: "needs_editing"},
}


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_says_what_is_taken(mode: Mode) -> None:
    found = compare(a_book("de", {NAME: NOW}), Upload((line(), line(OTHER), line("gone"), line(HELLO, "{x}"))), {})
    assert {key: kept.state for key, kept in chosen(found, mode).items() if kept} == TAKEN[mode]
    assert OTHER not in chosen(found, mode, without=[OTHER])


def test_a_conflict_is_taken_only_where_it_is_asked_for() -> None:
    found = compare(a_book("de", {NAME: NOW}), Upload((line(),)), {NAME: THEN})
    assert chosen(found, "overwrite") == {}
    assert chosen(found, "fill", taking=[NAME]) == {NAME: Kept(MINE, "Name")}


def test_what_was_made_from_an_older_english_needs_editing_by_itself() -> None:
    found = chosen(compare(a_book("de"), Upload((line(source="Title"),)), {}), "fill")
    assert found[NAME] == Kept(MINE, "Title")
    assert a_book("de", {NAME: Kept(MINE, "Title")}).entries[NAME].state == "needs_editing"


@pytest.mark.parametrize("source", ["Welcome, %(name)s", "Hello", f"{COUNTED}"])
def test_a_sentence_beside_the_english_of_another_stays_with_its_own_key(source: str) -> None:
    """Else a text whose values were checked against one sentence would be said in place of another."""
    sent, told = Upload((line(HELLO, "Hallo %(name)s", source),)), Kept("Hallo %(name)s", "Hello %(name)s", "needs_editing")
    assert chosen(compare(a_book("de"), sent, {}), "fill") == {HELLO: told}
    again = compare(a_book("de", {HELLO: told}), sent, {})
    assert (again.rows, again.same) == ([], 1)


def test_the_former_english_of_a_file_is_kept() -> None:
    told = replace(line(fuzzy=True), former="Title")
    found = chosen(compare(a_book("de"), Upload((told,)), {}), "fill")
    assert found[NAME] == Kept(MINE, "Title", "needs_editing")


def test_sentences_are_their_own_keys() -> None:
    assert sentence_key("Save") != sentence_key("save")
