"""The order of words for readers: as CLDR sorts them in each language, in so far as `order/` and the table below hold it.

`order/` holds what `tools/collation.mjs` was told by ICU: the letters of the root order script by script, and Chinese characters
by pinyin and by strokes. `MOVED` holds what a language has otherwise. A word is compared by its letters first, then by their
accents, then by small before capital, and at last as it is, so that an order is always the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.core import get_global

from engine.i18n.language import describe

Key = tuple[tuple[int, ...], tuple[str, ...], tuple[bool, ...], str]
_FILES = Path(__file__).with_name("order")
_SPREAD = 32
"""Between two letters of the root order so many others find room."""
_DIGITS, _LETTERS, _OTHER = 1 << 20, 1 << 21, 1 << 28
_SCRIPT = 1 << 21
TOGETHER = {"æ": "ae", "œ": "oe", "ꜳ": "aa", "ĳ": "ij"}
TOGETHER_IN = {"ar": {"آ": "اا"}}
"""Letters that stand where several others would."""
UNTOLD = ("Grek", "Hira")
"""Scripts whose letters of one place differ as small and capital letters do: σ and ς, ひ and ヒ."""

MOVED: Mapping[str, str] = {
    "ar": "ء=أ=ؤ=إ=ئ=ا ة=ت ى=ي",
    "az": "c<ç e<ə g<ğ h<x<ı k<q o<ö s<ş u<ü z<w",
    "be": "е<ё у<ў",
    "bs": "c<č<ć d<dž<đ l<lj n<nj s<š z<ž",
    "cs": "c<č h<ch r<ř s<š z<ž",
    "cy": "c<ch d<dd f<ff g<ng l<ll p<ph r<rh t<th",
    "da": "d=đ=ð y=ü=ű z<æ=ä<ø=ö=ő<å=aa",
    "eo": "c<ĉ g<ĝ h<ĥ j<ĵ s<ŝ u<ŭ",
    "es": "n<ñ",
    "et": "s<š<z<ž w<õ<ä<ö<ü",
    "fa": "آ<ا<ء=أ=إ=ؤ=ئ ک=ك و<ه=ة ی=ى=ي",
    "fi": "d=đ y=ü z<å<ä=æ<ö=ø",
    "gl": "n<ñ",
    "hr": "c<č<ć d<dž<đ l<lj n<nj s<š z<ž",
    "hu": "c<cs d<dz<dzs g<gy l<ly n<ny o<ö=ő s<sz t<ty u<ü=ű z<zs",
    "is": "a<á d=đ<ð e<é i<í o<ó u<ú y<ý z<þ<æ=ä<ö=ø<å",
    "lt": "c<č i=y s<š z<ž",
    "lv": "c<č g<ģ i<y k<ķ l<ļ n<ņ s<š z<ž",
    "mk": "д<ѓ т<ќ",
    "pl": "a<ą c<ć e<ę l<ł n<ń o<ó s<ś z<ź<ż",
    "ro": "a<ă<â i<î s<ş=ș t<ţ=ț",
    "sk": "a<ä c<č h<ch o<ô r<ř s<š z<ž",
    "sl": "c<č<ć d<đ s<š z<ž",
    "sq": "c<ç d<dh e<ë g<gj l<ll n<nj r<rr s<sh t<th x<xh z<zh",
    "sr-Latn": "c<č<ć d<dž<đ l<lj n<nj s<š z<ž",
    "sv": "d=đ=ð y=ü=ű z<å<ä=æ=ę<ö=ø=ő=œ=ô",
    "tr": "c<ç g<ğ h<ı o<ö s<ş u<ü",
    "uk": "г<ґ і<ї",
    "vi": "a<ă<â d<đ e<ê o<ô<ơ u<ư",
    "zh-Hans": "虫<重庆",
}
"""Letters that stand elsewhere than in the root order: after `<` one that follows the one before, after `=` one that is told from it last."""
ALIKE = {"nb": "da", "nn": "da", "no": "da"}
FIRST = {"zh": ("Hani",), "ja": ("Latn", "Hira", "Hani"), "ko": ("Hang", "Hani")}
"""The scripts that a language puts before all others, where that is not just its own."""
CAPITALS_FIRST = ("da",)


@dataclass(frozen=True)
class _Order:
    """What a language's order is made of: the weight of each letter, and which letters of a language are written with several."""

    weights: Mapping[str, int]
    tied: Mapping[str, str]
    together: Mapping[str, str]
    several: re.Pattern[str] | None
    turkic: bool
    capitals_first: bool


def sorting(tag: str) -> Callable[[str], Key]:
    """The key by which words are sorted for readers of a language."""
    order = _order(tag)
    return lambda text: _key(order, text)


@lru_cache(maxsize=20)
def _order(tag: str) -> _Order:
    found = describe(tag) or describe("en")
    assert found is not None, "CLDR knows English"
    name, script = found.locale.language, _script(found.locale)
    weights, tied = _weights(FIRST.get(name, (script,)))
    if name == "zh":
        characters = (_FILES / f"{'strokes' if script == 'Hant' else 'pinyin'}.txt").read_text("utf-8").strip()
        weights |= {char: weights["Hani"] + place * _SPREAD for place, char in enumerate(characters)}
    moved = MOVED.get(f"{name}-{script}") or MOVED.get(ALIKE.get(name, name), "")
    tied |= _move(weights, moved)
    long = sorted((one for one in re.split("[<= ]", moved) if len(one) > 1), key=len, reverse=True)
    together = {one: letters for one, letters in {**TOGETHER, **TOGETHER_IN.get(name, {})}.items() if one not in re.split("[<= ]", moved)}
    return _Order(weights, tied, together, re.compile("|".join(long)) if long else None, name in ("tr", "az"), name in CAPITALS_FIRST)


