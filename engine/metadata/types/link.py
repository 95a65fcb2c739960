"""Links: values that are the id of a row elsewhere, kept honest by real foreign keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import BigInteger
from sqlalchemy.types import TypeEngine

from engine.messages import M_
from engine.metadata.model import Json
from engine.metadata.types.base import FieldType, Invalid, Options, Region

_TARGET = {
    "entity": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
    "show": {"enum": ["title", "description", "path"]},
    "where": {"type": "object"},
}
LARGEST_ID = 2**63 - 1
_KEY = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 60}
_KEYS = {"type": "array", "items": _KEY}
_STEP = {
    "type": "object",
    "properties": {
        "name": _KEY,
        "label": {"type": "string", "minLength": 1, "maxLength": 200},
        "moves": {"type": "object", "propertyNames": _KEY, "additionalProperties": _KEY, "minProperties": 1},
        "guard": {"type": "object"},
        "because": {"type": "string", "maxLength": 500},
        "needs": {"enum": ["approval"]},
    },
    "required": ["name", "label", "moves"],
    "additionalProperties": False,
}
LIFECYCLE = {
    "type": "object",
    "properties": {
        "initial": {**_KEYS, "minItems": 1},
        "ladder": {**_KEYS, "minItems": 1},
        "frozen": _KEYS,
        "approval": {"type": "object", "properties": {"by": _KEY, "flow": _KEY}, "required": ["by", "flow"], "additionalProperties": False},
        "steps": {"type": "array", "items": _STEP},
    },
    "required": ["initial", "ladder", "steps"],
    "additionalProperties": False,
}
"""The states of a list field and the steps between them: read by `engine.lifecycle`."""


class Reference(FieldType):
    """A record of another entity, found by typing (person, department, customer, contact, document …)."""

    name = "reference"
    widget = "picker"
    label = M_("Reference")
    operators: ClassVar[tuple[str, ...]] = ("_eq", "_neq", "_in", "_nin", "_null", "_nnull")
    options_schema: ClassVar[Mapping[str, Json]] = _TARGET
    required_options: ClassVar[tuple[str, ...]] = ("entity",)
    refers = True

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """BIGINT with a foreign key."""
        return BigInteger()

    def json_schema(self, options: Options) -> dict[str, Json]:
        """The id; that the row exists is checked beside the schema."""
        return {"type": "integer", "minimum": 1, "maximum": LARGEST_ID, "x-reference": options.get("entity", "file")}

    def parse_text(self, text: str, region: Region) -> Json:
        """The id. Raises Invalid."""
        if not (text.isascii() and text.isdigit() and len(text) < 20):
            raise Invalid("reference", M_("Choose one from the list."))
        return int(text)

    def to_column(self, value: Json) -> Any:
        """An int; JSON allows 3.0 for an integer."""
        return int(value)


class PublicList(Reference):
    """A public choice list: the rows of a dictionary, shared by every field that names it."""

    name = "list"
    widget = "select"
    label = M_("Public choice list")
    options_schema: ClassVar[Mapping[str, Json]] = {**_TARGET, "scale": {"type": "boolean"}, "lifecycle": LIFECYCLE}

    def contradiction(self, options: Options) -> str:
        """A step that stands twice, that needs an approval nobody names, or a state that no record can be in."""
        told = options.get("lifecycle")
        if told is None:
            return ""
        names = [step["name"] for step in told["steps"]]
        states = {*told["ladder"], *told.get("frozen", ())}
        used = {*told["initial"], *(state for step in told["steps"] for move in step["moves"].items() for state in move)}
        if len(names) != len(set(names)):
            return "a step stands twice"
        if any("needs" in step for step in told["steps"]) and "approval" not in told:
            return "a step needs approval, and nothing says who names the flow"
        return f"the state {sorted(used - states)[0]!r} is neither on the ladder nor frozen" if used - states else ""


class Tree(Reference):
    """A node of a tree dictionary, shown with its path; any node may be chosen."""

    name = "tree"
    widget = "select"
    label = M_("Tree choice")
    operators: ClassVar[tuple[str, ...]] = ("_under", *Reference.operators)


class Attachment(Reference):
    """A stored file."""

    name = "attachment"
    widget = "file"
    label = M_("Attachment")
    operators: ClassVar[tuple[str, ...]] = ("_null", "_nnull")
    required_options: ClassVar[tuple[str, ...]] = ()
    options_schema: ClassVar[Mapping[str, Json]] = {
        "types": {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9]{1,8}$"}},
        "max_bytes": {"type": "integer", "minimum": 1, "maximum": 8 * 2**20},
    }
    refers = False


class Image(Attachment):
    """A stored picture."""

    name = "image"
    widget = "image"
    label = M_("Image")
    options_schema: ClassVar[Mapping[str, Json]] = {"max_bytes": {"type": "integer", "minimum": 1, "maximum": 8 * 2**20}}
