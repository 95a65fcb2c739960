"""The program's own sentences: what there is to translate, and the translations that it ships with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import polib

from engine.i18n.languages import UI, sentence_key
from engine.i18n.plurals import BadPluralForms, mapping, plurals
from engine.metadata.label_store import FORM_MARK, SHIPPED, Kept
from engine.metadata.units import LONG, Unit

DOMAIN = "ui.po"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}"))


def _file(folder: Path, tag: str) -> Path:
    return folder / tag.replace("-", "_") / "LC_MESSAGES" / DOMAIN


@lru_cache(maxsize=16)
def _parsed(path: Path, changed: int) -> polib.POFile:
    return polib.pofile(str(path))


def _read(path: Path) -> polib.POFile:
    return _parsed(path, path.stat().st_mtime_ns)


def sentences(folder: Path) -> tuple[Unit, ...]:
    """Every sentence of the program, in the order in which it is said first."""
    return _sentences(tuple((path, path.stat().st_mtime_ns) for path in _files(folder)))


@lru_cache(maxsize=4)
def _sentences(files: Sequence[tuple[Path, int]]) -> tuple[Unit, ...]:
    found: dict[str, Unit] = {}
    for path, changed in files:
        for entry in _parsed(path, changed):
            if not entry.obsolete and entry.msgid not in found:
                found[entry.msgid] = _unit(entry)
    return tuple(found.values())


def _unit(entry: polib.POEntry) -> Unit:
    source = FORM_MARK.join(filter(None, (entry.msgid, entry.msgid_plural)))
    places = tuple(name for name, _ in entry.occurrences)
    return Unit(sentence_key(entry.msgid), source, "sentence", LONG, group=UI, comment=entry.comment, places=places)


def shipped(folder: Path, tag: str) -> Mapping[str, Kept]:
    """The translations of the program's sentences that it ships with, by key."""
    path = _file(folder, tag)
    return _shipped(path, path.stat().st_mtime_ns, tag) if path.exists() else {}


@lru_cache(maxsize=16)
def _shipped(path: Path, changed: int, tag: str) -> Mapping[str, Kept]:
    po = _parsed(path, changed)
    try:
        order = mapping(po.metadata.get("Plural-Forms", ""), plurals(tag))
    except BadPluralForms:
        order = tuple(range(len(plurals(tag).categories)))
    return {sentence_key(entry.msgid): kept for entry in po if not entry.obsolete and (kept := _kept(entry, order))}


def _kept(entry: polib.POEntry, order: Sequence[int]) -> Kept | None:
    text = FORM_MARK.join(entry.msgstr_plural.get(place, "") for place in order) if entry.msgid_plural else entry.msgstr
    if not text.strip(FORM_MARK):
        return None
    source = FORM_MARK.join(filter(None, (entry.msgid, entry.msgid_plural)))
    return Kept(text, source, "needs_editing" if entry.fuzzy else "translated", SHIPPED, text)
