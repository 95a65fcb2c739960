"""The languages of an installation, kept as data, and the program's sentences as it says them itself.

A snapshot like the catalog, with a counter of its own: loaded once, immutable, replaced as a whole.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from engine.errors import FieldloomError
from engine.i18n.language import SHIPPED, Language, describe, negotiate, pseudo_languages, standard_tag, usual_fallbacks
from engine.i18n.speaking import Own, Translator, speaker
from engine.messages import M_
from engine.metadata import tables as t
from engine.metadata.label_store import FORM_MARK
from engine.metadata.model import SOURCE_LANGUAGE

UI = "ui"
MOST = 60
"""How many languages an installation may have."""


class BadLanguage(FieldloomError):
    """A language cannot be kept like this; the sentence says why."""


def sentence_key(text: str) -> str:
    """The label key of a sentence of the program: sentences are their own names, but too long for a key."""
    return f"{UI}.{hashlib.sha256(text.encode()).hexdigest()[:24]}"


@dataclass(frozen=True, eq=False)
class Languages:
    """The languages as they were at one count, in their order, and what the installation says in them itself."""

    version: int
    all: Mapping[str, Language] = field(default_factory=lambda: SHIPPED)
    own: Mapping[str, Own] = field(default_factory=dict)
    _speakers: dict[tuple[Path, str], Translator] = field(default_factory=dict)

    @cached_property
    def live(self) -> Mapping[str, Language]:
        """Those that readers may choose."""
        return {tag: one for tag, one in self.all.items() if one.live}

    @cached_property
    def targets(self) -> Mapping[str, Language]:
        """Those that are translated into."""
        return {tag: one for tag, one in self.all.items() if tag != SOURCE_LANGUAGE}

    def choosable(self, *, everything: bool) -> tuple[Language, ...]:
        """What a reader may choose; `everything` for those who work on languages."""
        return (*self.all.values(), *pseudo_languages()) if everything else tuple(self.live.values())

    def negotiate(self, preferences: Iterable[str], default: str) -> Language:
        """The first preference that is live, else the default."""
        return negotiate(preferences, default, self.live)

    def speaker(self, folder: Path, spoken: Language) -> Translator:
        """The translator of a language: one for each, so that what is drawn with it can be kept."""
        key = (folder, spoken.tag)
        if key not in self._speakers:
            self._speakers[key] = speaker(folder, spoken, self.own)
        return self._speakers[key]

    def inherit(self, before: Languages) -> None:
        """Take over the translators that would speak just the same: the templates drawn with them stay good."""
        for (folder, tag), kept in before._speakers.items():
            new = self.all.get(tag)
            same = new == before.all.get(tag) and all(self.own.get(step) == before.own.get(step) for step in kept.language.chain)
            if same:
                self._speakers[folder, tag] = kept


class LanguageStore:
    """Keeps the newest languages of one database. Safe for threads."""

    def __init__(self) -> None:
        self._held: Languages | None = None
        self._lock = threading.Lock()

    def current(self, conn: Connection, version: int) -> Languages:
        """The languages at that count, from memory or freshly loaded."""
        held = self._held
        if held is not None and held.version == version:
            return held
        with self._lock:
            if self._held is None or self._held.version != version:
                fresh = load(conn, version)
                if self._held is not None:
                    fresh.inherit(self._held)
                self._held = fresh
            return self._held


def load(conn: Connection, version: int) -> Languages:
    """Read the languages and the installation's own sentences."""
    found = {}
    for row in conn.execute(select(t.LANGUAGE).order_by(t.LANGUAGE.c.position, t.LANGUAGE.c.tag)):
        one = describe(row.tag, json.loads(row.fallbacks), live=row.live, threshold=row.threshold)
        if one is not None:
            found[row.tag] = one
    own: dict[str, dict[str, Sequence[str]]] = {}
    c = t.LABEL.c
    wanted = select(c.label_key, c.language, c.source, c.text).where(c.label_key.like(f"{UI}.%"), c.state != "needs_editing")
    for key, language, source, text in conn.execute(wanted):
        sentence = source.split(FORM_MARK)[0]
        if sentence_key(sentence) == key:  # else its values were never compared with those of that sentence
            own.setdefault(language, {})[sentence] = text.split(FORM_MARK)
    return Languages(version, found or SHIPPED, own)


