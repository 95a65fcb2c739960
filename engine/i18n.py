"""Languages: which there are, which one a reader gets, and how a `Message` is spoken in it."""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import babel

from engine.messages import Message
from engine.metadata.types.base import Region

PSEUDO = "qps-plocm"
"""The mirrored pseudo-language: English with accents, right to left, for looking at layouts."""

_ACCENTS = str.maketrans("aeiouAEIOUcnyszCNYSZ", "áéíóúÁÉÍÓÚçñýšžÇÑÝŠŽ")


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the program. `chain` is the order in which labels are looked for."""

    tag: str
    name: str
    direction: str
    chain: tuple[str, ...]
    locale: babel.Locale = field(compare=False)


LANGUAGES: Mapping[str, Language] = {
    "zh-Hans": Language("zh-Hans", "简体中文", "ltr", ("zh-Hans",), babel.Locale.parse("zh_Hans_CN")),
    "en": Language("en", "English", "ltr", ("en",), babel.Locale.parse("en")),
}
_PSEUDO_LANGUAGE = Language(PSEUDO, "⟦Mirrored⟧", "rtl", ("en",), babel.Locale.parse("en"))


def language(tag: str | None) -> Language | None:
    """The language of that tag, or None."""
    if tag == PSEUDO:
        return _PSEUDO_LANGUAGE
    return LANGUAGES.get(tag or "")


def negotiate(preferences: Iterable[str], default: str = "zh-Hans") -> Language:
    """The first preference we speak, matched by language and script (zh-CN and zh-SG are zh-Hans), else the default."""
    for tag in preferences:
        found = language(tag) or _by_script(tag)
        if found is not None:
            return found
    return LANGUAGES[default]


@lru_cache(maxsize=500)
def _by_script(tag: str) -> Language | None:
    try:
        wanted = babel.Locale.parse(tag, sep="-")
    except (ValueError, babel.UnknownLocaleError):
        return None
    same = [one for one in LANGUAGES.values() if one.locale.language == wanted.language]
    scripted = [one for one in same if wanted.script in (None, one.locale.script)]
    return next(iter(scripted or same), None)


class Translator:
    """Speaks the program's sentences in one language."""

    def __init__(self, spoken: Language, catalog: gettext.NullTranslations) -> None:
        self.language = spoken
        self._catalog = catalog

    def text(self, text: str, /, **params: object) -> str:
        """A sentence with its named values filled in."""
        found = self._catalog.gettext(text) if text else ""
        return _pseudo(found, params) if self.language.tag == PSEUDO else _filled(found, params)

    def count(self, one: str, many: str, n: int, /, **params: object) -> str:
        """A sentence that counts, in the form the language wants for `n`."""
        found = self._catalog.ngettext(one, many, n)
        params = {"n": n, **params}
        return _pseudo(found, params) if self.language.tag == PSEUDO else _filled(found, params)

    def say(self, message: Message, /, **more: object) -> str:
        """A message; values that are messages themselves are spoken first."""
        params = {key: self.say(v) if isinstance(v, Message) else v for key, v in message.params.items()} | more
        if message.plural is not None and message.n is not None:
            return self.count(message.text, message.plural, message.n, **{k: v for k, v in params.items() if k != "n"})
        return self.text(message.text, **params)


def _filled(text: str, params: Mapping[str, object]) -> str:
    return text % params if params else text


def _pseudo(text: str, params: Mapping[str, object]) -> str:
    """Accented and bracketed; placeholders stay as they are."""
    parts = text.split("%(")
    told = [parts[0].translate(_ACCENTS)]
    for part in parts[1:]:
        name, closed, rest = part.partition(")s")
        told.append(f"%({name}{closed}{rest.translate(_ACCENTS)}")
    return f"⟦{_filled(''.join(told), params)}⟧"


@lru_cache(maxsize=16)
def translator(folder: Path, tag: str) -> Translator:
    """The translator of a language, its catalog loaded once."""
    spoken = language(tag) or LANGUAGES["en"]
    return Translator(spoken, _load(folder, spoken))


def _load(folder: Path, spoken: Language) -> gettext.NullTranslations:
    """The compiled catalog, or the PO file itself where it is newer or nothing is compiled yet."""
    place = folder / spoken.tag.replace("-", "_") / "LC_MESSAGES"
    po, mo = place / "ui.po", place / "ui.mo"
    if not po.exists():
        return gettext.NullTranslations()
    if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
        return gettext.GNUTranslations(io.BytesIO(mo.read_bytes()))
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with po.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def region(spoken: Language, timezone: str | None) -> Region:
    """How a reader of this language and time zone writes numbers and dates."""
    return Region(spoken.locale, _zone(timezone or "UTC"))


@lru_cache(maxsize=100)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
