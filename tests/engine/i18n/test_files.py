"""PO, CSV and XLSX files of translations: what goes out comes back, other tools read it, hostile files are refused."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from gettext import GNUTranslations
from pathlib import Path
from time import process_time
from typing import Any

import polib
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from engine.i18n import po, sheets
from engine.i18n.book import Book
from engine.i18n.exchange import MOST_BYTES, BadFile, Upload
from engine.i18n.language import Language
from engine.i18n.merge import compare
from engine.i18n.plurals import plurals
from engine.metadata.label_store import FORM_MARK, Kept, State
from tests.conftest import absent
from tests.engine.i18n.books import COUNTED, FILES, HELLO, HELP, NAME, ROW, UNITS, a_book
from tools import gettext

WHEN = datetime(2026, 11, 25, 20, 0, 1, 250, tzinfo=UTC)


def as_csv(book: Book) -> bytes:
    """The whole book as CSV."""
    return sheets.csv_written(book, book.entries.values(), WHEN).encode()


def as_po(book: Book) -> bytes:
    """The whole book as PO."""
    return po.written(book, book.entries.values(), WHEN).encode()


def as_xlsx(book: Book) -> bytes:
    """The whole book as XLSX."""
    return sheets.xlsx_written(book, book.entries.values(), WHEN)


FORMATS: dict[str, tuple[Callable[[Book], bytes], Callable[[bytes, Language], Upload]]] = {
    "po": (as_po, po.read),
    "csv": (as_csv, sheets.csv_read),
    "xlsx": (as_xlsx, sheets.xlsx_read),
}

# Any text a translator can type: no control characters; XLSX knows none of the last two either.
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff") | st.sampled_from("\n\t=+-@'\"\\%{"), min_size=1
)
STATES: st.SearchStrategy[State] = st.sampled_from(("translated", "needs_editing", "approved"))


@st.composite
def books(draw: st.DrawFn) -> Book:
    """A book in some language with any translations."""
    tag = draw(st.sampled_from(["zh-Hans", "de", "pl", "ar", "pt-BR"]))
    kept = {}
    for unit in UNITS:
        if draw(st.booleans()):
            count = len(plurals(tag).categories) if FORM_MARK in unit.source else 1
            forms = [draw(TEXTS) for _ in range(count)]
            source = draw(st.sampled_from([unit.source, "Old"]))
            kept[unit.key] = Kept(FORM_MARK.join(forms), source, draw(STATES))
    return a_book(tag, kept)


@pytest.mark.parametrize("kind", FORMATS)
@given(book=books())
def test_what_goes_out_comes_back_and_changes_nothing(kind: str, book: Book) -> None:
    write, read = FORMATS[kind]
    upload = read(write(book), book.language)
    assert upload.exported == WHEN
    assert {line.key: line.text for line in upload.lines} == {key: one.text for key, one in book.entries.items()}
    found = compare(book, upload, {})
    assert [row.kind for row in found.rows if row.kind != "failing"] == []


def test_a_po_file_is_what_editors_expect() -> None:
    kept = {NAME: Kept("Nazwa", "Name"), HELP: Kept("Pomoc", "Old help", "approved"), FILES: Kept("a\x1fb\x1fc", COUNTED, "needs_editing")}
    text = as_po(a_book("pl", kept)).decode()
    told = polib.pofile(text)
    entries = {entry.msgctxt or entry.msgid: entry for entry in told}
    assert told.metadata["Plural-Forms"].startswith("nplurals=3;")
    assert told.metadata["Language"] == "pl"
    name, helped = entries[NAME], entries[HELP]
    assert (name.msgid, name.msgstr, name.fuzzy) == ("Name", "Nazwa", False)
    assert [place for place, _ in name.occurrences] == ["meta:customer.name"]
    assert name.comment == "type: label, text; group: basic\nlength: 120, fits in one line: 40"
    assert (helped.fuzzy, helped.previous_msgid) == (True, "Old help")
    hello = entries["Hello %(name)s"]
    assert hello.msgctxt is None
    assert hello.flags == ["python-format"]
    assert hello.comment.startswith("on a page\n")
    counted = entries["%(n)s file of %(name)s"]
    assert counted.fuzzy
    assert counted.msgstr_plural == {0: "a", 1: "b", 2: "c"}


@pytest.mark.parametrize("tag", ["zh-Hans", "de", "pl", "ar", "cy", "lv"])
def test_gettext_accepts_the_file(tag: str, tmp_path: Path) -> None:
    msgfmt = gettext.find()
    if msgfmt is None:
        absent("FIELDLOOM_REQUIRE_GETTEXT", gettext.SENTENCE)
    forms = FORM_MARK.join(["%(n)s: %(name)s"] * len(plurals(tag).categories))
    book = a_book(tag, {NAME: Kept("甲“\n”", "Old"), HELP: Kept("Pomoc\nb", UNITS[2].source), FILES: Kept(forms, COUNTED)})
    path = tmp_path / "x.po"
    path.write_bytes(as_po(book))
    done = subprocess.run([str(msgfmt), "-c", "-o", str(tmp_path / "x.mo"), str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def edited(book: Book, **texts: str) -> bytes:
    """The file as an ordinary editor saves it: wrapped otherwise, with its own headers, some texts changed."""
    told = polib.pofile(as_po(book).decode(), wrapwidth=40)
    told.metadata["X-Generator"] = "Poedit 3.5"
    for entry in told:
        if (entry.msgctxt or entry.msgid) in texts:
            entry.msgstr = texts[entry.msgctxt or entry.msgid]
            entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
            entry.previous_msgid = None
    return str(told).replace("\n", "\r\n").encode()


def test_export_edit_import_changes_exactly_the_edited_rows() -> None:
    book = a_book("de", {NAME: Kept("Name", "Name"), HELP: Kept("Hilfe", "Old", "approved"), ROW: Kept("=2", "=1+1")})
    upload = po.read(edited(book, **{NAME: "Firma", HELP: "Hilfe\n„zwei“\\", "Hello %(name)s": "Hallo %(name)s"}), book.language)
    found = compare(book, upload, {})
    assert [(row.kind, row.line.key) for row in found.rows] == [("changed", NAME), ("changed", HELP), ("new", HELLO)]
    assert found.same == 3


def test_forms_in_another_order_arrive_where_they_belong() -> None:
    book = a_book("ar", {FILES: Kept(FORM_MARK.join(f"{name} %(n)s %(name)s" for name in plurals("ar").categories), COUNTED)})
    told = polib.pofile(as_po(book).decode())
    told.metadata["Plural-Forms"] = "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100<=2 ? 4 : 5;"
    counted = next(entry for entry in told if entry.msgid_plural)
    counted.msgstr_plural[4], counted.msgstr_plural[5] = counted.msgstr_plural[5], counted.msgstr_plural[4]
    assert compare(book, po.read(str(told).encode(), book.language), {}).rows == []


@pytest.mark.parametrize("tag", ["ar", "pl", "cy", "sl", "zh-Hans"])
def test_every_tool_that_reads_the_formula_of_the_file_says_the_right_form(tag: str) -> None:
    """What GNU gettext speaks from our file, for any number, is the form of its CLDR category."""
    told = plurals(tag)
    book = a_book(tag, {FILES: Kept(FORM_MARK.join(told.categories), COUNTED)})
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(as_po(book))))
    compiled.seek(0)
    catalog = GNUTranslations(compiled)
    one, many = COUNTED.split(FORM_MARK)
    said = [catalog.ngettext(one, many, number) for number in range(500)]
    assert said == [book.language.locale.plural_form(number) for number in range(500)]


def test_a_file_that_tells_more_forms_apart_is_read() -> None:
    """Some projects give Russian a fourth form for exactly one; what we have no place for is left out."""
    head = HEAD.replace("Language: de", "Language: ru").replace(
        "nplurals=2; plural=(n != 1)",
        "nplurals=4; plural=n==1 ? 3 : n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2",
    )
    language = a_book("ru").language
    found = po.read(f'{head}{COUNTED_ENTRY}msgstr[2] "c"\nmsgstr[3] "d"\n'.encode(), language)
    assert found.lines[0].text == FORM_MARK.join("abc")
    with pytest.raises(BadFile, match="plural form number 4"):
        po.read(f'{head}{COUNTED_ENTRY}msgstr[4] "e"\n'.encode(), language)


HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: de\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
COUNTED_ENTRY = f'msgid "{UNITS[5].source.split(FORM_MARK)[0]}"\nmsgid_plural "x"\nmsgstr[0] "a"\nmsgstr[1] "b"\n'
HOSTILE: dict[str, tuple[bytes, int | None]] = {
    "nothing": (b"", 1),
    "not a PO file": (b"hello\nworld\n", 1),
    "the name of a file": (b"/etc/passwd", 1),
    "the name of a file that waits": (b"/dev/zero msgid", 1),
    "Chinese of another encoding": (HEAD.encode() + 'msgid "a"\nmsgstr "名称"\n'.encode("gb18030"), 8),
    "UTF-16": (HEAD.encode("utf-16"), 1),
    "a quotation mark left open": ((HEAD + 'msgid "a"\nmsgstr "b\n').encode(), 8),
    "a line of nonsense": ((HEAD + 'msgid "a"\nnonsense\nmsgstr "b"\n').encode(), 8),
    "the same text twice": ((HEAD + 'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n').encode(), 10),
    "plural forms that divide by nothing": ((HEAD.replace("(n != 1)", "n/0") + COUNTED_ENTRY).encode(), 1),
    "plural forms that are code": ((HEAD.replace("(n != 1)", "__import__('os')") + COUNTED_ENTRY).encode(), 1),
    "plural forms beyond their number": ((HEAD.replace("(n != 1)", "n") + COUNTED_ENTRY).encode(), 1),
    "a plural form too many": ((HEAD + COUNTED_ENTRY + 'msgstr[2] "c"\n').encode(), 7),
    "no header for plural forms": (COUNTED_ENTRY.encode(), 1),
    "another language": (HEAD.replace("Language: de", "Language: fr").encode() + b'msgid "a"\nmsgstr "b"\n', None),
    "too large": (HEAD.encode() + b'msgid "a"\nmsgstr "' + b"b" * MOST_BYTES + b'"\n', None),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_po_file_is_refused_and_the_line_is_told(case: str) -> None:
    content, line = HOSTILE[case]
    with pytest.raises(BadFile) as refused:
        po.read(content, a_book("de").language)
    assert refused.value.mistakes[0][0] == line


def test_a_formula_that_tells_fewer_forms_apart_needs_editing() -> None:
    """An editor that took its Plural-Forms from English: one form of Russian stands for two, and one is never said."""
    head = HEAD.replace("Language: de", "Language: ru")
    found = po.read(f'{head}{COUNTED_ENTRY}\nmsgid "a"\nmsgstr "b"\n'.encode(), a_book("ru").language)
    assert [(line.text, line.fuzzy) for line in found.lines] == [(FORM_MARK.join("bbb"), True), ("b", False)]


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01", "soon"])
def test_a_file_may_say_any_nonsense_of_when_it_was_written(when: str) -> None:
    found = po.read(HEAD.replace('"Language', f'"{po.EXPORTED}: {when}\\n"\n"Language').encode(), a_book("de").language)
    assert found.exported is None
    assert sheets.csv_read(f"key,translation,exported\nx,y,{when}\n".encode(), a_book("de").language).exported is None


def test_a_line_of_spaces_is_read_as_fast_as_any_other() -> None:
    content = f'{HEAD}msgid "a"\nmsgstr "b"{" " * 300_000}x\n'
    before = process_time()
    with pytest.raises(BadFile) as refused:
        po.read(content.encode(), a_book("de").language)
    assert refused.value.mistakes[0][0] == 8
    assert process_time() - before < 2


@pytest.mark.parametrize("line", ['"a"', "#. a", "#~ msgid"])
def test_a_text_of_endless_lines_is_refused(line: str) -> None:
    content = f'{HEAD}msgid "a"\nmsgstr ""\n' + f"{line}\n" * 5_000
    with pytest.raises(BadFile, match="more than 2000 lines") as refused:
        po.read(content.encode(), a_book("de").language)
    assert refused.value.mistakes[0][0] == 8 + po.MOST_JOINED + 1


def test_the_english_before_it_changed_comes_back() -> None:
    book = a_book("pl", {HELP: Kept("Pomoc", "Old help", "needs_editing"), FILES: Kept("a\x1fb\x1fc", "x\x1fold", "needs_editing")})
    told = {line.key: line.former for line in po.read(as_po(book), book.language).lines}
    assert (told[NAME], told[HELP], told[FILES]) == ("", "Old help", "x\x1fold")


FAILING: dict[str, tuple[str, str]] = {
    "a lost value": ("Hallo", "placeholder_missing"),
    "a strange value": ("Hallo %(name)s %(password)s", "placeholder_unknown"),
    "an attack on a format": ("Hallo %(name)s {0.__class__.__init__.__globals__}", "placeholder_unknown"),
    "an endless entry": ("Hallo %(name)s " + "x" * 100_000, "too_long"),
    "a control character": ("Hallo %(name)s\x07", "control"),
    "a direction that is never switched back": ("Hallo %(name)s \u202e", "direction"),
}


@pytest.mark.parametrize("case", FAILING)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_failing_line_is_told_with_its_number_and_never_taken(kind: str, case: str) -> None:
    text, code = FAILING[case]
    if kind == "xlsx" and (len(text) > 30_000 or "\x07" in text):
        pytest.skip("No sheet can hold this.")
    book = a_book("de", {HELLO: Kept(text, "Hello %(name)s")})
    write, read = FORMATS[kind]
    upload = read(write(book), book.language)
    found = compare(a_book("de"), upload, {})
    assert [row.kind for row in found.rows] == ["failing"]
    assert [one.code for one in found.rows[0].findings if one.level == "error"] == [code]
    assert found.rows[0].line.number > 1


def workbook(**parts: str) -> bytes:
    """A zip that calls itself a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return out.getvalue()


