"""The judge: one JSON Schema for an entity and a mode, for form, API, import and bulk edit alike.

`jsonschema` is the reference, `jsonschema-rs` the fast engine behind the same function; a corpus of cases goes
through both. Formats are our own functions in both, since a format the engine does not know passes silently.
A missing key's error has an empty path; here it lands on its field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.kept import kept
from engine.messages import M_, Message, Problem
from engine.metadata.formats import FORMATS
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.metadata.types import TYPES

Mode = Literal["create", "update"]
DRAFTS = {"2020-12": "https://json-schema.org/draft/2020-12/schema", "draft-07": "http://json-schema.org/draft-07/schema#"}

SENTENCES: dict[str, Message] = {
    "required": M_("“%(label)s” must be filled in."),
    "unknown": M_("“%(label)s” is not a field here."),
    "maxLength": M_("“%(label)s” may be at most %(limit)s characters long; this has %(length)s."),
    "minimum": M_("“%(label)s” must be at least %(limit)s."),
    "maximum": M_("“%(label)s” must be at most %(limit)s."),
    "enum": M_("“%(label)s” must be one of the choices offered."),
    "uniqueItems": M_("“%(label)s” names a choice twice."),
    "format.email": M_("“%(label)s” must be an e-mail address, like name@example.com."),
    "format.uri": M_("“%(label)s” must be a web address, like https://example.com."),
    "format.phone": M_("“%(label)s” must be a telephone number, like +86 10 1234 5678."),
    "format.date": M_("“%(label)s” must be a date, like 2026-11-24."),
    "format.date-time": M_("“%(label)s” must be a date and time with its zone, like 2026-11-24T14:30:00Z."),
    "pattern": M_("“%(label)s” holds characters that cannot be used here."),
    "pattern.decimal": M_("“%(label)s” must be a number with at most %(whole)s digits before and %(places)s after the point."),
    "pattern.decimal.positive": M_("“%(label)s” must be a number from 0, with at most %(whole)s digits before and %(places)s after the point."),
    "pattern.time": M_("“%(label)s” must be a time, like 14:30:00."),
    "type": M_("“%(label)s” has a value of the wrong kind."),
    "encoding": M_("“%(label)s” holds characters that cannot be used here."),
}
"""The sentence for each problem code. `%(label)s` is filled in when it is spoken, in the reader's language."""

# A value may break several keywords at once, and engines report them in different orders; the first of these is told.
_RANK = {code: rank for rank, code in enumerate(("unknown", "required", "type", "enum", "uniqueItems", "maxLength", "format"))}


NOT_AN_OBJECT = M_("A record is a JSON object: field names with their values.")


def schema(entity: Entity, mode: Mode, *, draft: str = "2020-12") -> dict[str, Json]:
    """The JSON Schema of an entity's record.

    Creating demands the required fields that have no default; an update may leave any out. A field that does not always
    stand on the card may be left out and empty: when it is demanded is judged beside the schema.
    """
    fields = list(judged(entity))
    hidden = {group.name for group in entity.groups if group.visible is not None}
    demanded = {one.name for one in fields if one.required and one.group not in hidden and one.rules.get("visible") is None}
    found: dict[str, Json] = {
        "$schema": DRAFTS[draft],
        "type": "object",
        "properties": {one.name: _property(one, demanded=one.name in demanded) for one in fields},
        "additionalProperties": False,
    }
    if mode == "create" and (required := [one.name for one in fields if one.name in demanded and one.default is None]):
        found["required"] = required
    return found


def judged(entity: Entity) -> Iterator[Field]:
    """The fields that have a value."""
    return (field for field in entity.by_name.values() if TYPES[field.type].column_type(field.options) is not None)


def _property(field: Field, *, demanded: bool) -> dict[str, Json]:
    told = dict(TYPES[field.type].json_schema(field.options))
    if demanded:
        return told
    told["type"] = [told["type"], "null"]
    if "enum" in told:
        told["enum"] = [*told["enum"], None]
    return told


@dataclass(frozen=True, slots=True)
class Judge:
    """A compiled schema."""

    entity: Entity
    errors: Callable[[Mapping[str, Json]], Iterator[tuple[str | None, str, Json]]]

    def check(self, values: Mapping[str, Json]) -> list[Problem]:
        """Everything that is wrong with a record's values, at most one problem a field, in the card's order."""
        plain = {name: _judgeable(value) for name, value in values.items() if _is_encodable(name) and _is_encodable(value)}
        ranked = sorted(self.errors(plain), key=lambda error: _RANK.get(error[1], len(_RANK)))
        found: dict[str | None, Problem] = {}
        for name, code, _ in ranked:
            if name not in found:
                found[name] = self._problem(name, code, plain.get(name or ""))
        for name in values.keys() - plain.keys():
            code = "encoding" if name in self.entity.by_name else "unknown"
            found[name] = Problem(name, code, SENTENCES[code])
        order = {name: place for place, name in enumerate(self.entity.by_name)}
        return sorted(found.values(), key=lambda one: (order.get(one.field or "", len(order)), one.field or ""))

    def _problem(self, name: str | None, code: str, value: Json) -> Problem:
        field = self.entity.by_name.get(name or "")
        if field is None:
            return Problem(name, "unknown", SENTENCES["unknown"])
        if value is None and code != "unknown":
            code = "required"
        sentence, params = _sentence(field, code, value)
        return Problem(name, code, Message(sentence.text, params))


