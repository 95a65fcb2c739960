"""A condition as levels of rows (field, operator, value) and of groups in them: what a form sends as a condition, and a condition as a form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from engine.errors import BadValue
from engine.messages import M_
from engine.metadata.folding import fold
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES, Invalid, Region
from engine.query import tree
from engine.query.operators import OPERATORS
from engine.query.tree import Condition, Junction, Rule
from engine.render import search
from engine.render.bind import Submission
from engine.render.view import View

_COMMA, _SEMICOLON = re.compile(r"\s*[,，、،]\s*"), re.compile(r"\s*[;；؛]\s*")

Joiner = Literal["_and", "_or"]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in one row."""

    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """Rows and groups joined in one way. A group is a level within another."""

    joiner: Joiner = "_and"
    rows: tuple[Row, ...] = ()
    groups: tuple[Level, ...] = ()


def sent_level(sent: Submission, stem: str, depth: int = 0) -> Level:
    """What stands in the controls of a form; empty rows and groups are passed over."""
    joiner: Joiner = "_or" if sent.one(f"{stem}.joiner") == "_or" else "_and"
    groups = [sent_level(sent, f"{stem}.{name}", depth + 1) for name in _sent_groups(sent, stem, depth)]
    return Level(joiner, tuple(_sent_rows(sent, stem)), tuple(one for one in groups if one.rows or one.groups))


def _sent_groups(sent: Submission, stem: str, depth: int = 0) -> Iterator[str]:
    place = 0
    while f"{stem}.g{place}.joiner" in sent and place < tree.MAX_RULES and depth < tree.MAX_DEPTH:
        yield f"g{place}"
        place += 1


def _sent_rows(sent: Submission, stem: str) -> Iterator[Row]:
    place = 0
    while f"{stem}.{place}.field" in sent and place < tree.MAX_RULES:
        texts = [text.strip() for end in ("value", "second") for text in sent.texts.get(f"{stem}.{place}.{end}", ())]
        if name := sent.one(f"{stem}.{place}.field"):
            yield Row(name, sent.one(f"{stem}.{place}.operator"), tuple(text for text in texts if text))
        place += 1


def document_of(entity: Entity, region: Region, level: Level) -> Json:
    """The condition of a level in its JSON form; None for none. Raises UnknownField, UnknownOperator, BadValue."""
    members = [_rule(entity, region, row) for row in level.rows]
    members += [told for one in level.groups if (told := document_of(entity, region, one)) is not None]
    if not members:
        return None
    return members[0] if len(members) == 1 else {level.joiner: members}


def _rule(entity: Entity, region: Region, row: Row) -> dict[str, Json]:
    one = entity.field(row.field)
    operator = row.operator or tree.operators_of(one)[0]
    arity = OPERATORS[operator].arity if operator in OPERATORS else 1
    if arity == 0:
        return {one.name: {operator: True}}
    texts = [part for text in row.values for part in (_parts(text) if arity == "many" else [text]) if part]
    if not texts or (arity == 2 and len(texts) != 2):
        raise BadValue(one.name, M_("Say with what “%(name)s” is compared.", name=one.name))
    if arity == 1 and len(texts) > 1:
        raise BadValue(one.name, M_("“%(name)s” is compared with one value here. For several, choose “is any of”.", name=one.name))
    values = [text if operator == "_relative" else _value(one, text, region) for text in texts]
    return {one.name: {operator: values if arity in ("many", 2) else values[0]}}


def _parts(text: str) -> list[str]:
    """Several values of one text: between semicolons where there are any, else between commas."""
    return (_SEMICOLON if _SEMICOLON.search(text) else _COMMA).split(text)


def several(texts: Sequence[str]) -> str:
    """Several values as one text."""
    return ("; " if len(texts) > 1 and any(_COMMA.search(text) for text in texts) else ", ").join(texts)


def _value(one: Field, text: str, region: Region) -> Json:
    """A value as it is kept: the same for readers of every language."""
    if _is_kept_as_text(one, text):
        return text
    try:
        return TYPES[one.type].parse([text], region)
    except Invalid as error:
        raise BadValue(one.name, error.message) from None


