"""The rules of a card at work: what they say of a record that is judged, written and shown.

A value belongs to a record as long as its field stands on the card. A change that takes fields off the card empties them
(the history keeps what stood there); fields that were off it before keep what they hold, since nobody was told of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from babel.numbers import get_decimal_symbol, get_group_symbol

from engine.kept import kept
from engine.metadata.formats import validator
from engine.metadata.model import Entity, Field, Json
from engine.metadata.rows import Dictionaries
from engine.metadata.types import TYPES, Region
from engine.query import cardrules
from engine.query.cardrules import FREE, CardRules, Offer, Ready, State
from engine.query.evaluate import document, kind_of
from engine.query.tree import Condition, Junction
from engine.query.values import Scope
from engine.records import read
from engine.render.bind import FILES
from engine.render.search import value_text
from engine.render.view import Known, View
from engine.service import wording
from engine.service.visit import Visit

Values = Mapping[str, Json]
Noted = tuple[tuple[str, str], ...]
"""(name, sentence) pairs; the name of a group ends with a colon."""


def ready(visit: Visit, entity: Entity) -> Ready | None:
    """The rules of an entity for this reader, or None where it has none."""
    if cardrules.read(entity) is None:
        return None
    return _steady(entity, visit.rows, visit.region) if is_steady(entity) else cardrules.ready(entity, visit.scope())


@kept(256, owner=lambda _, dictionaries, *__: dictionaries)
def _steady(entity: Entity, dictionaries: Dictionaries, region: Region) -> Ready | None:
    """Rules that depend neither on the moment nor on the reader: looked up once."""
    return cardrules.ready(entity, Scope(dictionaries, region, datetime.now(UTC)))


def state(visit: Visit, entity: Entity, values: Values) -> State:
    """What the rules say of a record with these values."""
    found = ready(visit, entity)
    return found.state(values) if found else FREE


def without_hidden(visit: Visit, entity: Entity, values: Values) -> Values:
    """The values of a new record that stand on its card."""
    hidden = state(visit, entity, values).hidden
    return {name: value for name, value in values.items() if name not in hidden} if hidden else values


def started(visit: Visit, entity: Entity, rows: Sequence[Values]) -> list[Values]:
    """The values of new records with what they start with as the records say that they refer to: where nothing else was given."""
    found: list[Values] = list(rows)
    for one in entity.by_name.values():
        told = one.rules.get("starts")
        by = entity.by_name.get(told["by"]) if told else None
        if told is None or by is None:
            continue
        places = {place: row[by.name] for place, row in enumerate(found) if row.get(one.name) is None and isinstance(row.get(by.name), int)}
        said = _said(visit, by, sorted(set(places.values())), told["field"])
        fits = validator(TYPES[one.type].json_schema(one.options)).is_valid
        for place, id in places.items():
            if id in said and fits(said[id]):
                found[place] = {**found[place], one.name: said[id]}
    return found


def _said(visit: Visit, by: Field, ids: Sequence[int], name: str) -> Mapping[int, Json]:
    """What the records say that a field refers to."""
    target = visit.catalog.entities.get(by.target or "")
    if target is None or name not in target.by_name:
        return {}
    records = read.fetch_many(visit.conn, visit.catalog, target, ids, [name])
    return {one.id: one.values[name] for one in records if one.values.get(name) is not None}


def emptied(visit: Visit, entity: Entity, before: Values, changed: Values) -> list[str]:
    """The fields that a change takes off the card and that hold something, in the card's order."""
    found = ready(visit, entity)
    if found is None or not changed:
        return []
    after = {**before, **changed}
    gone = found.state(after).hidden - found.state(before).hidden
    return [name for name in entity.by_name if name in gone and after.get(name) is not None]


# -- on the page ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OnCard:
    """What the rules put on a card beside its values: notes, the fields that are off it, and themselves for the browser."""

    notes: Noted = ()
    hidden: frozenset[str] = frozenset()
    told: Mapping[str, str | None] | None = None


PLAIN = OnCard()
"""Of an entity without rules."""


@kept(1)
def is_steady(entity: Entity) -> bool:
    """Whether what the rules say depends neither on the moment nor on the reader."""
    rules = cardrules.read(entity)
    return rules is None or cardrules.is_steady(rules)


def on_card(visit: Visit, entity: Entity, values: Values, stored: Values | None = None) -> OnCard:
    """What stands on the card of a record with these values; `stored` is what the record holds, if there is one."""
    found = ready(visit, entity)
    return _on_card(visit.view, visit.region, found, notes(visit, entity), values, stored) if found else PLAIN


def on_blank(view: View, region: Region, entity: Entity, values: Values) -> OnCard:
    """The same for a new record of an entity whose rules are steady: for everybody with this view."""
    found = _steady(entity, view.dictionaries, region)
    return _on_card(view, region, found, _lasting_notes(view, region, found.rules), values, None) if found else PLAIN


def on_draft(visit: Visit, view: View, region: Region, entity: Entity, values: Values) -> OnCard:
    """The same for a new record of an entity that is no more than a draft, in another reader's language."""
    if cardrules.read(entity) is None:
        return PLAIN
    found = cardrules.ready(entity, visit.scope())
    known = wording.known_for(visit, entity, found.rules.conditions()) if found else Known()
    return _on_card(view, region, found, _notes(view, region, found.rules, known), values, None) if found else PLAIN


