"""Files of translations, whatever their format: what was read from one, and why one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.errors import FieldloomError
from engine.i18n.language import Language, describe
from engine.messages import M_, Message

MOST_BYTES = 8 * 2**20
MOST_ROWS = 60_000
MOST_TOLD = 50
"""How many mistakes of one file are told."""


@dataclass(frozen=True, slots=True)
class Line:
    """One translation in a file, with the line (or row) it begins in. `former` is the English it was made from, where that has changed."""

    key: str
    source: str
    text: str
    fuzzy: bool
    number: int
    former: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """What a file holds. `exported` is the moment it was written by us, where it says so."""

    lines: tuple[Line, ...]
    exported: datetime | None = None


class BadFile(FieldloomError):
    """A file of translations is refused as a whole; nothing changed. `mistakes` are (line or None, what is wrong)."""

    def __init__(self, mistakes: Sequence[tuple[int | None, Message]]) -> None:
        self.mistakes = tuple(mistakes[:MOST_TOLD])
        line, what = self.mistakes[0]
        super().__init__(M_("Line %(line)s: %(what)s", line=line, what=what) if line else what)


def decoded(content: bytes) -> str:
    """The file's text. Raises BadFile where it is too large or not UTF-8."""
    if len(content) > MOST_BYTES:
        raise BadFile([(None, M_("The file is larger than %(most)s MB.", most=MOST_BYTES // 2**20))])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadFile([(line, M_("The file is not in UTF-8. Save it in that encoding and try again."))]) from None


def check_language(told: str, wanted: Language) -> None:
    """Raises BadFile where a file says that it is in another language."""
    named = describe(told.strip()) if told.strip() else None
    if named is None:
        return
    same = named.locale.language == wanted.locale.language and named.locale.script in (None, wanted.locale.script)
    if not same and named.tag.replace("_", "-") != wanted.tag:
        message = M_("The file is in %(other)s, not in %(language)s.", other=named.name, language=wanted.name)
        raise BadFile([(None, message)])


def moment(told: str | None) -> datetime | None:
    """When a file was written, from what it says; None where that is no moment."""
    try:
        found = datetime.fromisoformat(told or "")
        return found.astimezone(UTC) if found.tzinfo and found <= datetime.now(UTC) else None
    except (ValueError, OverflowError):
        return None


def check_repeats(lines: Sequence[Line]) -> None:
    """Raises BadFile where a text stands twice, or there are too many."""
    if len(lines) > MOST_ROWS:
        raise BadFile([(None, M_("The file has more than %(most)s entries.", most=MOST_ROWS))])
    first: dict[str, int] = {}
    twice = [
        (one.number, M_("The same text stands in line %(line)s already.", line=first[one.key]))
        for one in lines
        if first.setdefault(one.key, one.number) != one.number
    ]
    if twice:
        raise BadFile(twice)