def seed(conn: Connection) -> None:
    """Keep the shipped languages that are not kept yet. What an installation decided about one stays."""
    there = set(conn.execute(select(t.LANGUAGE.c.tag)).scalars())
    new = [_row(one, place) for place, one in enumerate(SHIPPED.values()) if one.tag not in there]
    if new:
        conn.execute(insert(t.LANGUAGE), new)


def _row(one: Language, position: int) -> dict[str, Any]:
    told = {"tag": one.tag, "position": position, "live": one.live, "threshold": one.threshold}
    return told | {"fallbacks": json.dumps(one.chain[1:])}


def add(conn: Connection, typed: str) -> Language:
    """Keep a new language, not live yet. Raises BadLanguage. The version is the caller's to bump."""
    tag = standard_tag(typed)
    if tag is None:
        raise BadLanguage(M_("“%(name)s” is no language that can be added. Write its tag, like fr or pt-BR.", name=typed[:40]))
    there = set(conn.execute(select(t.LANGUAGE.c.tag)).scalars())
    if tag in there:
        raise BadLanguage(M_("The language “%(name)s” is there already.", name=tag))
    if len(there) >= MOST:
        raise BadLanguage(M_("There are %(most)s languages already; no more fit.", most=MOST))
    made = describe(tag, [one for one in usual_fallbacks(tag) if one in there], live=False, threshold=100)
    assert made is not None
    last = conn.execute(select(func.max(t.LANGUAGE.c.position))).scalar()
    conn.execute(insert(t.LANGUAGE).values(_row(made, (last or 0) + 1)))
    return made


def change(conn: Connection, languages: Languages, tag: str, *, live: bool, threshold: int, fallbacks: Sequence[str]) -> None:
    """Decide about a language. Raises BadLanguage. The version is the caller's to bump."""
    if tag not in languages.all:
        raise BadLanguage(M_("There is no language “%(name)s” here.", name=tag[:40]))
    for step in fallbacks:
        if step not in languages.all or step == tag:
            raise BadLanguage(M_("“%(name)s” cannot stand in for this language.", name=step[:40]))
    if not 0 <= threshold <= 100:
        raise BadLanguage(M_("A coverage is a number from 0 to 100."))
    if tag == SOURCE_LANGUAGE and not live:
        raise BadLanguage(M_("English is what everything is translated from; it stays."))
    values = {"live": live, "threshold": threshold, "fallbacks": json.dumps(list(dict.fromkeys(fallbacks)))}
    conn.execute(update(t.LANGUAGE).where(t.LANGUAGE.c.tag == tag).values(values))


def remove(conn: Connection, languages: Languages, tag: str) -> None:
    """Forget a language that is not live and not shipped; its translations stay, should it come back. Raises BadLanguage."""
    found = languages.all.get(tag)
    if found is None:
        raise BadLanguage(M_("There is no language “%(name)s” here.", name=tag[:40]))
    if found.live or tag in SHIPPED:
        raise BadLanguage(M_("Only a language that is neither live nor shipped can be removed."))
    conn.execute(delete(t.LANGUAGE).where(t.LANGUAGE.c.tag == tag))
    for one in languages.all.values():
        if tag in one.chain[1:]:
            kept = json.dumps([step for step in one.chain[1:] if step != tag])
            conn.execute(update(t.LANGUAGE).where(t.LANGUAGE.c.tag == one.tag).values(fallbacks=kept))


def shipped_digest(conn: Connection, tag: str, digest: str | None = None) -> str | None:
    """What was last taken of a language's shipped labels; with a digest, note that this is now."""
    if digest is not None:
        conn.execute(update(t.LANGUAGE).where(t.LANGUAGE.c.tag == tag).values(shipped=digest))
    return conn.execute(select(t.LANGUAGE.c.shipped).where(t.LANGUAGE.c.tag == tag)).scalar()
