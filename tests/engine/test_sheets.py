"""Tables in files: what is written is read back, and no cell is run."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from engine import sheets
from engine.errors import BadUpload

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "'=1", "''@x", "=cmd|' /C calc'!A0"]
HARMLESS = ["Acme", "it's", "'quoted'", "'", "", "5-3", "a@b.example", "宏远"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_written_as_text(text: str) -> None:
    cell = sheets.guarded(text)
    assert cell.startswith("'")
    assert sheets.unguarded(cell) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert sheets.guarded(text) == text == sheets.unguarded(text)


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    assert sheets.unguarded(sheets.guarded(text)) == text
    assert sheets.guarded(text)[:1] not in tuple(sheets.DANGEROUS)


LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=20).map(str.strip)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@given(rows=st.lists(st.tuples(LINE, LINE.filter(bool)), max_size=5))
def test_a_file_is_read_as_it_was_written(kind: str, rows: list[tuple[str, str]]) -> None:
    found = sheets.read(sheets.write(kind, ["name", "=note"], rows, "People: [all]"))
    assert found.header == ("name", "=note")
    assert [cells for _, cells in found.rows] == rows


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_numbers_stay_numbers(kind: str) -> None:
    found = sheets.read(sheets.write(kind, ["id", "amount"], [[17, -1200.5]], ""))
    assert found.rows == ((2, ("17", "-1200.5")),)


def test_a_spreadsheet_program_sees_texts_and_no_formula() -> None:
    content = sheets.write("xlsx", ["name"], [[text] for text in FORMULAS], "x")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
    assert all(str(row[0]).startswith("'") for row in CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:])
    written = sheets.write("csv", ["name"], [[text] for text in FORMULAS], "x").decode("utf-8-sig")
    assert all(row[0].startswith("'") for row in [*csv.reader(io.StringIO(written, newline=""))][1:])


FILES = {
    "UTF-8": ("name,note\n宏远,x\n".encode(), ("宏远", "x")),
    "with its mark": ("name,note\r\n宏远,x\r\n".encode("utf-8-sig"), ("宏远", "x")),
    "as Chinese spreadsheets write": ("name,note\r\n宏远,x\r\n".encode("gb18030"), ("宏远", "x")),
    "UTF-16": ("name\tnote\r\n宏远\tx\r\n".encode("utf-16"), ("宏远", "x")),
    "semicolons": (b"name;note\na;b,c\n", ("a", "b,c")),
    "pasted from a spreadsheet": (b"name\tnote\na\tb\n", ("a", "b")),
    "several lines in a cell": (b'name,note\na,"b\nc"\n', ("a", "b\nc")),
    "cells left out": (b"name,note\na\n", ("a", "")),
    "a column without a name at the end": (b"name,note,\na,b,\n", ("a", "b")),
    "empty lines above": (b"\n\nname,note\n\na,b\n\n", ("a", "b")),
}


@pytest.mark.parametrize(("content", "row"), FILES.values(), ids=FILES.keys())
def test_files_as_they_come(content: bytes, row: tuple[str, str]) -> None:
    found = sheets.read(content)
    assert (found.header, [cells for _, cells in found.rows]) == (("name", "note"), [row])


def test_rows_keep_their_line_in_the_file() -> None:
    assert [line for line, _ in sheets.read(b"name\na\n\n\nb\n").rows] == [2, 5]


def bomb() -> bytes:
    """A small file that says it is very large inside."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for n in range(3):
            packed.writestr(f"xl/{n}.xml", b"0" * (70 * 2**20))
    return out.getvalue()


BAD = {
    "nothing": b"",
    "only line breaks": b"\n\n\n",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "an archive that is no workbook": b"PK\x03\x04" + b"0" * 40,
    "half a workbook": sheets.write("xlsx", ["a"], [["b"]], "x")[:-200],
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(BadUpload):
        sheets.read(content)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    content = bomb()
    assert len(content) < 2**20
    with pytest.raises(BadUpload, match="too large"):
        sheets.read(content)
