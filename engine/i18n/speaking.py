"""How a `Message` is spoken in a language: its own sentences first, then the shipped ones, along the fallback chain."""

from __future__ import annotations

import gettext
import io
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from engine.i18n.language import LANGUAGES, Language, language
from engine.i18n.plurals import plurals
from engine.i18n.pseudo import pseudo
from engine.messages import Message
from engine.metadata.types.base import Region

Own = Mapping[str, Sequence[str]]
"""An installation's own sentences of a language: the source → its forms."""

_NOTHING: Mapping[str, Own] = MappingProxyType({})


class Translator:
    """Speaks the program's sentences in one language."""

    def __init__(self, spoken: Language, catalog: gettext.NullTranslations) -> None:
        self.language = spoken
        self._catalog = catalog

    def text(self, text: str, /, **params: object) -> str:
        """A sentence with its named values filled in."""
        found = self._catalog.gettext(text) if text else ""
        return _filled(found, params, text)

    def count(self, one: str, many: str, n: int, /, **params: object) -> str:
        """A sentence that counts, in the form the language wants for `n`."""
        return _filled(self._catalog.ngettext(one, many, n), {"n": n, **params}, one if n == 1 else many)

    def say(self, message: Message, /, **more: object) -> str:
        """A message; values that are messages themselves are spoken first."""
        params = {key: self.say(v) if isinstance(v, Message) else v for key, v in message.params.items()} | more
        if message.plural is not None and message.n is not None:
            return self.count(message.text, message.plural, message.n, **{k: v for k, v in params.items() if k != "n"})
        return self.text(message.text, **params)


def _filled(text: str, params: Mapping[str, object], source: str) -> str:
    """The text with its values. One that was made for other values, by an older program, gives way to the English."""
    try:
        return text % params if params else text
    except (KeyError, TypeError, ValueError):
        return source % params


class _Own(gettext.NullTranslations):
    """Sentences of an installation's own, before all others."""

    def __init__(self, texts: Own, index: Callable[[int], int]) -> None:
        super().__init__()
        self._texts, self._index = texts, index

    def gettext(self, message: str) -> str:
        forms = self._texts.get(message)
        return forms[0] if forms else super().gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        forms = self._texts.get(msgid1, ())
        place = self._index(n) if len(forms) > 1 else 0
        return forms[place] if place < len(forms) else super().ngettext(msgid1, msgid2, n)


class _Pseudo(gettext.NullTranslations):
    """English that shows at a glance what is not translated, cut off or mirrored badly."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self._tag = tag

    def gettext(self, message: str) -> str:
        return pseudo(self._tag, message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        told = super().ngettext(msgid1, msgid2, n)
        return pseudo(self._tag, told, told)


def speaker(folder: Path, spoken: Language, own: Mapping[str, Own] = _NOTHING) -> Translator:
    """A translator of a language. `own` holds the installation's sentences by language."""
    if spoken.is_pseudo:
        return Translator(spoken, _Pseudo(spoken.tag))
    catalogs: list[gettext.NullTranslations] = []
    for tag in spoken.chain:
        catalogs.append(_Own(own.get(tag, {}), plurals(tag).index))
        catalogs.append(_load(folder, tag))
    for first, then in pairwise(catalogs):
        first.add_fallback(then)
    return Translator(spoken, catalogs[0])


@lru_cache(maxsize=16)
def translator(folder: Path, tag: str) -> Translator:
    """The translator of a language with the shipped sentences only."""
    return speaker(folder, language(tag) or LANGUAGES["en"])


def _load(folder: Path, tag: str) -> gettext.NullTranslations:
    """The compiled catalog, or the PO file itself where it is newer or nothing is compiled yet."""
    place = folder / tag.replace("-", "_") / "LC_MESSAGES"
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
