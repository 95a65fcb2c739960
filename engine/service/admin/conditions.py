"""Conditions as rows of controls: field, operator, value. They work without scripts; with them each row follows its field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.errors import BadValue, FieldloomError
from engine.messages import M_, Message
from engine.metadata.folding import fold
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES, Invalid, Region
from engine.query import tree
from engine.query.operators import OPERATORS, label_of
from engine.query.tree import Condition, Junction, Rule
from engine.query.values import RELATIVE
from engine.render import search
from engine.render.bind import FILES, Submission
from engine.render.view import NO, YES, Known, View
from engine.service import wording

ROWS = 3
"""How many rows there are without scripts; a condition that already has more gets as many as it needs."""
JOINERS: Mapping[str, Message] = {"_and": M_("all of these hold"), "_or": M_("one of these holds")}
_COMMA = re.compile(r"\s*[,，、،]\s*")


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in one row."""

    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()


def builder(view: View, region: Region, entity: Entity, stem: str, label: str, document: Json, sent: Submission | None = None) -> dict[str, Json]:
    """What `admin/_condition.html` is told: the rows of a condition as it is kept, or as it was sent and refused."""
    condition = _readable(entity, document)
    flat = _flat(condition) if condition is not None else None
    joiner = condition.joiner if isinstance(condition, Junction) else "_and"
    rows = [_row(view, entity, rule) for rule in flat or ()]
    if sent is not None and f"{stem}.joiner" in sent:
        rows, joiner = list(_sent_rows(sent, stem)), "_or" if sent.one(f"{stem}.joiner") == "_or" else "_and"
    fields = [_field(view, one) for one in entity.by_name.values() if one.name and _is_offered(one)]
    kept = document is not None and flat is None
    return {
        "stem": stem,
        "label": label,
        "joiner": joiner,
        "joiners": [(name, view.speaker.say(text)) for name, text in JOINERS.items()],
        "rows": [_told(one) for one in (*rows, *(Row() for _ in range(max(ROWS - len(rows), 1))))],
        "fields": fields,
        "operators": _all_operators(view, entity),
        "data": json.dumps({one["name"]: one for one in fields}, ensure_ascii=False),
        "kept": json.dumps(document, ensure_ascii=False) if kept else "",
        "words": _words(view, region, entity, condition, document) if document is not None else "",
    }


def read_condition(entity: Entity, region: Region, sent: Submission, stem: str) -> Json:
    """The condition that rows of controls say, or None for none. Raises UnknownField, UnknownOperator, BadValue.

    One that is more than rows can show is kept as it is, unless rows are filled in its place or it is taken away.
    """
    rules = [_rule(entity, region, row) for row in _sent_rows(sent, stem) if row.field]
    if not rules:
        kept = sent.one(f"{stem}.kept")
        return json.loads(kept) if kept and not sent.one(f"{stem}.remove") else None
    document = rules[0] if len(rules) == 1 else {"_or" if sent.one(f"{stem}.joiner") == "_or" else "_and": rules}
    tree.from_json(document, entity, searchable_only=False)
    return document


def _sent_rows(sent: Submission, stem: str) -> Sequence[Row]:
    found = []
    place = 0
    while f"{stem}.{place}.field" in sent and place < tree.MAX_RULES:
        texts = [text.strip() for end in ("value", "second") for text in sent.texts.get(f"{stem}.{place}.{end}", ())]
        row = Row(sent.one(f"{stem}.{place}.field"), sent.one(f"{stem}.{place}.operator"), tuple(text for text in texts if text))
        found += [row] if row.field else []
        place += 1
    return found


def _rule(entity: Entity, region: Region, row: Row) -> dict[str, Json]:
    one = entity.field(row.field)
    operator = row.operator or tree.operators_of(one)[0]
    arity = OPERATORS[operator].arity if operator in OPERATORS else 1
    if arity == 0:
        return {one.name: {operator: True}}
    texts = [part for text in row.values for part in (_COMMA.split(text) if arity == "many" else [text]) if part]
    if not texts or (arity == 2 and len(texts) != 2):
        raise BadValue(one.name, M_("Say with what “%(name)s” is compared.", name=one.name))
    values = [text if operator == "_relative" else _value(one, text, region) for text in texts]
    return {one.name: {operator: values if arity in ("many", 2) else values[0]}}


