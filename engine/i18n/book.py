"""One language's book: every text of the program and its metadata with its translation, as translators work through it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from engine.i18n import sentences
from engine.i18n.checks import Finding, check
from engine.i18n.language import Language
from engine.i18n.plurals import Plurals, plurals
from engine.messages import M_
from engine.metadata import label_store
from engine.metadata.label_store import FORM_MARK, OWN, Kept
from engine.metadata.model import Catalog
from engine.metadata.rows import Dictionaries
from engine.metadata.units import Unit, units

State = Literal["missing", "needs_editing", "translated", "approved"]
STATES: tuple[State, ...] = ("missing", "needs_editing", "translated", "approved")
_WORDS = re.compile(r"\w+")
DONE: tuple[State, ...] = ("translated", "approved")


@dataclass(frozen=True, slots=True)
class Entry:
    """A text with its translation. `shipped` is the program's own translation where the installation has another."""

    unit: Unit
    kept: Kept | None
    shipped: str = ""

    @property
    def state(self) -> State:
        """Where the translation stands. A text whose English has changed needs editing by itself."""
        if self.kept is None or not self.kept.text:
            return "missing"
        return "needs_editing" if self.former or self.kept.state == "needs_editing" else self.kept.state

    @property
    def former(self) -> str:
        """The English text that the translation was made from, where it has changed since."""
        return self.kept.source if self.kept is not None and self.kept.text and self.kept.source != self.unit.source else ""

    @property
    def text(self) -> str:
        """The translation, its forms joined."""
        return self.kept.text if self.kept is not None else ""

    @property
    def is_spoken(self) -> bool:
        """Whether readers see it: not what somebody has marked as wrong, but still what only its English has left behind."""
        return self.kept is not None and bool(self.kept.text) and self.kept.state != "needs_editing"

    def forms(self, told: Plurals) -> tuple[str, ...]:
        """The translation's forms: as many as the language has where the text counts, else one."""
        forms = self.text.split(FORM_MARK)
        wanted = len(told.categories) if FORM_MARK in self.unit.source else 1
        return tuple([*forms, *[""] * wanted][:wanted])


@dataclass(frozen=True, eq=False)
class Book:
    """All entries of a language by key, in the order of the cards, the program's sentences last."""

    language: Language
    entries: Mapping[str, Entry]

    @cached_property
    def plurals(self) -> Plurals:
        """The language's plural forms."""
        return plurals(self.language.tag)

    @cached_property
    def counts(self) -> Mapping[str, Counter[State]]:
        """How many texts of each section are in each state."""
        found: dict[str, Counter[State]] = {}
        for one in self.entries.values():
            found.setdefault(one.unit.section, Counter())[one.state] += 1
        return found

    @cached_property
    def total(self) -> Counter[State]:
        """How many texts are in each state."""
        return sum(self.counts.values(), Counter())

    @cached_property
    def coverage(self) -> float:
        """The share of texts that are translated, in percent."""
        return covered(self.total)

    @cached_property
    def findings(self) -> Mapping[str, list[Finding]]:
        """What checks say, by key; keys without any are left out."""
        found = {key: list(told) for key, one in self.entries.items() if (told := self.check(one.unit, one.forms(self.plurals)))}
        for keys in self._same_labels:
            for key in keys:
                found.setdefault(key, []).append(SAME_LABEL)
        return found

    def check(self, unit: Unit, forms: Sequence[str]) -> list[Finding]:
        """What checks say about a translation by itself."""
        return check(unit, forms, self.plurals, self.language.tag)

    def same_label(self, unit: Unit, text: str) -> list[Finding]:
        """Whether another field under the same heading is called the same."""
        if unit.kind != "label" or not text:
            return []
        place = (unit.entity, unit.group, text)
        return [SAME_LABEL] if any(key != unit.key for key in self._labels.get(place, ())) else []

    @cached_property
    def _labels(self) -> Mapping[tuple[str, str, str], list[str]]:
        found: dict[tuple[str, str, str], list[str]] = {}
        for key, one in self.entries.items():
            if one.unit.kind == "label" and one.text:
                found.setdefault((one.unit.entity, one.unit.group, one.text), []).append(key)
        return found

    @cached_property
    def _same_labels(self) -> Sequence[list[str]]:
        return [keys for keys in self._labels.values() if len({self.entries[key].unit.source for key in keys}) > 1]

    @cached_property
    def by_word(self) -> Mapping[str, list[str]]:
        """Keys by the words of their English text."""
        found: dict[str, list[str]] = {}
        for key, one in self.entries.items():
            for word in set(_WORDS.findall(one.unit.source.casefold())):
                found.setdefault(word, []).append(key)
        return found


SAME_LABEL = Finding("warning", "same_label", M_("Another field under this heading is called the same."))


def covered(counts: Mapping[State, int]) -> float:
    """The share of texts that are translated or approved, in percent."""
    every = sum(counts.values())
    return 100 * sum(counts.get(state, 0) for state in DONE) / every if every else 100.0


def open_book(conn: Connection, catalog: Catalog, rows: Dictionaries, folder: Path, language: Language) -> Book:
    """Read a language's book."""
    held = label_store.read(conn, language.tag)
    told = sentences.shipped(folder, language.tag)
    found: dict[str, Entry] = {}
    for unit in (*units(catalog, rows), *sentences.sentences(folder)):
        kept, program = held.get(unit.key), told.get(unit.key)
        shipped = (program.text if program else None) or (kept.shipped if kept else None) or ""
        own = kept is not None and kept.origin == OWN and kept.text != shipped
        found[unit.key] = Entry(unit, kept or program, shipped if own else "")
    return Book(language, found)
