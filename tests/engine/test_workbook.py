"""XLSX files from outside: a small file that makes room for everything is refused before the library makes that room."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from time import process_time
from typing import Any

import pytest
import xlsxwriter

from engine import workbook
from engine.workbook import NoWorkbook, TooLarge

SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
FOOT = "</sheetData></worksheet>"


def made(fill: Callable[[Any, Any], object]) -> bytes:
    """A file as a spreadsheet program writes it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        fill(book, book.add_worksheet())
    return out.getvalue()


def changed(**parts: str | bytes | None) -> bytes:
    """A small file with some parts in another shape; None takes one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made(lambda _, sheet: sheet.write(0, 0, "a")))) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as into:
        names = [name for name in packed.namelist() if name not in parts]
        for name in names:
            into.writestr(name, packed.read(name))
        for name, told in parts.items():
            if told is not None:
                into.writestr(name, told)
    return out.getvalue()


def sheet(rows: str) -> dict[str, str]:
    """The first sheet with these rows."""
    return {SHEET: f"{HEAD}{rows}{FOOT}"}


FAR: dict[str, bytes] = {
    "a cell far down and right": made(lambda _, one: (one.write(0, 0, "a"), one.write(1_000_000, 16_000, "x"))),
    "a cell far down": made(lambda _, one: (one.write(0, 2, "a"), one.write(1_000_000, 0, "x"))),
    "a row far down": changed(**sheet('<row r="1048576"><c><v>1</v></c><c r="C1048576"><v>1</v></c></row>')),
    "a cell that no sheet has": changed(**sheet('<row r="1"><c r="ZZZZZZZZ99999999"><v>1</v></c></row>')),
    "a name in another shape": changed(**sheet('<x:row xmlns:x="u" r="1"><x:c r="XFD999999"><x:v>1</x:v></x:c></x:row>')),
    "letters written as numbers": changed(**sheet('<row r="1"><c r="&#88;FD999999"><v>1</v></c></row>')),
}
RELATIONS = '<Relationships><Relationship Id="rId1" Type="image" Target="worksheets/sheet1.bin"/></Relationships>'
BAD: dict[str, bytes] = {
    "nothing": b"",
    "a sheet that is no XML": changed(**{SHEET: f"{HEAD}<row>{FOOT}"}),
    "a sheet with entities of its own": changed(**{SHEET: f'<!DOCTYPE x [<!ENTITY a "b">]>{HEAD}{FOOT}'}),
    "a sheet that hides as something else": changed(**{"xl/worksheets/sheet1.bin": f"{HEAD}{FOOT}", "xl/_rels/workbook.xml.rels": RELATIONS}),
    "another program's file": changed(**{"content.xml": "<office/>"}),
    "no workbook": changed(**{"xl/workbook.xml": None}),
}


@pytest.mark.parametrize("case", FAR)
def test_a_file_that_makes_room_for_too_much_is_refused(case: str) -> None:
    assert len(FAR[case]) < 20_000
    with pytest.raises(TooLarge):
        workbook.read(FAR[case])


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_looked_through_is_refused(case: str) -> None:
    with pytest.raises(NoWorkbook):
        workbook.read(BAD[case])


def test_cells_come_as_they_would_stand_in_a_csv_file() -> None:
    def fill(book: Any, one: Any) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        one.write_row(0, 0, ["文", 2026, 1.5, True])
        one.write_datetime(0, 4, date(2026, 11, 25), day)
        one.write_formula(0, 5, "=1+1", None, 2)
        one.merge_range(1, 0, 2, 1, "merged")
        one.write_comment(0, 0, "a note")
        one.insert_image(4, 0, "x.png", {"image_data": io.BytesIO(PICTURE)})
        one.set_column(0, 16_383, 20)
        one.write_blank(1_000_000, 0, None, day)  # coloured, but empty

    found = workbook.read(made(fill))
    assert found[:3] == [["文", "2026", "1.5", "true", "2026-11-25", "2"], ["merged", *[""] * 5], [""] * 6][: len(found)]
    assert len(found) <= 3


def test_a_large_sheet_is_looked_through_in_little_time() -> None:
    rows = "".join(f'<row r="{row}">' + '<c t="inlineStr"><is><t>a</t></is></c>' * 10 + "</row>" for row in range(1, 20_001))
    before = process_time()
    assert len(workbook.read(changed(**sheet(rows)))) == 20_000
    assert process_time() - before < 5


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
