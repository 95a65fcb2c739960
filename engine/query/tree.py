"""The condition tree, and how it is read from an address or from JSON.

`filter[name][_contains]=acme` and `filter={"_or": [{"name": {"_contains": "acme"}}, …]}` give the same kind of
tree. Everything is checked here, before any SQL exists: an unknown field or operator is refused by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.errors import BadValue, UnknownField, UnknownOperator, UnknownParameter
from engine.messages import M_
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES
from engine.query.operators import OPERATORS

MAX_DEPTH, MAX_RULES, MAX_VALUES = 5, 100, 500
MAX_WORDS, MAX_WORDS_LENGTH = 8, 200
MAX_WEIGHT = 5_000
"""The most values of all conditions together: what a database takes in one statement is limited."""
DEFAULT_SIZE, MAX_SIZE = 50, 200
_FILTER_KEY = re.compile(r"^filter\[(?P<field>[^\[\]]+)\](?:\[(?P<operator>_[a-z_]+)\])?$")


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition: a field, an operator and its value as written (text or JSON)."""

    field: str
    operator: str
    value: Json


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by and / or."""

    joiner: Literal["_and", "_or"]
    members: tuple[Condition, ...]


Condition = Rule | Junction


@dataclass(frozen=True, slots=True)
class SortKey:
    """A field to sort by."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a list page or `GET /api/v1/<entity>` was asked for."""

    condition: Junction
    words: str = ""
    sort: tuple[SortKey, ...] = ()
    fields: tuple[str, ...] = ()
    size: int = DEFAULT_SIZE
    after: str = ""


def parse(args: Iterable[tuple[str, str]], entity: Entity) -> Query:
    """Read a list's parameters. Raises UnknownParameter, UnknownField, UnknownOperator, BadValue."""
    members: list[Condition] = []
    told: dict[str, str] = {}
    for key, value in args:
        if match := _FILTER_KEY.match(key):
            members.append(_rule(entity, match["field"], match["operator"] or "_eq", value))
        elif key == "filter":
            members.append(from_json(_load(value), entity))
        elif key in ("q", "sort", "fields", "page[size]", "page[after]"):
            told[key] = value
        else:
            raise UnknownParameter(key)
    if sum(_count(member) for member in members) > MAX_RULES or sum(_weight(member) for member in members) > MAX_WEIGHT:
        raise BadValue("filter", M_("There are too many conditions."))
    return Query(
        condition=Junction("_and", tuple(members)),
        words=_words(told.get("q", "")),
        sort=tuple(_sort_keys(told.get("sort", ""), entity)),
        fields=tuple(_names(told.get("fields", ""), entity)),
        size=size_of(told.get("page[size]", "")),
        after=told.get("page[after]", ""),
    )


def from_json(document: Json, entity: Entity, *, searchable_only: bool = True, depth: int = 0) -> Condition:
    """A condition from its JSON form. Raises UnknownField, UnknownOperator, BadValue."""
    if not isinstance(document, Mapping) or depth > MAX_DEPTH or len(document) > MAX_RULES:
        raise BadValue("filter", M_("The condition is not well formed."))
    members: list[Condition] = []
    for key, value in document.items():
        if key in ("_and", "_or"):
            if not isinstance(value, list) or len(value) > MAX_RULES:
                raise BadValue("filter", M_("The condition is not well formed."))
            joined = (from_json(one, entity, searchable_only=searchable_only, depth=depth + 1) for one in value)
            members.append(Junction("_and" if key == "_and" else "_or", tuple(joined)))
        else:
            told = value if isinstance(value, Mapping) else {"_eq": value}
            members.extend(_rule(entity, key, op, one, searchable_only=searchable_only) for op, one in told.items())
    return members[0] if len(members) == 1 else Junction("_and", tuple(members))


def _count(condition: Condition) -> int:
    return 1 if isinstance(condition, Rule) else sum(_count(member) for member in condition.members)


def _weight(condition: Condition) -> int:
    if isinstance(condition, Rule):
        return len(condition.value) if isinstance(condition.value, tuple) else 1
    return sum(_weight(member) for member in condition.members)


def to_json(condition: Condition) -> Json:
    """The JSON form of a condition."""
    if isinstance(condition, Rule):
        return {condition.field: {condition.operator: condition.value}}
    return {condition.joiner: [to_json(member) for member in condition.members]}


def _load(text: str) -> Json:
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # half a character (a lone surrogate) is no text
    except (ValueError, RecursionError):
        raise BadValue("filter", M_("The condition is not well formed.")) from None
    return found


def _rule(entity: Entity, name: str, operator: str, value: Json, *, searchable_only: bool = True) -> Rule:
    field = entity.field(name)
    if searchable_only and not field.searchable:
        raise UnknownField(entity.name, name)
    allowed = operators_of(field)
    if operator not in allowed:
        raise UnknownOperator(name, operator, allowed)
    if OPERATORS[operator].arity in ("many", 2):
        value = value if isinstance(value, list) else str(value).split(",")
        if len(value) > MAX_VALUES:
            raise BadValue(name, M_("There are too many values."))
        if any(isinstance(one, (list, Mapping)) for one in value):
            raise BadValue(name, M_("The condition is not well formed."))
    elif isinstance(value, (list, Mapping)):
        raise BadValue(name, M_("The condition is not well formed."))
    return Rule(name, operator, tuple(value) if isinstance(value, list) else value)


def operators_of(field: Field) -> tuple[str, ...]:
    """The operators a field offers. A translatable text is looked for in all its languages at once."""
    if field.options.get("translatable"):
        return ("_contains", "_ncontains", "_empty", "_nempty")
    return TYPES[field.type].operators


def _words(text: str) -> str:
    words = text.strip()
    if len(words) > MAX_WORDS_LENGTH or len(words.split()) > MAX_WORDS:
        raise BadValue("q", M_("Search for at most %(most)s words, %(length)s characters in all.", most=MAX_WORDS, length=MAX_WORDS_LENGTH))
    return words


def _sort_keys(text: str, entity: Entity) -> Iterable[SortKey]:
    for part in filter(None, text.split(",")):
        name = part.removeprefix("-")
        if name not in ("id", "created_at", "updated_at") and not is_sortable(entity.field(name)):
            raise BadValue(name, M_("The list cannot be sorted by “%(name)s”.", name=name))
        yield SortKey(name, part.startswith("-"))


def is_sortable(field: Field) -> bool:
    """Whether a list can be sorted by the field: by its value, or by the order of its dictionary."""
    return field.sortable and field.type not in ("reference", "attachment", "image", "hint", "rich_text", "multiple_choice")


def _names(text: str, entity: Entity) -> Iterable[str]:
    for name in filter(None, text.split(",")):
        yield name if name in ("id", "version", "created_at", "updated_at") else entity.field(name).name


BAD_MARK = M_("This page mark is not valid any more. Start again from the first page.")


def size_of(text: str) -> int:
    """How many records a page holds, as `page[size]` asks; empty for the usual. Raises BadValue."""
    if not text:
        return DEFAULT_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= MAX_SIZE):
        raise BadValue("page[size]", M_("A page holds 1 to %(most)s records.", most=MAX_SIZE))
    return int(text)
