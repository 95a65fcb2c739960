"""Rules of cards that ask for one field, asking for another one in its stead: as long as they mean the same.

Of every value that converts, the condition on the new field must say what it said of the old one. What a conversion has
brought over, its undoing puts back as it was; what was set since must mean the same both ways, as each field has its own values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.messages import M_
from engine.metadata.conversion import convert, converted
from engine.metadata.folding import fold
from engine.metadata.model import Entity, Field, Group, Json
from engine.metadata.types import TYPES, Invalid
from engine.schema.dependents import names_in
from engine.schema.operation import Finding

_TEXTS, _NUMBERS = frozenset({"text", "multiline", "email", "url"}), frozenset({"integer", "decimal", "amount"})
_ALIKE = (_TEXTS, _NUMBERS, frozenset({"text", "multiline", "choice"}))
"""Types that answer the same question alike, if both take it. Texts are compared folded, whatever their field looks like."""
_CHOSEN = ("choice", "multiple_choice")
_ASKING = ("visible", "required", "choices")
_TWINS = {"_null": "_empty", "_empty": "_null", "_nnull": "_nempty", "_nempty": "_nnull"}


class _Otherwise(Exception):
    """A rule that would mean something else."""

    def __init__(self, operator: str, value: Json) -> None:
        self.asked = f"{operator} {value}".strip()


def findings(entity: Entity, source: Field, target: Field, changes: Sequence[Mapping[str, Json]] | None = None) -> list[Finding]:
    """An error for each rule that would mean something else of the target, else a note of those that change over.

    With the `changes` that a conversion has made: of its undoing.
    """
    going, stuck = [], []
    for (place, what, held), (_, _, told) in zip(_conditions(entity), _conditions(put_back(entity, changes or ())), strict=True):
        if held != told:
            going.append(place)
        if source.name not in names_in(told):
            continue
        try:
            over = _over(told, source, target)
            if changes is not None:
                _over(over, target, source)
            going.append(place)
        except _Otherwise as otherwise:
            message = M_(
                "A condition of “%(place)s” (%(what)s) asks “%(label)s” for %(asked)s, which says something else of the other type. Take that condition "
                "away first, and set the one that you mean afterwards.",
                place=place, what=what, label=source.label, asked=otherwise.asked,
            )  # fmt: skip
            stuck.append(Finding("X1", "error", message, entity.name, source.name))
    if stuck or not going:
        return stuck
    places = ", ".join(dict.fromkeys(going))
    message = M_("The conditions of these ask for “%(name)s” then, and mean the same: %(places)s.", name=target.name, places=places)
    return [Finding("X2", "note", message, entity.name, source.name)]


def repointed(entity: Entity, source: Field, target: Field) -> Entity:
    """The entity with every rule asking for the target. Only where `findings` has no error."""
    groups = tuple(
        replace(one, visible=_over(one.visible, source, target)) if source.name in names_in(one.visible) else one for one in entity.groups
    )
    fields = tuple(
        replace(one, rules={what: _rule_over(what, rule, source, target) for what, rule in one.rules.items()})
        if one.name != source.name and source.name in names_in(dict(one.rules))
        else one
        for one in entity.fields
    )
    return replace(entity, groups=groups, fields=fields)


def changed(before: Entity, after: Entity) -> tuple[Mapping[str, Json], ...]:
    """The rules that are not as before, each with its place, as it was and as it became: what `put_back` takes back."""
    held = _rules(before)
    return tuple(
        {"of": kind, "name": name, "rule": what, "was": held[kind, name, what], "became": rule}
        for (kind, name, what), rule in _rules(after).items()
        if held.get((kind, name, what), rule) != rule
    )


def put_back(entity: Entity, changes: Sequence[Mapping[str, Json]]) -> Entity:
    """The entity with those rules as they were that nobody has set since."""
    told = {(one["of"], one["name"], one["rule"]): one for one in changes}

    def former(kind: str, name: str, what: str, rule: Json) -> Json:
        one = told.get((kind, name, what))
        return one["was"] if one and one["became"] == rule else rule

    def group(one: Group) -> Group:
        return replace(one, visible=former("group", one.name, "visible", one.visible))

    def field(one: Field) -> Field:
        return replace(one, rules={what: former("field", one.name, what, rule) for what, rule in one.rules.items()})

    return replace(entity, groups=tuple(map(group, entity.groups)), fields=tuple(map(field, entity.fields))) if told else entity


def _rules(entity: Entity) -> dict[tuple[str, str, str], Json]:
    """Every rule that asks for something, by what it belongs to."""
    groups = {("group", one.name, "visible"): one.visible for one in entity.groups if one.visible}
    return groups | {("field", one.name, what): one.rules[what] for one in entity.fields for what in _ASKING if one.rules.get(what)}


def offer_findings(source: Field, target: Field) -> list[Finding]:
    """An error where the choices that a rule of the source offers are not as many, and the same, of the target."""
    try:
        offering(source, target)
    except _Otherwise as otherwise:
        message = M_(
            "A rule of “%(label)s” offers %(values)s, which says something else of the other type. Take that rule away first, and set the one that "
            "you mean afterwards.",
            label=source.label, values=otherwise.asked,
        )  # fmt: skip
        return [Finding("X1", "error", message, source.entity, source.name)]
    return []


def offering(source: Field, target: Field) -> Field:
    """The target with the rule on the choices of the source offering its own. Raises _Otherwise."""
    rule = source.rules.get("choices")
    if not isinstance(rule, list):
        return target
    if source.type not in _CHOSEN or target.type not in _CHOSEN:
        raise _Otherwise("", ", ".join(str(one) for offer in rule for one in _offered(offer)))
    known = {one["value"]: _choice_of(source, target, one["value"]) for one in source.options["choices"]}
    reached = [one for one in known.values() if one is not None]

    def over(value: Json) -> str:
        found = known.get(value) if isinstance(value, str) else None
        if found is None or reached.count(found) > 1:
            raise _Otherwise("", value)
        return found

    offers = [{**offer, "values": [over(one) for one in _offered(offer)]} if isinstance(offer, Mapping) else offer for offer in rule]
    return replace(target, rules={**target.rules, "choices": offers})


def _offered(offer: Json) -> Sequence[Json]:
    """The values that an offer names; none where it is not well formed, which is told elsewhere."""
    values = offer.get("values") if isinstance(offer, Mapping) else None
    return values if isinstance(values, list) else []


def _choice_of(source: Field, target: Field, value: str) -> str | None:
    """The one choice of the target that a choice of the source becomes."""
    found = converted(source, target, [value] if source.type == "multiple_choice" else value)
    told = found if isinstance(found, list) else [found]
    return told[0] if len(told) == 1 else None


def _conditions(entity: Entity) -> Iterator[tuple[str, str, Json]]:
    """What each condition belongs to, what it decides, and itself."""
    yield from ((group.label, "visible", group.visible) for group in entity.groups if group.visible)
    for one in entity.fields:
        yield from ((one.label, what, one.rules[what]) for what in ("visible", "required") if one.rules.get(what))
        offers = one.rules.get("choices")
        yield from ((one.label, "choices", offer.get("when")) for offer in offers or () if isinstance(offer, Mapping))


def _rule_over(what: str, rule: Json, source: Field, target: Field) -> Json:
    if what in ("visible", "required"):
        return _over(rule, source, target)
    if what == "choices" and isinstance(rule, list):
        return [{**offer, "when": _over(offer.get("when"), source, target)} if isinstance(offer, Mapping) else offer for offer in rule]
    return rule


def _over(condition: Json, source: Field, target: Field) -> Json:
    """A condition that asks for the target. Raises _Otherwise."""
    if not isinstance(condition, Mapping):
        return condition
    found: dict[str, Json] = {}
    for key, value in condition.items():
        if key in ("_and", "_or") and isinstance(value, list):
            found[key] = [_over(one, source, target) for one in value]
        elif key == source.name:
            asked = value if isinstance(value, Mapping) else {"_eq": value}
            found[target.name] = dict(_asked(operator, one, source, target) for operator, one in asked.items())
        else:
            found[key] = value
    return found


def _asked(operator: str, value: Json, source: Field, target: Field) -> tuple[str, Json]:
    known = TYPES[target.type].operators
    if operator in _TWINS:
        name = operator if operator in known else _TWINS[operator]
        if name in known and "check" not in (source.type, target.type):  # a check without a value counts as “no”
            return name, value
    elif operator in known and _are_alike(source, target):
        if target.type == "choice" and source.type in _TEXTS:  # by its name and by its code: more texts than one become a choice
            raise _Otherwise(operator, value)
        chosen = {source.type, target.type} & {*_CHOSEN}
        if not chosen and (source.type == target.type or source.type in _TEXTS):
            return operator, value
        if operator in ("_in", "_nin", "_between", "_any", "_all", "_none"):
            several = value if isinstance(value, list) else str(value).split(",")
            return operator, [_named(operator, one, source, target) for one in several]
        return operator, _named(operator, value, source, target)
    raise _Otherwise(operator, value)


def _are_alike(source: Field, target: Field) -> bool:
    translated = [one.options.get("translatable", False) for one in (source, target)]
    return translated[0] == translated[1] and (source.type == target.type or any({source.type, target.type} <= kinds for kinds in _ALIKE))


def _named(operator: str, value: Json, source: Field, target: Field) -> Json:
    """A value of a condition as the target says it. Raises _Otherwise where it has none of its own."""
    if isinstance(value, str) and value.startswith("$"):
        raise _Otherwise(operator, value)
    several = "multiple_choice" in (source.type, target.type)
    try:
        found = convert(source, target, [value] if several else value)
    except (Invalid, ValueError) as error:
        raise _Otherwise(operator, value) from error
    if source.type == "choice":
        others = [converted(source, target, one["value"]) for one in source.options["choices"] if one["value"] != value]
        if fold(str(found)) in {fold(str(one)) for one in others if one is not None}:
            raise _Otherwise(operator, value)
    return found[0] if several else found
