"""Plural forms: how many a language has, which CLDR categories they are, and the header that PO editors understand."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from babel.messages.plurals import PLURALS
from babel.plural import to_gettext

from engine.i18n.language import describe

ORDER = ("zero", "one", "two", "few", "many", "other")
"""The categories as CLDR orders them: so do the headers that gettext's tools know."""
_KNOWN = {"ar": (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)")}
"""Headers that everybody writes, where Babel has another one: in its Arabic one the last two forms have changed places."""
_NUMBERS = range(1001)
_HEADER = re.compile(r"\s*nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;]+);?\s*")
_MOST = 10


class BadPluralForms(ValueError):
    """A Plural-Forms header that cannot be read, or that leaves numbers without a form."""


@dataclass(frozen=True, slots=True)
class Plurals:
    """The plural forms of a language in the order of its PO files. `samples` are numbers that take each."""

    categories: tuple[str, ...]
    expression: str
    samples: tuple[tuple[int, ...], ...]
    index: Callable[[int], int] = field(compare=False)

    @property
    def header(self) -> str:
        """The value of `Plural-Forms` in a PO file."""
        return f"nplurals={len(self.categories)}; plural={self.expression};"


@lru_cache(maxsize=200)
def plurals(tag: str) -> Plurals:
    """The plural forms of a language: the header that gettext's tools know where it says what CLDR says."""
    found = describe(tag)
    if found is None:
        return plurals("en")
    rule = found.locale.plural_form
    told = _KNOWN.get(found.locale.language) or PLURALS.get(tag.replace("-", "_")) or PLURALS.get(found.locale.language)
    if told and (known := _matched(told[0], told[1], rule)):
        return known
    number, _, expression = to_gettext(rule).partition(";")
    expression = re.sub(r"\be\b", "0", expression.partition("=")[2].rstrip("; "))
    return _matched(int(number.partition("=")[2]), expression, rule) or plurals("en")


def _matched(count: int, expression: str, rule: Callable[[int], str]) -> Plurals | None:
    """The forms with the CLDR category of each, or None where the expression and CLDR differ."""
    index = gettext.c2py(expression)
    seen: dict[int, set[str]] = {}
    numbers: dict[int, list[int]] = {}
    for number in _NUMBERS:
        seen.setdefault(index(number), set()).add(rule(number))
        numbers.setdefault(index(number), []).append(number)
    if any(len(names) > 1 for names in seen.values()) or len({name for names in seen.values() for name in names}) != len(seen):
        return None
    if max(seen) + 1 != len(seen):  # CLDR keeps a form for fractions, which are never counted here
        place = {old: new for new, old in enumerate(sorted(seen))}
        steps = " : ".join(f"{expression} == {old} ? {new}" for old, new in list(place.items())[:-1])
        expression = f"{steps} : {len(place) - 1}"
        return _matched(len(place), expression, rule) if len(expression) < 1000 else None
    categories = tuple(next(iter(seen[place])) for place in sorted(seen))
    samples = tuple(tuple(numbers[place][:4]) for place in sorted(seen))
    return Plurals(categories, expression, samples, index)


def mapping(header: str, wanted: Plurals) -> tuple[int, ...]:
    """For each of our forms, the number of the form in a file with that Plural-Forms header. Raises BadPluralForms.

    The file's own formula decides: its order of forms may be another one, and it may tell fewer or more of them apart.
    """
    found = _HEADER.fullmatch(header)
    if found is None or not 0 < int(found[1]) <= _MOST:
        raise BadPluralForms
    try:
        index = gettext.c2py(found[2])
        places = tuple(index(numbers[-1]) for numbers in wanted.samples)
        if any(not 0 <= index(number) < int(found[1]) for number in _NUMBERS):
            raise BadPluralForms
    except (ValueError, ZeroDivisionError, RecursionError, OverflowError):
        raise BadPluralForms from None
    return places


def forms_of(header: str) -> int:
    """How many forms a readable header says that a text has."""
    found = _HEADER.fullmatch(header)
    return int(found[1]) if found else 1