def _sentence(field: Field, code: str, value: Json) -> tuple[Message, dict[str, object]]:
    told = TYPES[field.type].json_schema(field.options)
    if code in ("pattern", "type") and field.type in ("decimal", "amount"):
        places = int(field.options.get("places", 2))
        digits = int(field.options.get("digits", 12))
        key = "pattern.decimal.positive" if field.options.get("non_negative") else "pattern.decimal"
        return SENTENCES[key], {"whole": max(digits - places, 1), "places": places}
    if code == "pattern" and field.type == "time":
        return SENTENCES["pattern.time"], {}
    if code == "format":
        return SENTENCES[f"format.{told['format']}"], {}
    params: dict[str, object] = {"limit": told[code]} if code in ("maxLength", "minimum", "maximum") else {}
    if code == "maxLength":
        params["length"] = len(value)
    return SENTENCES.get(code, SENTENCES["type"]), params


def _is_encodable(value: Json) -> bool:
    """Whether no text in it holds half a character (a lone surrogate), which no database stores."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
    return all(_is_encodable(one) for one in value if isinstance(one, str)) if isinstance(value, list) else True


def _judgeable(value: Json) -> Json:
    """The same for every value that a field can have; of anything nested deeper, only that it is of the wrong kind."""
    if isinstance(value, list):
        return [{} if isinstance(one, (list, dict)) else one for one in value]
    return {} if isinstance(value, dict) else value


@kept(256)
def judge(catalog: Catalog, entity: Entity, mode: Mode) -> Judge:
    """The judge of an entity (as narrowed for the actor) and a mode, compiled once per catalog version."""
    return Judge(entity, fast_errors(schema(entity, mode)) or reference_errors(schema(entity, mode)))


def fast_errors(document: Json) -> Callable[[Mapping[str, Json]], Iterator[tuple[str | None, str, Json]]] | None:
    """The errors by `jsonschema-rs`, or None where it is not installed."""
    try:
        from jsonschema_rs import Draft202012Validator, ValidationErrorKind
    except ImportError:
        return None
    validator = Draft202012Validator(document, formats=FORMATS, validate_formats=True, ignore_unknown_formats=False)

    def errors(values: Mapping[str, Json]) -> Iterator[tuple[str | None, str, Json]]:
        for error in validator.iter_errors(values):
            kind = error.kind
            if isinstance(kind, ValidationErrorKind.AdditionalProperties):
                yield from ((name, "unknown", None) for name in kind.unexpected)
            elif isinstance(kind, ValidationErrorKind.Required):
                yield kind.property, "required", None
            else:
                yield _named(error.instance_path), kind.name, error.instance

    return errors


def reference_errors(document: Json) -> Callable[[Mapping[str, Json]], Iterator[tuple[str | None, str, Json]]]:
    """The errors by `jsonschema`."""
    from jsonschema import Draft202012Validator, FormatChecker, ValidationError
    from jsonschema.validators import extend

    def pattern(_: Any, wanted: str, value: Json, __: Json) -> Iterator[ValidationError]:
        # JSON Schema's `$` is the very end; Python's is also before a last line break.
        if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", wanted), value):
            yield ValidationError(f"{value!r} does not match {wanted!r}")

    checker = FormatChecker(formats=())
    for name, function in FORMATS.items():
        checker.checks(name)(function)
    validator = extend(Draft202012Validator, {"pattern": pattern})(document, format_checker=checker)  # type: ignore[no-untyped-call]

    def errors(values: Mapping[str, Json]) -> Iterator[tuple[str | None, str, Json]]:
        for error in validator.iter_errors(values):
            if error.validator == "additionalProperties":
                yield from ((name, "unknown", None) for name in values if name not in document["properties"])
            elif error.validator == "required":
                yield next(n for n in document["required"] if error.message.startswith(repr(n))), "required", None
            else:
                yield _named(error.absolute_path), str(error.validator), error.instance

    return errors


def _named(path: Any) -> str | None:
    steps = list(path)
    return str(steps[0]) if steps else None


def normalised(entity: Entity, values: Mapping[str, Json]) -> dict[str, Json]:
    """JSON values in the spelling a form would have sent; unknown names are left for the judge to refuse."""
    known = entity.by_name
    return {name: TYPES[known[name].type].normalise(value) if name in known else value for name, value in values.items()}
