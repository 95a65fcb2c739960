"""A change of the metadata as a value: it can check itself, say itself in words, be applied to a catalog and be reversed.

An operation never touches a database. What it changes there follows from the catalogs before and after it: rows of the
metadata tables by `store.write_difference`, columns and indexes by `ddl.difference`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Literal
from unicodedata import category

from engine.errors import BadOperation
from engine.messages import M_, Message
from engine.metadata.model import Catalog, Json

Level = Literal["error", "confirm", "warning", "note"]
"""An error stops; what is to be confirmed stops until somebody does; the rest is for reading."""

NAME: Mapping[str, Json] = {"type": "string", "pattern": "^[a-z][a-z0-9]*(_[a-z0-9]+)*$(?!\\n)", "maxLength": 40}
TABLE: Mapping[str, Json] = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$(?!\\n)", "maxLength": 60}
ZONE: Mapping[str, Json] = {"type": "string", "maxLength": 60}
LABEL: Mapping[str, Json] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "\\S"}
LABELS: Mapping[str, Json] = {"type": "object", "propertyNames": {"pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"}, "additionalProperties": LABEL}
CONDITION: Mapping[str, Json] = {"type": ["object", "null"]}
STARTS: Mapping[str, Json] = {
    "type": ["object", "null"], "properties": {"by": NAME, "field": NAME}, "required": ["by", "field"], "additionalProperties": False,
}  # fmt: skip
_SHAPE = ("required", "additionalProperties", "type")
"""What is asked of operations that a journal holds. What became stricter since must not make history unreadable."""
UNSTORABLE = M_("It contains characters that cannot be kept, such as control characters.")
WIDTHS = ["full", "wide", "half", "third"]
"""The whole row, two columns of three or four, one column; `third` is one column as well."""
FLAG: Mapping[str, Json] = {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know before a change runs. `code` is stable and documented in docs/administrator.md."""

    code: str
    level: Level
    message: Message
    entity: str = ""
    field: str = ""

    @property
    def key(self) -> str:
        """What is to be confirmed, by name: a confirmation of one thing confirms no other."""
        return ":".join(part for part in (self.code, self.entity, self.field) if part)


@dataclass(frozen=True, slots=True)
class Operation(ABC):
    """One change of the metadata. The fields of a subclass are its JSON form; `arguments` is the schema they are judged by."""

    kind: ClassVar[str]
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]]

    @abstractmethod
    def check(self, catalog: Catalog) -> list[Finding]:
        """What speaks against applying it to this catalog, and what to know before."""

    @abstractmethod
    def apply_to(self, catalog: Catalog) -> Catalog:
        """The catalog after it. Only for a catalog in which `check` finds no error."""

    @abstractmethod
    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """What brings the catalog after it back to this one, without loss; None where nothing does."""

    @abstractmethod
    def describe(self, catalog: Catalog) -> Message:
        """The sentence for it, as seen from the catalog before it."""

    def to_json(self) -> dict[str, Json]:
        """Its JSON form; what is as by default is left out."""
        told: dict[str, Json] = {"operation": self.kind}
        for one in fields(self):
            value = getattr(self, one.name)
            default = one.default_factory() if one.default_factory is not MISSING else one.default
            if value != default:
                told[one.name] = list(value) if isinstance(value, tuple) else value
        return told


def read(documents: Json, operations: Mapping[str, type[Operation]], *, kept: bool = False) -> tuple[Operation, ...]:
    """Operations from their JSON form; with `kept`, of what a database has kept already. Raises BadOperation, which names place and argument."""
    if not isinstance(documents, Sequence) or isinstance(documents, str):
        raise BadOperation(0, "", M_("Operations are a list of JSON objects."))
    return tuple(_read(place, document, operations, kept) for place, document in enumerate(documents, start=1))


def _read(place: int, document: Json, operations: Mapping[str, type[Operation]], kept: bool) -> Operation:
    kind = document.get("operation") if isinstance(document, Mapping) else None
    known = operations.get(kind) if isinstance(kind, str) else None
    if kind is None and isinstance(document, Mapping):
        raise BadOperation(place, "operation", M_("“%(name)s” is missing.", name="operation"))
    if known is None:
        raise BadOperation(place, "operation", M_("There is no operation “%(name)s”. Known: %(known)s.", name=kind, known=", ".join(operations)))
    told = {name: value for name, value in document.items() if name != "operation"}
    for name, value in told.items():
        if not kept and not storable(value):
            raise BadOperation(place, str(name) if storable(name) else "", UNSTORABLE)
    _check_arguments(place, known, told, kept)
    return _made(known, told)


def rebuilt(documents: Sequence[Mapping[str, Json]], operations: Mapping[str, type[Operation]]) -> list[Operation]:
    """The same for JSON forms that were judged when they were written down: the journal's own."""
    return [_made(operations[one["operation"]], {name: value for name, value in one.items() if name != "operation"}) for one in documents]


def _made(known: type[Operation], told: Mapping[str, Any]) -> Operation:
    shapes = {one.name: one.type for one in fields(known)}
    return known(**{name: tuple(value) if str(shapes[name]).startswith("tuple") else value for name, value in told.items()})


def storable(value: Json) -> bool:
    """Whether every text in it can be kept by each database, and reads as it is written.

    No control characters but line breaks and tabs, no half characters, and nothing that turns the direction of what follows:
    a label stands within sentences.
    """
    if isinstance(value, str):
        return (value.isascii() and value.isprintable()) or not any(_is_unfit(char) for char in value)
    if isinstance(value, Mapping):
        return all(storable(one) for pair in value.items() for one in pair)
    return not isinstance(value, Sequence) or all(storable(one) for one in value)


def _is_unfit(char: str) -> bool:
    return (category(char) in ("Cc", "Cs") and char not in "\n\r\t") or "\u202a" <= char <= "\u202e"


def _check_arguments(place: int, known: type[Operation], told: Mapping[str, Any], kept: bool) -> None:
    from jsonschema import Draft202012Validator  # here: only a change of the metadata needs it
    from jsonschema.exceptions import best_match

    needed = [one.name for one in fields(known) if one.default is MISSING and one.default_factory is MISSING]
    schema = {"type": "object", "properties": dict(known.arguments), "required": needed, "additionalProperties": False}
    found = Draft202012Validator(schema).iter_errors(dict(told))
    error = best_match(one for one in found if not kept or one.validator in _SHAPE)
    if error is None:
        return
    if error.validator == "required" and not error.absolute_path:
        name = next(one for one in needed if one not in told)
        raise BadOperation(place, name, M_("“%(name)s” is missing.", name=name))
    if error.validator == "additionalProperties" and not error.absolute_path:
        name = next(one for one in told if one not in known.arguments)
        raise BadOperation(place, name, M_("“%(operation)s” takes no “%(name)s”.", operation=known.kind, name=name))
    name = str(error.absolute_path[0]) if error.absolute_path else ""
    if error.schema == NAME and isinstance(error.instance, str):
        raise BadOperation(place, name, M_("“%(name)s” cannot be a database name: small letters a–z and digits, with single _ between, begin "
                                           "with a letter, %(most)s characters at most.", name=error.instance[:60], most=NAME["maxLength"]))  # fmt: skip
    raise BadOperation(place, name, M_("“%(name)s” is not well formed: %(reason)s", name=name, reason=error.message))
