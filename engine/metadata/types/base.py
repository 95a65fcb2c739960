"""The contract of a field type.

A type is one class. It says how a value is stored, judged, read from a control, shown and searched; it only
*names* its widget and operators and imports neither. Values cross layers in their JSON form (a date is ISO
text, a decimal is text): `parse` makes one from what a person typed, `to_column` and `to_json` translate at
the database.
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import babel
from sqlalchemy.types import TypeEngine

from engine.messages import M_, Message
from engine.metadata.model import Json

Options = Mapping[str, Json]

# Control characters other than tab and line ends are never meant; NUL cannot even be stored by PostgreSQL.
TEXT_PATTERN = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$"
LINE_PATTERN = r"^[^\u0000-\u001f\u007f]*$"


@dataclass(frozen=True, slots=True)
class Region:
    """How one reader writes numbers and dates."""

    locale: babel.Locale
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


def ascii_digits(text: str) -> str:
    """`text` with every script's decimal digits (full-width, Arabic, Devanagari …) as 0 to 9."""
    return text if text.isascii() else "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


class Invalid(ValueError):
    """What was typed cannot be read as a value of this type."""

    def __init__(self, code: str, message: Message) -> None:
        super().__init__(str(message))
        self.code, self.message = code, message


class FieldType(ABC):
    """One field type; instances hold no state."""

    name: ClassVar[str]
    widget: ClassVar[str]
    label: ClassVar[Message]
    operators: ClassVar[tuple[str, ...]] = ()
    options_schema: ClassVar[Mapping[str, Json]] = {}
    option_defaults: ClassVar[Mapping[str, Json]] = {}
    """What an option is taken for where it is left out; the others are then without bound."""
    required_options: ClassVar[tuple[str, ...]] = ()
    folds: ClassVar[bool] = False
    """Whether a searchable field of this type gets a folded column, used by text conditions and sorting."""
    refers: ClassVar[bool] = False
    """Whether the value is the id of a row of `options.entity`."""

    @abstractmethod
    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """The column, the same for a given type on each database; None for a type that stores nothing."""

    @abstractmethod
    def json_schema(self, options: Options) -> dict[str, Json]:
        """JSON Schema (2020-12, draft-07 compatible keywords) of a value that is not null."""

    def normalise(self, value: Json) -> Json:
        """A value that came as JSON, brought to the spelling that `parse` would give. Judges nothing."""
        return value

    def parse(self, raw: Sequence[str], region: Region) -> Json:
        """The value for what a control sent; None when empty. Raises Invalid."""
        text = raw[0].strip() if raw else ""
        return self.parse_text(text, region) if text else None

    def parse_text(self, text: str, region: Region) -> Json:
        """The value for one non-empty text. Raises Invalid."""
        return text

    def format(self, value: Json, region: Region, options: Options) -> str:
        """The value as a person reads it."""
        return str(value)

    def edit(self, value: Json, region: Region, options: Options) -> str:
        """The value as it stands in a control, such that `parse` gives it back."""
        return str(value)

    def to_column(self, value: Json) -> Any:
        """The value as the column takes it."""
        return value

    def to_json(self, value: Any) -> Json:
        """A column's value in its JSON form."""
        return value

    def fold_text(self, value: Json) -> str:
        """The text that text conditions look at (before folding)."""
        return str(value)

    def fold_term(self, term: str) -> str:
        """What was searched for, brought to the spelling of `fold_text` (before folding)."""
        return term

    def contradiction(self, options: Options) -> str:
        """What cannot be meant by options that are each right by themselves; '' when there is nothing."""
        return ""

    def narrowing(self, held: Options, coming: Options) -> Message | None:
        """What would make a value wrong that was right under the options held; None when nothing would."""
        for name in sorted({*held, *coming}):
            told = _narrowed(name, *(options.get(name, self.option_defaults.get(name)) for options in (held, coming)))
            if told is not None:
                return told
        return None

    def attributes(self, options: Options) -> dict[str, str]:
        """HTML attributes of the control that follow from the options."""
        return {}


# Options that only ever grow or shrink. What is not here is a choice of meaning, not of width.
_GROWING, _SHRINKING = ("max_length", "maximum", "digits", "places", "max_bytes"), ("minimum",)


def _narrowed(name: str, held: Json, coming: Json) -> Message | None:
    if held == coming or name in ("show", "where", "scale"):
        return None
    if name in _GROWING and coming is not None and (held is None or coming < held):
        return M_("“%(name)s” may not become smaller.", name=name)
    if name in _SHRINKING and coming is not None and (held is None or coming > held):
        return M_("“%(name)s” may not become larger.", name=name)
    if name == "choices":
        gone = {one["value"] for one in held or ()} - {one["value"] for one in coming or ()}
        return M_("the choice “%(value)s” may not go; mark it inactive instead.", value=min(gone)) if gone else None
    if name in (*_GROWING, *_SHRINKING) or (name in ("format", "types", "non_negative") and not coming):
        return None
    return M_("“%(name)s” may not be changed.", name=name)
