"""Allowed options: which of a field's choices are offered on which condition. Each offer is a set of check boxes beside a condition."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import BadValue
from engine.messages import M_
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES, Region
from engine.query import tree
from engine.render import search
from engine.render.bind import Submission
from engine.render.view import View
from engine.service.admin import conditions
from engine.service.admin.condition_rows import Level, by_name, named_values, sent_level, several

STEM = "choices"
MOST_BOXES = 80
"""The entries of a longer list are not ticked: their names are written."""

Offers = Sequence[Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry that a field offers, its value as rules keep it."""

    value: str
    label: str
    depth: int = 0
    active: bool = True


def choices(view: View, one: Field) -> list[Choice] | None:
    """The entries of a field whose choices can be limited; None for any other field."""
    rows = view.dictionaries.of(one.target or "") if TYPES[one.type].refers else None
    if rows is not None:
        return [Choice(row.key or str(row.id), rows.show(row.id, "title", view.languages), depth, row.active) for row, depth in rows.ordered]
    if "choices" not in one.options:
        return None
    return [Choice(str(told["value"]), str(told["label"])) for told in search.filter_choices(view, one)]


def builder(view: View, region: Region, entity: Entity, one: Field, sent: Submission | None = None) -> dict[str, Json] | None:
    """What `admin/_offers.html` is told: the offers as they are kept, or as they were sent and refused; None where there can be none."""
    offered = choices(view, one)
    if offered is None:
        return None
    kept = _kept(one)
    given = sent if sent is not None and f"{STEM}.0.joiner" in sent else None
    values = [_codes(view, one, held["values"]) for held in kept or ()] if given is None else list(_sent_offers(view, one, given))
    told = []
    for place, chosen in enumerate([*values, []]):
        held = (kept or ())[place] if place < len(kept or ()) else {}
        stem = f"{STEM}.{place}"
        when = conditions.builder(view, region, entity, stem, view.speaker.text("Only while"), held.get("when"), given)
        told.append({"stem": stem, **_boxes(offered, chosen, named_values(view, one)), "none": held.get("values") == [], "condition": when})
    return {
        "label": view.speaker.text("Allowed options"),
        "offers": told[:-1],
        "blank": told[-1],
        "kept": json.dumps(one.rules["choices"], ensure_ascii=False) if kept is None else "",
    }


def _boxes(offered: Iterable[Choice], chosen: Sequence[str], names: Mapping[str, str]) -> dict[str, Json]:
    """The entries to tick, or the names to write; what is chosen stands there although it is not offered any more.

    A name that several have is written as the value that is kept.
    """
    labels = {choice.value: choice.label for choice in offered}
    strange = [Choice(value, value) for value in chosen if value not in labels]
    boxes = [choice for choice in offered if choice.active or choice.value in chosen] + strange
    ticked = [{"value": c.value, "label": c.label, "depth": c.depth, "on": c.value in chosen, "strange": c in strange} for c in boxes]
    written = [labels[value] if by_name(names, [labels.get(value, "")]) == [value] else value for value in chosen]
    return {"boxes": ticked if len(labels) <= MOST_BOXES else [], "text": several(written)}


def stems(sent: Submission) -> Iterator[str]:
    """The offers that were on a form."""
    place = 0
    while f"{STEM}.{place}.joiner" in sent and place < tree.MAX_RULES:
        yield f"{STEM}.{place}"
        place += 1


def read(view: View, region: Region, entity: Entity, one: Field, sent: Submission) -> Json:
    """The offers that a form says, or None for none. Those that are unchanged stay just as they are kept.

    Raises UnknownField, UnknownOperator, BadValue.
    """
    found = [offer for stem in stems(sent) if (offer := read_one(view, region, entity, one, sent, stem)) is not None]
    if found or _kept(one) is not None:
        return found or None
    return None if sent.one(f"{STEM}.remove") else one.rules["choices"]


def read_one(view: View, region: Region, entity: Entity, one: Field, sent: Submission, stem: str) -> Json:
    """One offer, or None where nothing is filled in. Raises UnknownField, UnknownOperator, BadValue."""
    place, kept = int(stem.rpartition(".")[2]), _kept(one) or ()
    held: Mapping[str, Json] = kept[place] if place < len(kept) else {}
    when = conditions.read_condition(view, region, entity, stem, sent, held.get("when"))
    values = _sent_values(view, one, sent, stem)
    if when is None and not values:
        return None
    if when is None:
        raise BadValue(stem, M_("Say when only these are offered."))
    if not values and not sent.one(f"{stem}.none"):
        raise BadValue(stem, M_("Choose what is offered while the condition holds."))
    same = set(values) == set(_codes(view, one, held.get("values", ())))
    return {**held, "when": when, "values": held["values"] if held and same else values}


def _kept(one: Field) -> Offers | None:
    """The offers of a field; None where they are not well formed."""
    held = one.rules.get("choices", [])
    if not isinstance(held, list) or not all(isinstance(offer, Mapping) and isinstance(offer.get("values"), list) for offer in held):
        return None
    return held


def _sent_values(view: View, one: Field, sent: Submission, stem: str) -> list[str]:
    """The values of an offer: ticked, or by their names."""
    names = named_values(view, one)
    ticked = sent.texts.get(f"{stem}.values", ())
    return list(dict.fromkeys(filter(None, [*ticked, *by_name(names, sent.texts.get(f"{stem}.names", ()))])))


def _sent_offers(view: View, one: Field, sent: Submission) -> Iterator[list[str]]:
    """The values of each offer that was sent, without empty ones at the end."""
    told = [(_sent_values(view, one, sent, stem), sent_level(sent, stem)) for stem in stems(sent)]
    while told and not told[-1][0] and told[-1][1] == Level(told[-1][1].joiner):
        told.pop()
    yield from (values for values, _ in told)


def _codes(view: View, one: Field, values: Iterable[Json]) -> list[str]:
    """Values as the check boxes have them: a row by its key where it has one."""
    rows = view.dictionaries.of(one.target or "") if TYPES[one.type].refers else None
    ids = {str(row.id): row.key for row in rows.rows.values() if row.key} if rows else {}
    return [ids.get(str(value), str(value)) for value in values]
