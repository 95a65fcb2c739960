"""From a value of one field type to one of another: by way of the text that a person would read, in a neutral notation.

A choice is converted by its label or its value, a yes or no by its words; what the new type does not take is left out
and listed before anything runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import babel

from engine.messages import M_
from engine.metadata.folding import fold
from engine.metadata.formats import validator
from engine.metadata.model import Field, Json
from engine.metadata.types import TYPES, Invalid, Region

NEUTRAL = Region(babel.Locale.parse("en"))
CONVERTIBLE = frozenset({
    "text", "integer", "decimal", "amount", "multiline", "rich_text", "date", "time", "datetime", "check", "choice", "multiple_choice",
    "email", "phone", "url",
})  # fmt: skip
_YES, _NO = {"true", "yes", "1", "是", "✓", "y"}, {"false", "no", "0", "否", "–", "n"}


def convert(source: Field, target: Field, value: Json) -> Json:
    """The value as the target field has it. Raises Invalid where it has no such value."""
    if value is None or source.type == target.type:
        found = value
    elif target.type == "check":
        found = _yes_or_no(value)
    elif target.type == "choice":
        found = _chosen(target, _text(source, value))
    elif target.type == "multiple_choice":
        found = [_chosen(target, one) for one in (value if isinstance(value, list) else [_text(source, value)])]
    elif (source.type, target.type) == ("datetime", "date"):
        found = str(value)[:10]
    else:
        found = TYPES[target.type].parse([_text(source, value)], NEUTRAL)
    found = TYPES[target.type].normalise(found)
    if found is None and value not in (None, False, "", []):
        raise Invalid("convert", M_("“%(text)s” has no value of the new kind.", text=str(value)[:60]))
    if found is not None and not _judge(target.type, _frozen(target.options)).is_valid(found):
        raise Invalid("convert", M_("“%(text)s” does not fit the new field.", text=str(value)[:60]))
    return found


def _text(source: Field, value: Json) -> str:
    kind = TYPES[source.type]
    if source.type == "choice":
        return next((str(one["label"]) for one in source.options["choices"] if one["value"] == value), str(value))
    if source.type == "multiple_choice":
        labels = {one["value"]: str(one["label"]) for one in source.options["choices"]}
        return ", ".join(labels.get(one, str(one)) for one in value)
    if source.type in ("decimal", "amount", "integer", "date", "time"):
        return str(value)
    return kind.fold_text(value) if source.type == "rich_text" else kind.edit(value, NEUTRAL, source.options)


def _yes_or_no(value: Json) -> bool:
    told = fold(str(value))
    if told in _YES:
        return True
    if told in _NO:
        return False
    raise Invalid("convert", M_("“%(text)s” is neither yes nor no.", text=str(value)[:60]))


def _chosen(target: Field, text: str) -> str:
    for one in target.options["choices"]:
        if fold(text) in (fold(str(one["label"])), fold(one["value"])):
            return str(one["value"])
    raise Invalid("convert", M_("“%(text)s” is none of the choices.", text=text[:60]))


def _frozen(options: Mapping[str, Json]) -> str:
    return json.dumps(options, sort_keys=True)


@lru_cache(maxsize=64)
def _judge(kind: str, options: str) -> Any:
    """The schema of a value, compiled once: a conversion asks it for every row."""
    return validator(TYPES[kind].json_schema(json.loads(options)))
