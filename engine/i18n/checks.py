"""What is wrong, or looks wrong, with a translation: errors keep it from being saved, warnings do not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from engine.i18n.plurals import Plurals
from engine.messages import M_, Message
from engine.metadata.label_store import FORM_MARK
from engine.metadata.units import Unit

_NAMED = re.compile(r"%\(\w+\)s")
_ANY = re.compile(r"%\([^)]*\)?[#0\- +]*[a-zA-Z]?|[{}][^{}]*\}?")
_CONTROL = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]")
_CLOSES = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}
"""What switches the writing direction, and what switches it back."""
_UNSEEN = ("Z", "C", "M")
"""Kinds of characters that show nothing by themselves."""
_WESTERN = re.compile(r"[\u4e00-\u9fff][,.:;?!](?![A-Za-z0-9/])")
_ENDINGS = {
    ".": ("。", ".", "۔", "।", "。"),
    "?": ("？", "?", "؟", ";"),
    ":": ("：", ":", "：", "\u2009:", "\u202f:", " :"),
    "…": ("…", "……", "⋯"),
    "!": ("！", "!"),
}
SPEAKS_ONE_NUMBER = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a translation. `code` is for programs."""

    level: Literal["error", "warning"]
    code: str
    message: Message


def _error(code: str, message: Message) -> Finding:
    return Finding("error", code, message)


def _warning(code: str, message: Message) -> Finding:
    return Finding("warning", code, message)


def check(unit: Unit, forms: Sequence[str], plurals: Plurals, tag: str) -> list[Finding]:
    """All findings about the forms of a translation, each once. An empty translation is only missing."""
    if not any(forms):
        return []
    found: dict[tuple[str, str], Finding] = {}
    counted = FORM_MARK in unit.source
    if len(forms) > (most := len(plurals.categories) if counted else 1):
        return [_error("form_extra", M_("This text has no plural form number %(number)s.", number=most + 1))]
    if counted and not all(form.strip() for form in forms):
        one = _error("form_missing", M_("Every plural form needs a text."))
        found[one.code, ""] = one
    for place, form in enumerate(forms):
        if form:
            exact = counted and len(plurals.samples[place]) == SPEAKS_ONE_NUMBER
            for one in (*_errors(unit, form, exact=exact), *_warnings(unit, form, tag)):
                found.setdefault((one.code, str(one.message)), one)
    return list(found.values())


def _errors(unit: Unit, text: str, *, exact: bool) -> Iterator[Finding]:
    wanted, there = _placeholders(unit.source), _placeholders(text)
    if strange := there - wanted:
        yield _error("placeholder_unknown", M_("Nothing stands for %(what)s here.", what=_listed(strange)))
    if (lost := wanted - there) and not exact:
        yield _error("placeholder_missing", M_("%(what)s is missing.", what=_listed(lost)))
    if wanted and "%" in _NAMED.sub("", text).replace("%%", ""):
        yield _error("lone_percent", M_("A percent sign of its own is written twice: %(what)s", what="%%"))
    if not any(unicodedata.category(char)[0] not in _UNSEEN for char in text):
        yield _error("unseen", M_("The text shows nothing."))
    if _CONTROL.search(text):
        yield _error("control", M_("The text holds invisible control characters."))
    if not _balanced(text):
        yield _error("direction", M_("The text switches the writing direction and does not switch it back."))
    if len(text) > unit.limit:
        yield _error("too_long", M_("At most %(limit)s characters fit; these are %(length)s.", limit=unit.limit, length=len(text)))


@lru_cache(maxsize=4096)
def _placeholders(text: str) -> frozenset[str]:
    return frozenset(_ANY.findall(text.replace("%%", ""))) if "%" in text or "{" in text or "}" in text else frozenset()


def placeholders(text: str) -> list[str]:
    """The places of values in a source text, in their order: what a translation must hold too."""
    return list(dict.fromkeys(_NAMED.findall(text)))


def _listed(names: frozenset[str]) -> str:
    return ", ".join(name[:40] for name in sorted(names))


def _balanced(text: str) -> bool:
    waiting: list[str] = []
    for char in text:
        if char in _CLOSES:
            waiting.append(_CLOSES[char])
        elif char in _CLOSES.values() and (not waiting or waiting.pop() != char):
            return False
    return not waiting


def _warnings(unit: Unit, text: str, tag: str) -> Iterator[Finding]:
    sources = unit.source.split(FORM_MARK)
    if text in sources and any(char.isalpha() for char in _NAMED.sub("", text)):
        yield _warning("same_as_source", M_("This is the English text."))
    if text != text.strip() and sources[0] == sources[0].strip():
        yield _warning("spaces", M_("The text begins or ends with a space."))
    ending = _ENDINGS.get(sources[0][-1:])
    if ending and not text.rstrip().endswith(ending):
        yield _warning("ending", M_("The English text ends with “%(what)s”.", what=sources[0][-1]))
    if tag.startswith(("zh", "ja")) and _WESTERN.search(text):
        yield _warning("punctuation", M_("There is Western punctuation after a Chinese character."))
    if unit.room and (wide := columns(text)) > unit.room:
        yield _warning("room", M_("This may not fit in one line: %(wide)s of %(room)s columns.", wide=wide, room=unit.room))


def columns(text: str) -> int:
    """How wide a text is: a Chinese character is as wide as two Latin letters."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1 for char in text)
