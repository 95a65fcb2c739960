"""The rules of a card: which fields stand on it, which must be filled in, which choices are offered, by what stands in others.

A field that does not stand on the card counts as empty in every other rule, so rules are asked in the order in which they
depend on one another. A check without a value counts as "no", as it looks. A rule that cannot be read (its field is retired,
its dictionary row is gone) is left out: nobody is locked out by it, and the page of all rules names it (`rulecheck`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.errors import BadValue, Unknown
from engine.kept import kept
from engine.metadata.model import Entity, Field, Json
from engine.query.evaluate import Resolved, holds, resolved
from engine.query.tree import Condition, Junction, Rule, from_json
from engine.query.values import Scope

UNREADABLE = (Unknown, BadValue)
"""What is raised for a condition that names what there is not."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A condition on which fields stand on the card: one field's own, or that of a whole group."""

    group: str
    fields: tuple[str, ...]
    when: Condition


@dataclass(frozen=True, slots=True)
class Offer:
    """Values that a field offers as long as a condition holds."""

    when: Condition
    values: tuple[Json, ...]


@dataclass(frozen=True, eq=False)
class CardRules:
    """All readable rules of an entity; `shown` in the order in which they are asked."""

    entity: Entity
    shown: tuple[Shown, ...]
    required: Mapping[str, Condition]
    choices: Mapping[str, tuple[Offer, ...]]

    def conditions(self) -> Iterator[Condition]:
        """Every condition."""
        yield from (one.when for one in self.shown)
        yield from self.required.values()
        yield from (offer.when for offers in self.choices.values() for offer in offers)

    def reads(self) -> frozenset[str]:
        """The fields on which something depends."""
        return frozenset(rule.field for condition in self.conditions() for rule in rules_in(condition))


@dataclass(frozen=True, slots=True)
class State:
    """What the rules say of one record: fields that do not stand on its card, fields that a rule demands, and for fields
    whose choices are limited at the moment those that are left.
    """

    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    offered: Mapping[str, frozenset[str]] | None = None


FREE = State()
"""Nothing is said."""


def rules_in(condition: Condition) -> Iterator[Rule]:
    """All single rules of a condition."""
    if isinstance(condition, Rule):
        yield condition
    else:
        for member in condition.members:
            yield from rules_in(member)


@kept(1)
def read(entity: Entity) -> CardRules | None:
    """The rules of an entity, or None where it has none: read once for as long as the entity lives."""
    if not any(one.rules for one in entity.fields) and all(group.visible is None for group in entity.groups):
        return None
    shown = list(_shown(entity))
    required = {one.name: condition for one in entity.by_name.values() for condition in _read(entity, one.rules.get("required"))}
    choices = {one.name: offers for one in entity.by_name.values() if (offers := tuple(_offers(entity, one)))}
    return CardRules(entity, tuple(in_order(shown)), required, choices)


def _shown(entity: Entity) -> Iterator[Shown]:
    for group in entity.groups:
        yield from (Shown(group.name, tuple(one.name for one in entity.fields_of(group)), when) for when in _read(entity, group.visible))
    for one in entity.by_name.values():
        yield from (Shown("", (one.name,), when) for when in _read(entity, one.rules.get("visible")))


def _offers(entity: Entity, one: Field) -> Iterator[Offer]:
    told = one.rules.get("choices")
    for offer in told if isinstance(told, list) else ():
        if isinstance(offer, Mapping) and isinstance(offer.get("values"), list):
            yield from (Offer(when, tuple(offer["values"])) for when in _read(entity, offer.get("when")))


def _read(entity: Entity, document: Json) -> Iterable[Condition]:
    """The condition, if there is one, it can be read and it says anything."""
    if document is None:
        return ()
    try:
        condition = from_json(document, entity, searchable_only=False)
    except UNREADABLE:
        return ()
    return () if condition == Junction("_and", ()) else (condition,)


def in_order(shown: Iterable[Shown]) -> list[Shown]:
    """Each after those that its condition depends on. Where they depend on one another in a circle, one comes first."""
    members = list(shown)
    found: list[Shown] = []
    entered: set[int] = set()

    def enter(place: int) -> None:
        if place in entered:
            return
        entered.add(place)
        for other in depends_on(members[place], members):
            enter(other)
        found.append(members[place])

    for place in range(len(members)):
        enter(place)
    return found


def depends_on(one: Shown, members: list[Shown]) -> list[int]:
    """The places of those that decide whether the fields that this one reads stand on the card."""
    read = {rule.field for rule in rules_in(one.when)}
    return [place for place, other in enumerate(members) if read.intersection(other.fields)]


# -- asked of a record -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Ready:
    """Rules with their values looked up: what is asked of a record, and what the browser is told."""

    rules: CardRules
    shown: tuple[tuple[Shown, Resolved], ...]
    required: Mapping[str, Resolved]
    choices: Mapping[str, tuple[tuple[Resolved, frozenset[str]], ...]]
    checks: Mapping[str, Json]

    def state(self, values: Mapping[str, Json]) -> State:
        """What the rules say of these values."""
        effective = {**self.checks, **{name: value for name, value in values.items() if value is not None}}
        hidden: set[str] = set()
        for one, when in self.shown:
            if not holds(when, effective):
                hidden.update(one.fields)
                for name in one.fields:
                    effective.pop(name, None)
        required = frozenset(name for name, when in self.required.items() if name not in hidden and holds(when, effective))
        offered = {}
        for name, offers in self.choices.items():
            left = [values for when, values in offers if name not in hidden and holds(when, effective)]
            if left:
                offered[name] = frozenset().union(*left)
        return State(frozenset(hidden), required, offered)


def ready(entity: Entity, scope: Scope) -> Ready | None:
    """The rules of an entity for a reader and a moment, or None where there are none."""
    rules = read(entity)
    if rules is None:
        return None
    shown = tuple((one, when) for one in rules.shown for when in _resolved(entity, one.when, scope))
    required = {name: when for name, condition in rules.required.items() for when in _resolved(entity, condition, scope)}
    choices = {
        name: tuple((when, _values(entity.by_name[name], offer, scope)) for offer in offers for when in _resolved(entity, offer.when, scope))
        for name, offers in rules.choices.items()
    }
    checks = {name: False for name in rules.reads() if entity.by_name[name].type == "check"}
    return Ready(rules, shown, required, choices, checks)


def _resolved(entity: Entity, condition: Condition, scope: Scope) -> Iterable[Resolved]:
    try:
        return (resolved(condition, entity, scope),)
    except UNREADABLE:
        return ()


def _values(one: Field, offer: Offer, scope: Scope) -> frozenset[str]:
    """The values offered, rows of a dictionary by their ids."""
    rows = scope.dictionaries.of(one.target or "")
    keys = rows.by_key if rows else {}
    return frozenset(str(keys.get(value, value)) for value in offer.values)


def is_steady(rules: CardRules) -> bool:
    """Whether the rules say the same tomorrow and to everybody."""
    for condition in rules.conditions():
        for rule in rules_in(condition):
            values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
            if rule.operator == "_relative" or any(isinstance(one, str) and one.startswith("$") for one in values):
                return False
    return True
