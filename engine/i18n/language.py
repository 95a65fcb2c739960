"""Languages: what CLDR says of one, which of them a reader gets, and the pseudo-languages for looking at layouts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import babel
from babel.localedata import locale_identifiers

from engine.metadata.model import SOURCE_LANGUAGE

MIRRORED, ACCENTED, KEYS = "qps-plocm", "qps-ploc", "qps-x-keys"
PSEUDO = MIRRORED
"""The mirrored pseudo-language: English with accents, right to left, for looking at layouts."""

_NAMES = {
    "zh-Hans": ("简体中文", "ltr"),
    "en": ("English", "ltr"),
    "zh-Hant": ("繁體中文", "ltr"),
    "ar": ("العربية", "rtl"),
    "de": ("Deutsch", "ltr"),
}
"""Names and directions of what ships: known without loading all that CLDR says of a language that nobody may ever read."""
_REGIONS = {"zh-Hans": "zh_Hans_CN", "zh-Hant": "zh_Hant_TW"}
"""Where numbers and dates are written as there, although the language is named without a country."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the program. `chain` is the order in which labels are looked for; the source language ends every chain."""

    tag: str
    name: str
    direction: str
    chain: tuple[str, ...]
    locale: babel.Locale = field(compare=False)
    live: bool = field(default=True, compare=False)
    threshold: int = field(default=100, compare=False)
    """The coverage in percent from which readers may choose it."""

    @property
    def is_pseudo(self) -> bool:
        """Whether nobody speaks it."""
        return self.tag in _PSEUDO_LANGUAGES


def describe(tag: str, fallbacks: Sequence[str] = (), *, live: bool = True, threshold: int = 100) -> Language | None:
    """The language of a tag as CLDR knows it, or None where it does not."""
    locale = _locale(_REGIONS.get(tag, tag))
    if locale is None:
        return None
    name, direction = _NAMES.get(tag) or (_name(locale) or tag, str(locale.text_direction))
    return Language(tag, name[:1].upper() + name[1:], direction, (tag, *fallbacks), locale, live, threshold)


def _name(locale: babel.Locale) -> str:
    """What a language calls itself, or is called in English where CLDR knows no name of its own."""
    own = str(locale.get_display_name() or "")
    return str(locale.get_display_name("en") or "") if own in ("", str(locale)) else own


@lru_cache(maxsize=500)
def _locale(tag: str) -> babel.Locale | None:
    try:
        return babel.Locale.parse(tag.replace("_", "-"), sep="-")
    except (ValueError, TypeError, babel.UnknownLocaleError):
        return None


@lru_cache(maxsize=1)
def all_tags() -> Mapping[str, str]:
    """Every language that CLDR describes, by tag, with its name in the language itself."""
    found: dict[str, str] = {}
    for identifier in locale_identifiers():
        locale = _locale(identifier)
        if locale is not None and not locale.variant:
            found[identifier.replace("_", "-")] = _name(locale) or identifier
    return dict(sorted(found.items()))


def standard_tag(typed: str) -> str | None:
    """A tag as CLDR writes it (`ZH_hant` → `zh-Hant`), or None for one that it does not know."""
    wanted = typed.strip().replace("_", "-").lower()
    return next((tag for tag in all_tags() if tag.lower() == wanted), None)


def usual_fallbacks(tag: str) -> tuple[str, ...]:
    """Where a new language's readers look next: the same language in another script, or without its country."""
    parts = tag.split("-")
    found = {"zh-Hant": ("zh-Hans",), "zh-Hans": ()}.get("-".join(parts[:2]))
    shorter = tuple("-".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
    return (*(one for one in shorter if one in all_tags() and one != "zh"), *(found or ()))


def _known(tag: str, fallbacks: Sequence[str] = (), *, live: bool) -> Language:
    found = describe(tag, fallbacks, live=live)
    assert found is not None, tag
    return found


def _pseudo(tag: str, name: str, direction: str) -> Language:
    return Language(tag, name, direction, (tag,), babel.Locale.parse("en"), live=False)


SHIPPED: Mapping[str, Language] = {
    one.tag: one
    for one in (
        _known("zh-Hans", live=True),
        _known("en", live=True),
        _known("zh-Hant", ("zh-Hans",), live=False),
        _known("ar", live=False),
        _known("de", live=False),
    )
}
"""The languages that the program brings along; those that are complete are live from the start."""
LANGUAGES: Mapping[str, Language] = {tag: one for tag, one in SHIPPED.items() if one.live}
"""What readers may choose where no installation says otherwise."""
_PSEUDO_LANGUAGES: Mapping[str, Language] = {
    one.tag: one
    for one in (
        _pseudo(ACCENTED, "⟦Accented⟧", "ltr"),
        _pseudo(MIRRORED, "⟦Mirrored⟧", "rtl"),
        _pseudo(KEYS, "⟦Keys⟧", "ltr"),
    )
}


def pseudo_languages() -> tuple[Language, ...]:
    """The languages for checking: longer and accented, mirrored, names of labels."""
    return tuple(_PSEUDO_LANGUAGES.values())


def language(tag: str | None, languages: Mapping[str, Language] = LANGUAGES) -> Language | None:
    """The language of that tag, or None."""
    return _PSEUDO_LANGUAGES.get(tag or "") or languages.get(tag or "")


def negotiate(preferences: Iterable[str], default: str = "zh-Hans", languages: Mapping[str, Language] = LANGUAGES) -> Language:
    """The first preference among the languages, matched by language and script (zh-CN and zh-SG are zh-Hans), else the default."""
    for tag in preferences:
        found = language(tag, languages) or _by_script(tag, languages)
        if found is not None:
            return found
    return languages.get(default) or languages.get(SOURCE_LANGUAGE) or LANGUAGES[SOURCE_LANGUAGE]


def _by_script(tag: str, languages: Mapping[str, Language]) -> Language | None:
    wanted = _locale(tag)
    if wanted is None:
        return None
    same = [one for one in languages.values() if one.locale.language == wanted.language]
    scripted = [one for one in same if wanted.script in (None, one.locale.script)]
    return next(iter(scripted or same), None)