SHEETS: dict[str, tuple[Callable[[bytes, Language], Any], bytes]] = {
    "no columns": (sheets.csv_read, b"a,b\n1,2\n"),
    "no rows": (sheets.csv_read, b""),
    "a quotation mark left open": (sheets.csv_read, b'key,translation\nx,"y\n'),
    "another encoding": (sheets.csv_read, "key,translation\nx,名称\n".encode("utf-16")),
    "another language": (sheets.csv_read, b"key,translation,language\nx,y,fr\n"),
    "a key twice": (sheets.csv_read, b"key,translation\nx,y\nx,z\n"),
    "text for a sheet": (sheets.xlsx_read, b"key,translation\nx,y\n"),
    "a zip for a sheet": (sheets.xlsx_read, workbook(a="b")),
    "a zip of a broken sheet": (sheets.xlsx_read, workbook(**{"xl/workbook.xml": "<nonsense", "[Content_Types].xml": "<x"})),
    "a bomb for a sheet": (sheets.xlsx_read, workbook(**{"xl/workbook.xml": " " * (210 * 2**20)})),
}


@pytest.mark.parametrize("case", SHEETS)
def test_a_hostile_sheet_is_refused(case: str) -> None:
    read, content = SHEETS[case]
    with pytest.raises(BadFile):
        read(content, a_book("de").language)


def test_a_sheet_calculates_nothing() -> None:
    text = as_csv(a_book("de", {ROW: Kept("=HYPERLINK(1)", "=1+1")})).decode("utf-8-sig")
    assert not [cell for line in text.splitlines() for cell in line.split(",") if cell.startswith(("=", "+", "@", '"='))]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_sheet_of_another_program_is_read(separator: str) -> None:
    lines = [["Translation", "note", "KEY"], ["Firma", "x", NAME], ["", "", ""], ["Hilfe", "", HELP]]
    upload = sheets.csv_read("\r\n".join(separator.join(line) for line in lines).encode(), a_book("de").language)
    assert [(line.key, line.text, line.number) for line in upload.lines] == [(NAME, "Firma", 2), (HELP, "Hilfe", 4)]
