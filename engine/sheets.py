"""Tables in files: CSV and XLSX, read into texts and written so that no cell is taken for a formula.

Knows nothing of records. A cell whose text a spreadsheet program would run (it starts with `= + - @`, a tab or a line
break) is written with an apostrophe before it; reading takes it away again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine import workbook
from engine.errors import BadUpload
from engine.messages import M_

DANGEROUS = "=+-@\t\r\n＝＋－＠"
"""What a formula starts with, also in the full-width forms that input methods type."""
_XLSX = b"PK\x03\x04"
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

Cell = str | int | float
"""What is written: a number stays one, a text is guarded."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header, and the rows under it that are not empty, each with its line in the file (the header is line 1)."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def guarded(text: str) -> str:
    """The text as a cell that no program runs; `unguarded` gives it back."""
    return f"'{text}" if text.lstrip("'")[:1] in DANGEROUS and text.lstrip("'") else text


def unguarded(text: str) -> str:
    """The text that was guarded."""
    return text[1:] if text.startswith("'") and text.lstrip("'") and text.lstrip("'")[:1] in DANGEROUS else text


def read(content: bytes) -> Sheet:
    """The first sheet of a file. Raises BadUpload."""
    lines = _read_xlsx(content) if content.startswith(_XLSX) else _read_csv(content)
    table = [(at, tuple(unguarded(cell) for cell in line)) for at, line in enumerate(lines, start=1)]
    filled = [(at, line) for at, line in table if any(cell.strip() for cell in line)]
    if not filled:
        raise BadUpload(M_("This file holds nothing."))
    header = [cell.strip() for cell in filled[0][1]]
    while header and not header[-1]:
        header.pop()
    return Sheet(tuple(header), tuple((at, (*line[: len(header)], *[""] * (len(header) - len(line)))) for at, line in filled[1:]))


def _read_csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    first = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise BadUpload(M_("This is no CSV file that can be read: %(reason)s.", reason=str(error))) from None


def _decoded(content: bytes) -> str:
    """Text in UTF-8, UTF-16 with its mark, or what Chinese spreadsheets write. Raises BadUpload."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadUpload(M_("This is neither a CSV nor an XLSX file."))


def _read_xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        yield from workbook.read(content)
    except workbook.NoWorkbook:
        raise BadUpload(M_("This is no XLSX file that can be read.")) from None
    except workbook.TooLarge:
        raise BadUpload(M_("This file is too large.")) from None


def write(kind: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    """A file of that kind (csv, xlsx)."""
    return _write_xlsx(header, rows, title) if kind == "xlsx" else _write_csv(header, rows)


def _write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with its mark, without which spreadsheet programs show Chinese as noise."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in (header, *rows):
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _write_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    from xlsxwriter import Workbook

    out = io.BytesIO()
    told = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, told) as book:
        sheet = book.add_worksheet("".join(char for char in title if char not in "[]:*?/\\'")[:31] or "1")
        bold = book.add_format({"bold": True, "bottom": 1})
        for column, name in enumerate(header):
            sheet.write_string(0, column, guarded(name), bold)
            sheet.set_column(column, column, 18)
        sheet.freeze_panes(1, 0)
        for at, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, guarded(cell)) if cell else None
                else:
                    sheet.write_number(at, column, cell)
    return out.getvalue()
