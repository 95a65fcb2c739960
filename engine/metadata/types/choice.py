"""Choices kept in the field's own options: yes or no, one of, several of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Boolean
from sqlalchemy.types import TypeEngine

from engine.messages import M_, Message
from engine.metadata.columns import WideText
from engine.metadata.model import Json
from engine.metadata.types.base import FieldType, Options, Region

CHOICES_SCHEMA = {
    "choices": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": {
                "value": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,60}$"},
                "label": {"type": "string", "minLength": 1, "maxLength": 200},
            },
            "required": ["value", "label"],
            "additionalProperties": False,
        },
    }
}


def values_of(options: Options) -> list[str]:
    """The stored values of the options' choices, in order."""
    return [choice["value"] for choice in options["choices"]]


def _repeated(options: Options) -> str:
    values = values_of(options)
    found = next((one for place, one in enumerate(values) if one.lower() in (other.lower() for other in values[:place])), "")
    return f"the choice {found!r} stands twice" if found else ""


class Check(FieldType):
    """Yes or no."""

    name = "check"
    widget = "checkbox"
    label = M_("Yes/no check")
    operators: ClassVar[tuple[str, ...]] = ("_eq", "_null", "_nnull")

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """BOOLEAN."""
        return Boolean(create_constraint=False)

    def json_schema(self, options: Options) -> dict[str, Json]:
        """A boolean."""
        return {"type": "boolean"}

    def parse(self, raw: Sequence[str], region: Region) -> Json:
        """True when the box sent anything but a plain no."""
        return bool(raw) and raw[-1].strip().lower() not in ("", "0", "false", "off", "no")

    def format(self, value: Json, region: Region, options: Options) -> str:
        """A mark that is the same in every language; the sentence beside it is the label."""
        return "✓" if value else "–"

    def edit(self, value: Json, region: Region, options: Options) -> str:
        """`true` or nothing."""
        return "true" if value else ""

    def to_json(self, value: Any) -> Json:
        """A real boolean, also from databases that keep 0 and 1."""
        return bool(value)


class Choice(FieldType):
    """One of a list kept in the field's options. The column holds the value, never its label."""

    name = "choice"
    widget = "select"
    label = M_("Single choice")
    operators: ClassVar[tuple[str, ...]] = ("_eq", "_neq", "_in", "_nin", "_null", "_nnull")
    options_schema: ClassVar[Mapping[str, Json]] = CHOICES_SCHEMA
    required_options: ClassVar[tuple[str, ...]] = ("choices",)

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """TEXT."""
        return WideText

    def json_schema(self, options: Options) -> dict[str, Json]:
        """One of the values."""
        return {"type": "string", "enum": values_of(options)}

    def contradiction(self, options: Options) -> str:
        """A value that stands twice, also with other capitals: SQLite compares those as one."""
        return _repeated(options)


class MultipleChoice(FieldType):
    """Several of a list kept in the field's options, in the list's order."""

    name = "multiple_choice"
    widget = "checkboxes"
    label = M_("Multiple choice")
    operators: ClassVar[tuple[str, ...]] = ("_any", "_all", "_none", "_empty", "_nempty")
    options_schema: ClassVar[Mapping[str, Json]] = CHOICES_SCHEMA
    required_options: ClassVar[tuple[str, ...]] = ("choices",)

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """A JSON array as text; values are plain codes, so a quoted one can be looked for with LIKE."""
        return WideText

    def json_schema(self, options: Options) -> dict[str, Json]:
        """An array of distinct values."""
        return {"type": "array", "items": {"type": "string", "enum": values_of(options)}, "uniqueItems": True}

    def contradiction(self, options: Options) -> str:
        """A value that stands twice."""
        return _repeated(options)

    def normalise(self, value: Json) -> Json:
        """No value for an empty array."""
        return value if value != [] else None

    def parse(self, raw: Sequence[str], region: Region) -> Json:
        """The values sent, without blanks and repeats; None when there are none."""
        return list(dict.fromkeys(part for part in raw if part.strip())) or None

    def format(self, value: Json, region: Region, options: Options) -> str:
        """The values; the renderer puts labels in their place."""
        return ", ".join(value)

    def edit(self, value: Json, region: Region, options: Options) -> str:
        """The values, comma separated."""
        return ",".join(value)

    def to_column(self, value: Json) -> Any:
        """JSON text; an empty choice is no value."""
        return json.dumps(value, separators=(",", ":")) if value else None

    def to_json(self, value: Any) -> Json:
        """The array."""
        return json.loads(value)


class Palette(FieldType):
    """A colour of a small palette that is readable in every theme: the mark of a list's entry."""

    name = "palette"
    widget = "palette"
    label = M_("Colour")
    operators: ClassVar[tuple[str, ...]] = Choice.operators
    colours: ClassVar[Mapping[str, Message]] = {
        "grey": M_("Grey"),
        "red": M_("Red"),
        "orange": M_("Orange"),
        "yellow": M_("Yellow"),
        "green": M_("Green"),
        "teal": M_("Teal"),
        "blue": M_("Blue"),
        "violet": M_("Violet"),
        "pink": M_("Pink"),
    }

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """TEXT."""
        return WideText

    def json_schema(self, options: Options) -> dict[str, Json]:
        """One of the names."""
        return {"type": "string", "enum": list(self.colours)}
