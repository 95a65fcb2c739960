"""XLSX files from outside, read into texts: looked through first, for the library makes a grid as wide and as long as the farthest cell.

A file of a few kilobytes that holds one cell at `XFD1048576` would else take all the memory there is, and the process with it.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import IO
from xml.parsers import expat

MAX_CELLS = 2_000_000
MAX_UNPACKED = 200 * 2**20
MAX_PARTS = 1_000
_CHUNK = 2**20
_VALUES = ("v", "is", "f", "t")
_LETTERS = 26


class NoWorkbook(ValueError):
    """This is no XLSX file that can be read."""


class TooLarge(ValueError):
    """The file holds, or makes room for, more than is read."""


def read(content: bytes) -> list[list[str]]:
    """The first sheet, row by row, each cell as it would stand in a CSV file. Raises NoWorkbook, TooLarge."""
    from python_calamine import CalamineError, CalamineWorkbook  # here: only who brings a sheet needs it

    _look(content)
    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError, OSError):
        raise NoWorkbook from None
    return [[_text(cell) for cell in row] for row in rows]


def _look(content: bytes) -> None:
    """Look through every part of the file, so that nothing is taken for a sheet that was not looked at."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            held = packed.infolist()
            if len(held) > MAX_PARTS or sum(one.file_size for one in held) > MAX_UNPACKED:
                raise TooLarge
            names = {one.filename.lower() for one in held}
            if "xl/workbook.xml" not in names or names & {"xl/workbook.bin", "content.xml"}:
                raise NoWorkbook
            for one in held:
                if one.filename.lower().endswith((".xml", ".rels")):
                    with packed.open(one) as part:
                        _Part(names_sheets=one.filename.lower().startswith("xl/_rels/")).read(part)
    except (zipfile.BadZipFile, expat.ExpatError, NotImplementedError, RuntimeError, OSError, EOFError, UnicodeError):
        raise NoWorkbook from None


class _Part:
    """A part of the file on its way through the parser: how far its farthest filled cell is from the first."""

    def __init__(self, *, names_sheets: bool) -> None:
        self._names_sheets = names_sheets
        self._row = self._column = 0
        self._rows = self._columns = 0

    def read(self, part: IO[bytes]) -> None:
        """Read the part to its end. Raises NoWorkbook, TooLarge, ExpatError."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._refuse
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _refuse(self, *_: object) -> None:
        raise NoWorkbook

    def _start(self, name: str, told: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self._row, self._column = _number(told.get("r"), self._row + 1), 0
        elif name == "c":
            self._cell(told.get("r"))
        elif name in _VALUES and self._row:
            self._rows, self._columns = max(self._rows, self._row), max(self._columns, self._column)
            if self._rows * self._columns > MAX_CELLS:
                raise TooLarge
        elif self._names_sheets and name == "Relationship" and not told.get("Target", "").lower().endswith(".xml"):
            raise NoWorkbook  # it could be a sheet, whatever it calls itself, and only parts of that name are looked at

    def _cell(self, place: str | None) -> None:
        self._row = self._row or 1
        if place is None:
            self._column += 1
            return
        letters = place.rstrip("0123456789")
        self._row, self._column = _number(place[len(letters) :], self._row), 0
        for letter in letters.upper():
            self._column = self._column * _LETTERS + (ord(letter) - ord("A") + 1 if "A" <= letter <= "Z" else _LETTERS)


def _number(text: str | None, otherwise: int) -> int:
    return int(text[:9]) if text and text.isascii() and text.isdigit() else otherwise


def _text(cell: object) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return str(cell)