def _value(one: Field, text: str, region: Region) -> Json:
    """A value as it is kept: the same for readers of every language."""
    kind = TYPES[one.type]
    if text.startswith("$") or kind.folds or one.type == "check" or kind.refers or "choices" in one.options:
        return text
    try:
        return kind.parse([text], region)
    except Invalid as error:
        raise BadValue(one.name, error.message) from None


# -- names typed for rows and choices --------------------------------------------------------------------------


def named(view: View, entity: Entity, sent: Submission, stem: str) -> Submission:
    """What was sent, with the stored value in place of each name that was typed for a row or a choice."""
    texts = dict(sent.texts)
    place = 0
    while f"{stem}.{place}.field" in texts:
        one = entity.by_name.get(sent.one(f"{stem}.{place}.field"))
        values = _named_values(view, one) if one else {}
        key = f"{stem}.{place}.value"
        if values and key in texts:
            parts = [part for text in texts[key] for part in _COMMA.split(text.strip()) if part]
            texts[key] = [values.get(fold(part), part) for part in parts]
        place += 1
    return Submission(texts, sent.files)


def _named_values(view: View, one: Field) -> Mapping[str, str]:
    """Folded name → stored value."""
    rows = view.dictionaries.of(one.target or "") if TYPES[one.type].refers else None
    if rows is None:
        return {fold(str(told["label"])): str(told["value"]) for told in search.filter_choices(view, one)} if "choices" in one.options else {}
    return {fold(name): row.key or str(row.id) for row in rows.rows.values() for name in row.texts.get(rows.title, {}).values() if name}


# -- what the rows offer ---------------------------------------------------------------------------------------


def _is_offered(one: Field) -> bool:
    """Whether a condition of a card may be about the field."""
    return bool(tree.operators_of(one)) and (one.type not in FILES or "_null" in tree.operators_of(one))


def _field(view: View, one: Field) -> dict[str, Json]:
    widget = search.filter_widget(view, one)
    rows = view.dictionaries.of(one.target or "") if TYPES[one.type].refers else None
    if rows is not None:
        choices = [[row.key or str(row.id), rows.show(row.id, "title", view.languages)] for row, _ in rows.ordered if row.active]
    else:
        choices = [[str(told["value"]), str(told["label"])] for told in search.filter_choices(view, one)] if "choices" in one.options else []
    if one.type == "check":
        choices = [["true", view.speaker.say(YES)], ["false", view.speaker.say(NO)]]
    operators = [[name, view.speaker.say(label_of(name, widget)), OPERATORS[name].arity] for name in tree.operators_of(one)]
    spans = [[code, view.speaker.say(text)] for code, text in RELATIVE.items()] if "_relative" in tree.operators_of(one) else []
    return {"name": one.name, "label": view.label(one), "widget": widget, "operators": operators, "choices": choices, "spans": spans}


def _all_operators(view: View, entity: Entity) -> list[tuple[str, str]]:
    """Every operator that some field of the card offers, for rows without scripts."""
    offered = {name for one in entity.by_name.values() for name in tree.operators_of(one)}
    return [(name, view.speaker.say(one.label)) for name, one in OPERATORS.items() if name in offered]


def _row(view: View, entity: Entity, rule: Rule) -> Row:
    values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    shown = () if OPERATORS[rule.operator].arity == 0 else tuple("true" if one is True else "false" if one is False else str(one) for one in values)
    return Row(rule.field, rule.operator, shown)


def _told(row: Row) -> dict[str, Json]:
    two = row.operator in OPERATORS and OPERATORS[row.operator].arity == 2
    first = row.values[:1] if two else row.values
    return {"field": row.field, "operator": row.operator, "value": ", ".join(first), "second": row.values[1] if two and len(row.values) > 1 else ""}


def _readable(entity: Entity, document: Json) -> Condition | None:
    if document is None:
        return None
    try:
        return tree.from_json(document, entity, searchable_only=False)
    except FieldloomError:
        return None


def _flat(condition: Condition) -> list[Rule] | None:
    """The rules of a condition that is a row, or rows joined in one way; None for more. "Is not empty: no" is more, too."""
    members = [condition] if isinstance(condition, Rule) else list(condition.members)
    rules = [one for one in members if isinstance(one, Rule) and (OPERATORS[one.operator].arity != 0 or one.value is True)]
    return rules if rules and len(rules) == len(members) else None


def _words(view: View, region: Region, entity: Entity, condition: Condition | None, document: Json) -> str:
    if condition is None:
        return json.dumps(document, ensure_ascii=False)
    return wording.in_words(view, region, entity, condition, Known())
