"""Choosing what a reference names: suggestions while typing, and finding the one that a typed name means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.errors import BadValue, UnknownField
from engine.messages import M_, Problem
from engine.metadata.folding import fold
from engine.metadata.model import Entity, Field, Json
from engine.metadata.rows import Row, RowSet
from engine.metadata.types import TYPES, Invalid
from engine.query import page, suggest
from engine.query.tree import Condition
from engine.service.judging import limit_of
from engine.service.visit import Visit

Values = Mapping[str, Json]
LIMIT = 20
NOBODY = M_("“%(label)s”: nothing is called “%(text)s”. Choose from the list.")
SEVERAL = M_("“%(label)s”: several are called “%(text)s”. Choose one from the list.")


def suggestions(
    visit: Visit, target: str, words: str, asked_for: str = "", card: Mapping[str, str] | None = None, only: frozenset[int] | None = None
) -> Mapping[str, Json]:
    """`{"items": [{id, title, detail}], "more": bool}` for a picker, with a `note` where another field must be filled in first.

    `asked_for` is the field, as `entity.field`; `card` what stands on its card in the fields that limit its choices, if it
    stands on a card; `only` the rows of a dictionary that the rules of its card leave. Raises UnknownField, Forbidden, BadValue.
    """
    entity = visit.restricted(target, "read")
    one = _field_asked_for(visit, entity, asked_for) if asked_for else None
    values = _read_card(visit, one, card) if one is not None and card else None
    if one is not None and values is not None and (missing := [name for name in one.limited_by if values.get(name) is None]):
        other = visit.catalog.entity(one.entity).field(missing[0])
        return {"items": [], "more": False, "note": visit.translator.text("Fill in “%(label)s” first.", label=visit.view.label(other))}
    condition, scope = _where(visit, one, values), replace(visit.scope(), record=values)
    rows = visit.rows.of(target)
    if rows is not None:
        how = one.options.get("show", "title") if one else "title"
        allowed = None if condition is None else page.holding(visit.conn, visit.catalog, entity, condition, rows.rows, scope)
        if only is not None:
            allowed = set(only) if allowed is None else allowed & only
        matching = _matching(visit, rows, words, how, allowed)
        found = [(row.id, rows.show(row.id, how, visit.view.languages), _detail(visit, rows, row, how)) for row in matching]
    else:
        pairs = suggest.by_title(visit.conn, visit.catalog, entity, words, condition, scope, limit=LIMIT + 1)
        if len(pairs) <= LIMIT and (term := fold(words)):  # all of them: then they can be in the reader's order
            pairs = sorted(visit.in_order(pairs, lambda pair: pair[1]), key=lambda pair: not fold(pair[1]).startswith(term))
        found = [(id, title, "") for id, title in pairs]
    items = [{"id": id, "title": title, "detail": detail} for id, title, detail in found[:LIMIT]]
    return {"items": items, "more": len(found) > LIMIT}


def _read_card(visit: Visit, one: Field, card: Mapping[str, str]) -> dict[str, Json]:
    """The values that limit a field's choices, as they stand in the controls of its card."""
    entity = visit.restricted(one.entity, "read")
    found: dict[str, Json] = {}
    for name in one.limited_by:
        try:
            found[name] = TYPES[entity.field(name).type].parse([card.get(name, "")], visit.region)
        except Invalid as error:
            raise BadValue(name, error.message) from None
    return found


def _field_asked_for(visit: Visit, target: Entity, asked_for: str) -> Field:
    entity, _, name = asked_for.partition(".")
    one = visit.restricted(entity, "read").field(name)
    if one.target != target.name:
        raise UnknownField(target.name, asked_for)
    return one


def _where(visit: Visit, one: Field | None, values: Values | None) -> Condition | None:
    """The field's own condition. One that depends on a card limits nothing where there is no card: on a search screen."""
    if one is None or "where" not in one.options or (values is None and one.limited_by):
        return None
    return limit_of(visit, one)


def _matching(visit: Visit, rows: RowSet, words: str, how: str, allowed: set[int] | None) -> list[Row]:
    """Active rows that are called so in any language, or shown so, and that are allowed; those that start with the words first."""
    term = fold(words)
    found: list[tuple[bool, Row]] = []
    for row, _ in rows.ordered:
        names = _names(visit, rows, row, how)
        if row.active and (allowed is None or row.id in allowed) and any(term in name for name in names):
            found.append((not any(name.startswith(term) for name in names), row))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])][: LIMIT + 1]


def _names(visit: Visit, rows: RowSet, row: Row, how: str) -> list[str]:
    """What a row is called, in any language, and what its field shows of it."""
    told = [*row.texts.get(rows.title, {}).values(), *([rows.show(row.id, how, visit.view.languages)] if how != "title" else [])]
    return [fold(text) for text in told]


def _detail(visit: Visit, rows: RowSet, row: Row, how: str) -> str:
    """What tells a row from others beside what is shown: its path, or its name."""
    if how == "description":
        return rows.show(row.id, "title", visit.view.languages)
    return rows.show(row.id, "path", visit.view.languages) if row.parent and how != "path" else ""


def resolve_typed(visit: Visit, entity: Entity, typed: Mapping[str, str], card: Values) -> tuple[dict[str, Json], list[Problem]]:
    """Values for names that were typed into pickers and not picked, and a problem for each that is not clear.

    `card` is what stands in the other fields. They are read in the card's order: a name may depend on one typed before it.
    """
    values: dict[str, Json] = {}
    problems: list[Problem] = []
    for name, text in typed.items():
        one = entity.by_name[name]
        ids = list(called(visit, one, text, {**card, **values})) if TYPES[one.type].refers else []
        if len(ids) == 1:
            values[name] = ids[0]
        else:
            problems.append(Problem(name, "reference", M_((SEVERAL if ids else NOBODY).text, text=text[:60])))
    return values, problems


def unclear(visit: Visit, one: Field, text: str, ids: list[int]) -> str:
    """Why a typed name names nothing, in words."""
    return visit.translator.say(SEVERAL if ids else NOBODY, label=visit.view.label(one), text=text[:60])


def called(visit: Visit, one: Field, text: str, card: Values | None = None) -> Iterator[int]:
    """The ids of everything called exactly so, case, width and accents aside, that the field allows on a card with these values."""
    rows = visit.rows.of(one.target or "")
    if rows is not None:
        term, how = fold(text), one.options.get("show", "title")
        yield from (row.id for row in rows.rows.values() if row.active and term in _names(visit, rows, row, how))
        return
    target = visit.catalog.entity(one.target or "")
    pairs = suggest.by_title(visit.conn, visit.catalog, target, text, _where(visit, one, card), replace(visit.scope(), record=card), limit=2, exact=True)
    yield from (id for id, _ in pairs)
