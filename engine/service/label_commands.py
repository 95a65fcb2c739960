"""Labels from the command line: a file out, a file in, how far each language is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.i18n.exchange import BadFile
from engine.i18n.merge import Difference, Mode
from engine.messages import M_, Message
from engine.metadata import label_store
from engine.metadata.database import Database
from engine.service import label_care, label_files
from engine.service.label_care import Coverage
from engine.service.label_files import Format


def export(database: Database, locales: Path, tag: str, kind: Format, state: str | None) -> bytes:
    """A file of a language's labels and sentences, or of those in one state. Raises UnknownEntity."""
    with database.reading() as conn:
        book = label_care.desk(conn, locales).read(tag)
        return label_files.written(book, [one for one in book.entries.values() if state in (None, one.state)], kind)


@dataclass(frozen=True)
class Taken:
    """What an import did, or would do. `live` says that the language is offered to readers from now on."""

    difference: Difference
    count: int
    live: bool
    batch: str


def take(database: Database, locales: Path, tag: str, file: Path, mode: Mode, *, skip_failing: bool, only_look: bool) -> Taken:
    """Take a file over, in one transaction. Raises UnknownEntity, BadFile; with failing lines nothing changes unless they are skipped."""
    with database.writing() as conn:
        label_store.hold(conn)
        desk = label_care.desk(conn, locales)
        book = desk.read(tag)
        found = label_files.difference(desk, book, label_files.read(file.name, file.read_bytes(), book.language))
        if not skip_failing and (mistakes := list(failing(found))):
            raise BadFile(mistakes)
        if only_look:
            return Taken(found, 0, False, "")
        batch, count = label_files.take(desk, book, found, mode, None)
        return Taken(found, count, bool(count) and label_care.go_live_if_ready(desk, tag), batch)


def failing(told: Difference) -> Iterator[tuple[int | None, Message]]:
    """(line, what is wrong) of what cannot be taken."""
    for row in told.by_kind["failing"]:
        for one in row.findings:
            if one.level == "error":
                yield row.line.number, M_("“%(key)s”: %(what)s", key=row.line.key, what=one.message)


def report(database: Database, locales: Path, tags: Sequence[str]) -> list[Coverage]:
    """How far these languages are, or all that are translated into. Raises UnknownEntity."""
    with database.reading() as conn:
        desk = label_care.desk(conn, locales)
        return [label_care.coverage(desk.read(tag)) for tag in tags or desk.languages.targets]
