"""What a file would change, before anything changes: new, changed, in conflict with newer edits, unknown, failing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from engine.i18n.book import Book, Entry
from engine.i18n.checks import Finding
from engine.i18n.exchange import Line, Upload
from engine.i18n.languages import sentence_key
from engine.metadata.label_store import FORM_MARK, OWN, Kept, State

Kind = Literal["new", "changed", "conflict", "failing", "unknown"]
KINDS: tuple[Kind, ...] = ("failing", "conflict", "changed", "new", "unknown")
Mode = Literal["fill", "overwrite", "needs_editing"]
MODES: tuple[Mode, ...] = ("fill", "overwrite", "needs_editing")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file that would change something, or cannot. `base` is what stood when the file was written."""

    kind: Kind
    line: Line
    entry: Entry | None = None
    base: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, eq=False)
class Difference:
    """All such lines of a file; `same` counts those that change nothing, `newer` those that were changed here only."""

    rows: Sequence[Row]
    same: int
    newer: int

    @cached_property
    def by_kind(self) -> Mapping[Kind, list[Row]]:
        """The rows by what they are."""
        return {kind: [row for row in self.rows if row.kind == kind] for kind in KINDS}


def compare(book: Book, upload: Upload, since: Mapping[str, Kept | None]) -> Difference:
    """What a file would change in a book. `since` holds what stood, when the file was written, in labels changed after it."""
    rows: list[Row] = []
    same = newer = 0
    for told in upload.lines:
        entry = book.entries.get(told.key)
        line = _about(entry, told) if entry else told
        if entry is None:
            rows += [Row("unknown", line)] if line.text else []
        elif not line.text or _is_same(entry.kept, line):
            same += 1
        elif line.key in since and _is_same(_base(entry, since), line):
            newer += 1
        else:
            rows.append(_row(book, entry, line, since))
    return Difference(rows, same, newer)


def _about(entry: Entry, line: Line) -> Line:
    """The line as one about this text. A sentence is named by its English: what stands beside another one was made for that."""
    if entry.unit.kind != "sentence" or not line.source or sentence_key(line.source.split(FORM_MARK)[0]) == line.key:
        return line
    return replace(line, source=entry.unit.source, fuzzy=True)


def _row(book: Book, entry: Entry, line: Line, since: Mapping[str, Kept | None]) -> Row:
    forms = line.text.split(FORM_MARK)
    wanted = len(entry.forms(book.plurals))
    findings = book.check(entry.unit, [*forms, *[""] * wanted][:wanted] if len(forms) <= wanted else forms)
    if any(one.level == "error" for one in findings):
        return Row("failing", line, entry, findings=tuple(findings))
    if line.key in since and entry.text:
        base = _base(entry, since)
        return Row("conflict", line, entry, base.text if base else "", tuple(findings))
    return Row("changed" if entry.text else "new", line, entry, findings=tuple(findings))


def _is_same(kept: Kept | None, line: Line) -> bool:
    """Whether the line says what is kept: its text and whether it needs editing."""
    if kept is None or kept.text != line.text:
        return False
    return line.fuzzy == (kept.state == "needs_editing" or kept.source != line.source)


def _base(entry: Entry, since: Mapping[str, Kept | None]) -> Kept | None:
    """What stood when the file was written: for a sentence of the program, what it ships with where nothing else did."""
    base = since[entry.unit.key]
    return Kept(entry.shipped, entry.unit.source) if base is None and entry.unit.kind == "sentence" else base


def chosen(difference: Difference, mode: Mode, *, without: Collection[str] = (), taking: Collection[str] = ()) -> dict[str, Kept | None]:
    """What is to be kept: in mode `fill` only what is missing; lines in conflict only where they are asked for."""
    found: dict[str, Kept | None] = {}
    for row in difference.rows:
        if row.entry is None or row.kind == "failing" or row.line.key in without:
            continue
        wanted = row.line.key in taking or (row.kind == "new" or (row.kind == "changed" and mode != "fill"))
        if wanted:
            found[row.line.key] = _kept(row.entry, row.line, mode)
    return found


def _kept(entry: Entry, line: Line, mode: Mode) -> Kept:
    state: State = "needs_editing" if line.fuzzy or mode == "needs_editing" else "translated"
    # A line that still needs editing because its English changed keeps the English it was made from.
    former = (entry.former if line.text == entry.text else line.former) if line.fuzzy else ""
    shipped = entry.kept.shipped if entry.kept else None
    return Kept(line.text, former or line.source or entry.unit.source, state, OWN, shipped)