def _on_card(view: View, region: Region, found: Ready, noted: Noted, values: Values, stored: Values | None) -> OnCard:
    rules = json.dumps(_document(view, region, found), ensure_ascii=False, separators=(",", ":"))
    before = None if stored is None else " ".join(sorted(found.state(stored).hidden))
    held = {name: values[name] for name in sorted(found.rules.reads()) if values.get(name) is not None}
    told = {"document": rules, "before": before, "held": json.dumps(held, ensure_ascii=False, separators=(",", ":"))}
    return OnCard(noted, found.state(values).hidden, told)


def _document(view: View, region: Region, found: Ready) -> Json:
    """The rules as web/static/js/card-rules.js takes them, with how the reader writes numbers and moments."""
    fields = found.rules.entity.by_name
    named = dict.fromkeys([name for one, _ in found.shown for name in one.fields] + [*found.required, *found.choices])
    return {
        "shown": [{"fields": one.fields, "when": document(when)} for one, when in found.shown],
        "required": [{"field": name, "when": document(when)} for name, when in found.required.items()],
        "choices": [
            {"field": name, "offers": [{"when": document(when), "values": sorted(values)} for when, values in offers]}
            for name, offers in found.choices.items()
        ],
        "reads": {name: _read(fields[name]) for name in sorted(found.rules.reads())},
        "labels": {name: {"label": view.label(fields[name]), **_read(fields[name])} for name in named},
        "start": {name: str(_start(view, fields[name])) for name in named if fields[name].default is not None},
        "decimal": get_decimal_symbol(region.locale),
        "group": get_group_symbol(region.locale),
        "zone": str(region.timezone),
    }


def _read(one: Field) -> dict[str, Json]:
    """How the browser reads a control."""
    return {"kind": kind_of(one), **({"whole": True} if one.type == "integer" else {}), **({"file": True} if one.type in FILES else {})}


def _start(view: View, one: Field) -> Json:
    rows = view.dictionaries.of(one.target or "")
    return rows.by_key.get(str(one.default), one.default) if rows else one.default


# -- in words --------------------------------------------------------------------------------------------

def notes(visit: Visit, entity: Entity) -> Noted:
    """When each group and field applies: what a card says where no script shows and hides them."""
    rules = cardrules.read(entity)
    if rules is None:
        return ()
    known = wording.known_for(visit, entity, rules.conditions())
    if known.titles:
        return _notes(visit.view, visit.region, rules, known)
    return _lasting_notes(visit.view, visit.region, rules)


@kept(128, owner=lambda view, *_: view.dictionaries)
def _lasting_notes(view: View, region: Region, rules: CardRules) -> Noted:
    return _notes(view, region, rules, Known())


def _notes(view: View, region: Region, rules: CardRules, known: Known) -> Noted:
    say = view.speaker.text
    entity = rules.entity

    def words(condition: Condition) -> str:
        return wording.in_words(view, region, entity, condition, known)

    found: dict[str, list[str]] = {}
    for one in rules.shown:
        found.setdefault(f"{one.group}:" if one.group else one.fields[0], []).append(say("Only when: %(when)s.", when=words(one.when)))
    for name, when in rules.required.items():
        found.setdefault(name, []).append(say("Must be filled in when: %(when)s.", when=words(when)))
    for name, offers in rules.choices.items():
        for offer in offers:
            values = choices_in_words(view, region, entity.by_name[name], offer.values)
            found.setdefault(name, []).append(say("When %(when)s: %(choices)s.", when=words(offer.when), choices=values))
    return tuple((name, " ".join(sentences)) for name, sentences in found.items())


def choices_in_words(view: View, region: Region, one: Field, values: Iterable[Json]) -> str:
    """Choices of a field as they are shown, or that there are none."""
    rows = view.dictionaries.of(one.target or "")
    told = [value_text(view, region, one, "_in", (rows.by_key if rows else {}).get(v, v), {}, Known()) for v in values]
    return view.speaker.text(", ").join(told) or view.speaker.text("no choice")


def why_hidden(visit: Visit, entity: Entity, name: str) -> str:
    """When a field stands on the card, in words."""
    rules = cardrules.read(entity)
    conditions = [one.when for one in rules.shown if name in one.fields] if rules else []
    return _together(visit, entity, conditions)


def why_required(visit: Visit, entity: Entity, name: str) -> str:
    """When a field must be filled in, in words."""
    rules = cardrules.read(entity)
    return _together(visit, entity, [rules.required[name]] if rules and name in rules.required else [])


def _together(visit: Visit, entity: Entity, conditions: list[Condition]) -> str:
    known = wording.known_for(visit, entity, conditions)
    whole = conditions[0] if len(conditions) == 1 else Junction("_and", tuple(conditions))
    return wording.in_words(visit.view, visit.region, entity, whole, known)


def offered_in_words(visit: Visit, entity: Entity, name: str, offered: frozenset[str]) -> str:
    """The choices that are left, in the order in which the field has them."""
    rules = cardrules.read(entity)
    offers: tuple[Offer, ...] = rules.choices.get(name, ()) if rules else ()
    rows = visit.rows.of(entity.by_name[name].target or "")
    keys = rows.by_key if rows else {}
    values = dict.fromkeys(str(keys.get(value, value)) for offer in offers for value in offer.values)
    return choices_in_words(visit.view, visit.region, entity.by_name[name], [value for value in values if value in offered])


def labels_of(view: View, entity: Entity, names: Iterable[str]) -> str:
    """Fields by their labels."""
    return view.speaker.text(", ").join(view.label(entity.by_name[name]) for name in names)