def _script(locale: Locale) -> str:
    """The script of a language, as CLDR takes it where the tag names none."""
    if locale.script:
        return str(locale.script)
    likely = get_global("likely_subtags")
    full = likely.get(f"{locale.language}_{locale.territory}") or likely.get(locale.language) or ""
    return next((part for part in full.split("_") if len(part) == 4), "Latn")


def _move(weights: dict[str, int], moves: str) -> dict[str, str]:
    """Give letters the weights that a language has for them. Returns those that are told from another one last."""
    tied: dict[str, str] = {}
    for chain in moves.split():
        parts = re.split("([<=])", chain)
        last, at = parts[0], weights[parts[0]]
        for how, letter in zip(parts[1::2], parts[2::2], strict=True):
            if how == "<":
                last, at = letter, at + 1
            else:
                tied[letter] = f"{last}{len(tied):02}"
            weights[letter] = at
    return tied


@lru_cache(maxsize=1)
def _blocks() -> Mapping[str, Sequence[str]]:
    """The groups of letters of each script, in the root order; those of a group differ by an accent only."""
    lines = (_FILES / "root.txt").read_text("utf-8").splitlines()
    return {name: tuple(rest.split(" ")) for name, _, rest in (line.partition(" ") for line in lines)}


@lru_cache(maxsize=1)
def _accents() -> Mapping[str, str]:
    return {char: chr(place + 1) for place, char in enumerate(_blocks()["Zinh"][0])}


def _weights(first: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
    """The weight of every letter, with these scripts before the others, and what is told from another letter last.

    The name of a script weighs as its beginning.
    """
    scripts = [*first, *(name for name in (*_blocks(), "Hani") if name not in (*first, "Zyyy", "Zinh"))]
    weights: dict[str, int] = {" ": _SPREAD}
    tied: dict[str, str] = {}
    for start, name in ((2 * _SPREAD, "Zyyy"), *((_LETTERS + place * _SCRIPT, name) for place, name in enumerate(scripts))):
        weights[name] = start
        for place, group in enumerate(_blocks().get(name, ())):
            weights |= dict.fromkeys(group, start + place * _SPREAD)
            tied |= {char: f"{group[0]}{at:02}" for at, char in enumerate(group) if at and name not in UNTOLD}
    return weights, tied


def _key(order: _Order, text: str) -> Key:
    text = " ".join(text.split())
    small = _small(order, text)
    told = list(_letters(order, small))
    capitals = tuple(char.isupper() != order.capitals_first for char in unicodedata.normalize("NFKC", text))
    return tuple(weight for weight, _ in told if weight), tuple(mark for _, mark in told), capitals, text


def _small(order: _Order, text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    if order.turkic:
        text = text.replace("I", "ı").replace("İ", "i")
    return unicodedata.normalize("NFC", text.casefold())


def _letters(order: _Order, text: str) -> Iterator[tuple[int, str]]:
    """(weight, what tells it from others of that weight) of each letter of a text in small letters; weight 0 is of a mark alone."""
    place = 0
    while place < len(text):
        found = order.several.match(text, place) if order.several else None
        letter = found[0] if found else text[place]
        place += len(letter)
        yield from _weighed(order, letter)


def _weighed(order: _Order, letter: str) -> Iterator[tuple[int, str]]:
    if letter in order.together:
        yield from ((order.weights[one], letter) for one in order.together[letter])
    elif (weight := order.weights.get(letter)) is not None:
        yield weight, order.tied.get(letter, "")
    elif letter.isdecimal():
        yield _DIGITS + unicodedata.decimal(letter), ""
    elif "\uac00" <= letter <= "\ud7a3":
        yield order.weights["Hang"] + _SCRIPT // 2 + ord(letter), ""
    else:
        yield from _taken_apart(order, letter)


def _taken_apart(order: _Order, letter: str) -> Iterator[tuple[int, str]]:
    """A letter with accents: as the letter that the language has with one of them, else as the plain one; accents tell it last."""
    base, *marks = tuple(unicodedata.normalize("NFD", letter))
    for mark in marks:
        own = unicodedata.normalize("NFC", base + mark)
        if len(own) == 1 and own in order.weights:
            yield order.weights[own], order.tied.get(own, "") + _accented(one for one in marks if one != mark)
            return
    if base in order.weights:
        yield order.weights[base], _accented(marks)
    elif unicodedata.category(base) in ("Mn", "Cf", "Cc"):
        yield 0, _accented(base)
    else:
        yield _beyond(order, base), ""


def _accented(marks: Iterable[str]) -> str:
    return "".join(_accents().get(one, one) for one in marks)


def _beyond(order: _Order, char: str) -> int:
    """What the root order does not name: Chinese characters by their number, all else behind everything."""
    code = ord(char)
    return order.weights["Hani"] + (_SCRIPT // 2) + code if 0x3400 <= code <= 0x3FFFF else _OTHER + code