def _is_kept_as_text(one: Field, text: str) -> bool:
    kind = TYPES[one.type]
    return text.startswith("$") or kind.folds or one.type == "check" or kind.refers or "choices" in one.options


# -- names typed for rows and choices --------------------------------------------------------------------------


def named(view: View, entity: Entity, sent: Submission, stem: str) -> Submission:
    """What was sent, with the stored value in place of each name that was typed for a row or a choice."""
    return Submission(dict(sent.texts) | dict(_named_texts(view, entity, sent, stem)), sent.files)


def _named_texts(view: View, entity: Entity, sent: Submission, stem: str, depth: int = 0) -> Iterator[tuple[str, list[str]]]:
    place = 0
    while f"{stem}.{place}.field" in sent:
        one = entity.by_name.get(sent.one(f"{stem}.{place}.field"))
        values = named_values(view, one) if one else {}
        key = f"{stem}.{place}.value"
        if values and key in sent:
            yield key, by_name(values, sent.texts[key])
        place += 1
    for name in _sent_groups(sent, stem, depth):
        yield from _named_texts(view, entity, sent, f"{stem}.{name}", depth + 1)


def by_name(values: Mapping[str, str], texts: Sequence[str]) -> list[str]:
    """Stored values for names; a text that is none is taken apart, and what names nothing stays as it is."""
    found: list[str] = []
    for text in texts:
        whole = values.get(fold(text))
        found += [whole] if whole else [values.get(fold(part), part) for part in _parts(text.strip()) if part]
    return found


def named_values(view: View, one: Field) -> Mapping[str, str]:
    """Folded name → stored value."""
    rows = view.dictionaries.of(one.target or "") if TYPES[one.type].refers else None
    if rows is None:
        return {fold(str(told["label"])): str(told["value"]) for told in search.filter_choices(view, one)} if "choices" in one.options else {}
    return {fold(name): row.key or str(row.id) for row in rows.rows.values() for name in row.texts.get(rows.title, {}).values() if name}


# -- a condition as rows ---------------------------------------------------------------------------------------


def level_of(region: Region, entity: Entity, condition: Condition) -> Level | None:
    """A condition as rows and groups; None for one with an empty group, which no rows say."""
    if isinstance(condition, Rule):
        return Level(rows=(_row(region, entity, condition),))
    if not condition.members:
        return None
    found = Level(condition.joiner)
    for member in condition.members:
        if isinstance(member, Rule):
            found = replace(found, rows=(*found.rows, _row(region, entity, member)))
            continue
        inner = level_of(region, entity, member)
        if inner is None:
            return None
        found = replace(found, groups=(*found.groups, inner))
    return found


def _row(region: Region, entity: Entity, rule: Rule) -> Row:
    values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    one = entity.field(rule.field)
    shown = () if OPERATORS[rule.operator].arity == 0 else tuple(_edited(one, rule.operator, value, region) for value in values)
    return Row(rule.field, rule.operator, shown)


def _edited(one: Field, operator: str, value: Json, region: Region) -> str:
    """A value as it stands in a control."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if operator == "_relative" or _is_kept_as_text(one, str(value)):
        return str(value)
    try:
        return TYPES[one.type].edit(value, region, one.options)
    except (ValueError, ArithmeticError, TypeError):  # written by hand, in a way the type does not know
        return str(value)


def plain(condition: Condition) -> Json:
    """What a condition says, whatever its spelling: rules before groups, a group of one is what is in it, values are texts."""
    if isinstance(condition, Rule):
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        return [condition.field, condition.operator, ["true" if one is True else "false" if one is False else str(one) for one in values]]
    if len(condition.members) == 1:
        return plain(condition.members[0])
    rules = [plain(one) for one in condition.members if isinstance(one, Rule)]
    return {condition.joiner: rules + [plain(one) for one in condition.members if isinstance(one, Junction)]}
