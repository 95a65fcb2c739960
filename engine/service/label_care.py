"""Publishing labels: what a translator, a file or an undo changes is checked, kept, and heard on everybody's next page."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from engine.errors import FieldloomError, UnknownEntity
from engine.i18n import languages as languages_kept
from engine.i18n.book import Book, State, covered, open_book
from engine.i18n.language import Language
from engine.i18n.languages import Languages
from engine.messages import M_
from engine.metadata import label_store, rows, store
from engine.metadata.label_store import Kept
from engine.metadata.model import Catalog
from engine.metadata.rows import Dictionaries
from engine.service import shipped_labels


class NothingToUndo(FieldloomError):
    """A batch of changes is not there, or everything in it was changed again since."""


@dataclass(frozen=True, eq=False)
class Desk:
    """What work on labels needs, from a request or from the command line."""

    conn: Connection
    catalog: Catalog
    rows: Dictionaries
    languages: Languages
    locales: Path

    def target(self, tag: str) -> Language:
        """A language that is translated into. Raises UnknownEntity."""
        found = self.languages.targets.get(tag)
        if found is None:
            raise UnknownEntity(tag[:40])
        return found

    def read(self, tag: str) -> Book:
        """A language's book, as the database has it now."""
        return open_book(self.conn, self.catalog, self.rows, self.locales, self.target(tag))


def desk(conn: Connection, locales: Path) -> Desk:
    """A desk of its own, with everything freshly read: for the command line."""
    catalog = store.load(conn)
    version = store.read_version(conn)
    return Desk(conn, catalog, rows.load(conn, catalog, version), languages_kept.load(conn, version.catalog), locales)


class Books:
    """Keeps the newest books of one database. Safe for threads."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, store.Version], Book] = {}
        self._lock = threading.Lock()

    def open(self, desk: Desk, tag: str) -> Book:
        """A language's book at the desk's version, from memory or freshly read."""
        key = (tag, desk.rows.version)
        with self._lock:
            if key not in self._held:
                self._held = {known: book for known, book in self._held.items() if known[1] == key[1]}
                self._held[key] = desk.read(tag)
            return self._held[key]


def publish(desk: Desk, tag: str, coming: Mapping[str, Kept | None], action: str, user: int | None) -> str:
    """Keep labels of a language; every process shows them on its next page. Returns the id under which it can be undone."""
    batch = label_store.write(desk.conn, tag, coming, action, user)
    refresh(desk, coming)
    return batch


def refresh(desk: Desk, keys: Collection[str]) -> None:
    """Let every process load labels again, and let rows be found by their new names."""
    rows_changed = [key for key in keys if key.startswith("row.")]
    if rows_changed:
        shipped_labels.fold_translations(desk.conn, desk.catalog, frozenset(rows_changed))
        store.bump_version(desk.conn, "dictionaries")
    store.bump_version(desk.conn)


def go_live_if_ready(desk: Desk, tag: str) -> bool:
    """Let readers choose a language that has reached its coverage. Returns whether that is now."""
    language = desk.target(tag)
    if language.live or not language.threshold or desk.read(tag).coverage < language.threshold:
        return False
    languages_kept.change(desk.conn, desk.languages, tag, live=True, threshold=language.threshold, fallbacks=language.chain[1:])
    return True


def undo(desk: Desk, tag: str, batch: str, user: int | None) -> tuple[int, int]:
    """Put back what stood before a batch of changes. Returns how many labels, and how many stay since they were changed again.

    Raises NothingToUndo.
    """
    past = label_store.batch_of(desk.conn, tag, batch) if batch.isalnum() else []
    now = label_store.read(desk.conn, tag, [one.key for one in past])
    back = {one.key: one.before for one in past if now.get(one.key) == _as_now(one.after, now.get(one.key))}
    if not back:
        raise NothingToUndo(M_("There is nothing left to undo: everything in it was changed again since."))
    publish(desk, tag, {key: _as_now(before, now.get(key)) for key, before in back.items()}, "undo", user)
    return len(back), len(past) - len(back)


def _as_now(kept: Kept | None, now: Kept | None) -> Kept | None:
    """The same label, knowing of what is shipped now: an upgrade in between is no change of anybody's."""
    return replace(kept, shipped=now.shipped) if kept is not None and now is not None else kept


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a language is: in percent and by section, and how many checks fail."""

    language: Language
    percent: float
    by_section: Mapping[str, float]
    states: Mapping[State, int]
    failing: int


def coverage(book: Book) -> Coverage:
    """How far a book is."""
    errors = sum(any(one.level == "error" for one in told) for told in book.findings.values())
    sections = {name: covered(counts) for name, counts in book.counts.items()}
    return Coverage(book.language, book.coverage, sections, book.total, errors)
