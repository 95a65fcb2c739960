"""Tables of translations for those who prefer sheets: CSV, and XLSX for the usual programs. Columns are found by their names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from engine import workbook
from engine.i18n.book import Book, Entry
from engine.i18n.exchange import BadFile, Line, Upload, check_language, check_repeats, decoded, moment
from engine.i18n.language import Language
from engine.i18n.plurals import Plurals, plurals
from engine.i18n.po import notes
from engine.messages import M_
from engine.metadata.label_store import FORM_MARK

KEY, SOURCE, PLURAL, STATE, NOTE, EXPORTED, LANGUAGE = "key", "english", "english (many)", "state", "note", "exported", "language"
TEXT = "translation"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a sheet would calculate, or swallow, at the start of a cell."""


def _columns(told: Plurals) -> list[str]:
    """The columns of the translation: the first is that of a text that does not count, too."""
    return [TEXT, *(f"{TEXT} ({category})" for category in told.categories[1:])]


def _rows(book: Book, entries: Iterable[Entry], when: datetime) -> Iterator[list[str]]:
    yield [KEY, SOURCE, PLURAL, *_columns(book.plurals), STATE, NOTE, EXPORTED, LANGUAGE]
    blank = [""] * len(book.plurals.categories)
    for one in entries:
        source, _, many = one.unit.source.partition(FORM_MARK)
        forms = [*one.forms(book.plurals), *blank][: len(blank)]
        yield [one.unit.key, source, many, *forms, one.state, "; ".join(notes(one.unit)), when.isoformat(), book.language.tag]


def csv_written(book: Book, entries: Iterable[Entry], when: datetime) -> str:
    """A CSV file that opens in the usual programs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([_guarded(cell) for cell in row] for row in _rows(book, entries, when))
    return f"\ufeff{out.getvalue()}"


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def xlsx_written(book: Book, entries: Iterable[Entry], when: datetime) -> bytes:
    """An XLSX file: all cells are text."""
    import xlsxwriter  # here: only who asks for a sheet needs it

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        sheet = workbook.add_worksheet(book.language.tag)
        text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        head = workbook.add_format({"bold": True})
        for place, row in enumerate(_rows(book, entries, when)):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell, text if place else head)
        sheet.set_column(0, 0, 32)
        sheet.set_column(1, 2 + len(book.plurals.categories), 44)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def csv_read(content: bytes, language: Language) -> Upload:
    """What a CSV file holds for a language; commas, semicolons or tabs separate. Raises BadFile."""
    text = decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max((";", "\t", ","), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            rows.append((line, [_unguarded(cell) for cell in row]))
            line = reader.line_num + 1
    except csv.Error:
        raise BadFile([(line, M_("This is not how a CSV file is written."))]) from None
    return _upload(rows, language)


def xlsx_read(content: bytes, language: Language) -> Upload:
    """What the first sheet of an XLSX file holds for a language. Raises BadFile."""
    try:
        rows = workbook.read(content)
    except workbook.TooLarge:
        raise BadFile([(None, M_("The sheet is too large."))]) from None
    except workbook.NoWorkbook:
        raise BadFile([(None, M_("This is no XLSX file."))]) from None
    return _upload(list(enumerate(rows, start=1)), language)


def _upload(rows: Sequence[tuple[int, list[str]]], language: Language) -> Upload:
    head = [cell.strip().casefold() for cell in rows[0][1]] if rows else []
    columns = _columns(plurals(language.tag))
    if missing := [name for name in (KEY, TEXT) if name not in head]:
        raise BadFile([(1, M_("The column “%(name)s” is missing.", name=missing[0]))])
    place = {name: head.index(name) for name in (KEY, SOURCE, PLURAL, *columns, STATE, EXPORTED, LANGUAGE) if name in head}
    lines, exported = [], None
    for number, row in rows[1:]:
        told = {name: row[column] if column < len(row) else "" for name, column in place.items()}
        if not told[KEY].strip():
            continue
        check_language(told.get(LANGUAGE, ""), language)
        exported = exported or moment(told.get(EXPORTED))
        lines.append(_line(told, columns, number))
    check_repeats(lines)
    return Upload(tuple(lines), exported)


def _line(told: dict[str, str], columns: Sequence[str], number: int) -> Line:
    many = told.get(PLURAL, "")
    source = FORM_MARK.join(filter(None, (told.get(SOURCE, ""), many)))
    text = FORM_MARK.join(told.get(name, "") for name in columns) if many else told[TEXT]
    fuzzy = told.get(STATE, "").strip().casefold() == "needs_editing"
    return Line(told[KEY].strip(), source, text if text.strip(FORM_MARK) else "", fuzzy, number)
