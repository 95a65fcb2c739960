"""Conditions in words, as the chips of a search and the rules of a card say them."""

from __future__ import annotations

from collections.abc import Iterable

from engine.metadata.model import Entity, Json
from engine.metadata.types import Region
from engine.query.cardrules import rules_in
from engine.query.operators import OPERATORS, label_of
from engine.query.tree import Condition, Junction, Rule
from engine.query.values import RELATIVE
from engine.render import search
from engine.render.search import Asked
from engine.render.view import Known, View
from engine.service.known import known_to
from engine.service.visit import Visit

CHOOSING = {"_eq": "_in", "_neq": "_nin"}
"""On the screen, a choice from a list is always a choice of several."""
_SINGLE = {several: one for one, several in CHOOSING.items()}


def in_words(view: View, region: Region, entity: Entity, condition: Condition, known: Known) -> str:
    """A condition as a sentence without its full stop: "Type is none of Individual and Name contains Ltd"."""
    say = view.speaker.text
    if isinstance(condition, Junction):
        parts = [_part(view, region, entity, member, known, condition.joiner) for member in condition.members]
        return (say(" and ") if condition.joiner == "_and" else say(" or ")).join(parts)
    one = entity.field(condition.field)
    told = asked(view, entity, condition)
    operator = _SINGLE.get(told.operator, told.operator) if len(told.values) == 1 else told.operator
    words = view.speaker.say(label_of(operator, search.filter_widget(view, one)))
    if OPERATORS[told.operator].arity == 0:
        return say("%(field)s %(operator)s", field=view.label(one), operator=words)
    texts = [search.value_text(view, region, one, told.operator, value, RELATIVE, known) for value in told.values]
    value = say("%(first)s and %(last)s", first=texts[0], last=texts[-1]) if told.operator == "_between" else say(", ").join(texts)
    return say("%(field)s %(operator)s %(value)s", field=view.label(one), operator=words, value=value)


def _part(view: View, region: Region, entity: Entity, member: Condition, known: Known, joiner: str) -> str:
    words = in_words(view, region, entity, member, known)
    mixed = isinstance(member, Junction) and len(member.members) > 1 and member.joiner != joiner
    return f"({words})" if mixed else words


def asked(view: View, entity: Entity, rule: Rule) -> Asked:
    """What one rule asks of its field, rows of a dictionary by their ids."""
    one = entity.field(rule.field)
    operator = CHOOSING.get(rule.operator, rule.operator) if search.filter_widget(view, one) == "select" else rule.operator
    values = rule.value if isinstance(rule.value, (list, tuple)) else (rule.value,)
    rows = view.dictionaries.of(one.target or "")
    keys = rows.by_key if rows else {}
    return Asked(operator, tuple(str(keys.get(value, value)) for value in values))


def values_named(rules: Iterable[Rule]) -> list[dict[str, Json]]:
    """The values asked for, as if records had them: their titles are wanted too."""
    found = []
    for rule in rules:
        values = rule.value if isinstance(rule.value, (list, tuple)) else (rule.value,)
        found += [{rule.field: int(v)} for v in values if str(v).isascii() and str(v).isdigit() and len(str(v)) < 19]
    return found


def known_for(visit: Visit, entity: Entity, conditions: Iterable[Condition]) -> Known:
    """The titles of the records that conditions name."""
    rules = [rule for condition in conditions for rule in rules_in(condition)]
    fields = {rule.field: entity.by_name[rule.field] for rule in rules if rule.field in entity.by_name}
    return known_to(visit, fields, values_named(rules))
