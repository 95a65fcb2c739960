"""Folding: one spelling for texts that a person takes to be the same.

Done once, in the program, when a text is written and when a term is searched, so that all three databases
agree: they only ever compare folded texts byte by byte. (Their own collations disagree on ß, ł and width.)
"""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
# Letters whose stroke or ligature is not a combining mark, so decomposition alone leaves them.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"})
# Voicing marks of kana are letters, not accents: が is not か.
_KEPT_MARKS = frozenset("\u3099\u309a")


def fold(text: str) -> str:
    """`text` without case, width, accents, invisible characters and repeated white space."""
    if text.isascii() and not _CONTROL.search(text):
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(char for char in decomposed if _is_kept(char))
    return " ".join(unicodedata.normalize("NFC", kept.translate(_LETTERS)).split())


def _is_kept(char: str) -> bool:
    return char in _KEPT_MARKS or unicodedata.category(char) not in ("Mn", "Cf", "Cc") or char.isspace()
