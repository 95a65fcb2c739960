"""Database names proposed from display names: Chinese is spelled in pinyin, other scripts lose their accents."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from engine.metadata.model import Catalog, Entity
from engine.schema.ops.add_field import name_problem

PREFIX = "c_"
LONGEST = 40
_HAN = re.compile(r"[\u3400-\u9fff]+")


def _spelled(text: str) -> str:
    """The text with Chinese in pinyin; words of more than one character are kept together."""
    from pypinyin import lazy_pinyin  # here: its dictionaries are large and only administrators need them

    parts = []
    for part in re.split(r"([\u3400-\u9fff]+)", text):
        if _HAN.fullmatch(part):
            syllables = lazy_pinyin(part)
            # Most Chinese words have two syllables: 客户等级 is kehu_dengji.
            parts.append(" ".join("".join(syllables[n : n + 2]) for n in range(0, len(syllables), 2)))
        else:
            parts.append(part)
    return " ".join(parts)


@lru_cache(maxsize=4_000)
def initials(text: str) -> str:
    """The pinyin initials of a Chinese text (客户等级 is khdj), or ''."""
    if not _HAN.search(text):
        return ""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()


def plain(text: str) -> str:
    """Letters, digits and underscores of a text; '' where nothing of it can be spelled so."""
    told = unicodedata.normalize("NFKD", _spelled(text).casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", told)).strip("_")


def proposed(catalog: Catalog, entity: Entity, text: str) -> str:
    """A database name for a display name that nothing else has or had: `c_kehu_dengji`, else `c_f12`."""
    stem = plain(text)
    while len(PREFIX + stem) > LONGEST - 3 and "_" in stem:
        stem = stem.rpartition("_")[0]
    stem = stem[: LONGEST - len(PREFIX) - 3].strip("_")
    if not stem or stem.isdigit():
        stem = f"f{len(entity.stored) + 1}"
    name, n = PREFIX + stem, 2
    while name_problem(catalog, entity, name):
        name, n = f"{PREFIX}{stem}_{n}", n + 1
    return name
