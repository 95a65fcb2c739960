"""Choosing what a reference names: suggestions while typing, and finding the one that a typed name means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.errors import UnknownField
from engine.messages import M_, Problem
from engine.metadata.folding import fold
from engine.metadata.model import Entity, Field, Json
from engine.metadata.rows import Row, RowSet
from engine.metadata.types import TYPES
from engine.query import suggest, tree
from engine.query.tree import Condition
from engine.service.visit import Visit

LIMIT = 20
NOBODY = M_("“%(label)s”: nothing is called “%(text)s”. Choose from the list.")
SEVERAL = M_("“%(label)s”: several are called “%(text)s”. Choose one from the list.")


def suggestions(visit: Visit, target: str, words: str, asked_for: str = "") -> Mapping[str, Json]:
    """`{"items": [{id, title, detail}], "more": bool}` for a picker. `asked_for` is the field, as `entity.field`.

    Raises UnknownField, Forbidden.
    """
    entity = visit.restricted(target, "read")
    one = _field_asked_for(visit, entity, asked_for) if asked_for else None
    rows = visit.rows.of(target)
    if rows is not None:
        how = one.options.get("show", "title") if one else "title"
        found = [(row.id, rows.show(row.id, how, visit.view.languages), _detail(visit, rows, row, how)) for row in _matching(visit, rows, words, how)]
    else:
        pairs = suggest.by_title(visit.conn, visit.catalog, entity, words, _where(visit, one), visit.scope(), limit=LIMIT + 1)
        found = [(id, title, "") for id, title in pairs]
    items = [{"id": id, "title": title, "detail": detail} for id, title, detail in found[:LIMIT]]
    return {"items": items, "more": len(found) > LIMIT}


def _field_asked_for(visit: Visit, target: Entity, asked_for: str) -> Field:
    entity, _, name = asked_for.partition(".")
    one = visit.restricted(entity, "read").field(name)
    if one.target != target.name:
        raise UnknownField(target.name, asked_for)
    return one


def _where(visit: Visit, one: Field | None) -> Condition | None:
    if one is None or "where" not in one.options:
        return None
    return tree.from_json(one.options["where"], visit.catalog.entity(one.target or ""), searchable_only=False)


def _matching(visit: Visit, rows: RowSet, words: str, how: str) -> list[Row]:
    """Active rows that are called so in any language, or shown so; those that start with the words first."""
    term = fold(words)
    found: list[tuple[bool, Row]] = []
    for row, _ in rows.ordered:
        names = _names(visit, rows, row, how)
        if row.active and any(term in name for name in names):
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


def resolve_typed(visit: Visit, entity: Entity, typed: Mapping[str, str]) -> tuple[dict[str, Json], list[Problem]]:
    """Values for names that were typed into pickers and not picked, and a problem for each that is not clear."""
    values: dict[str, Json] = {}
    problems: list[Problem] = []
    for name, text in typed.items():
        one = entity.by_name[name]
        ids = list(called(visit, one, text)) if TYPES[one.type].refers else []
        if len(ids) == 1:
            values[name] = ids[0]
        else:
            problems.append(Problem(name, "reference", M_((SEVERAL if ids else NOBODY).text, text=text[:60])))
    return values, problems


def unclear(visit: Visit, one: Field, text: str, ids: list[int]) -> str:
    """Why a typed name names nothing, in words."""
    return visit.translator.say(SEVERAL if ids else NOBODY, label=visit.view.label(one), text=text[:60])


def called(visit: Visit, one: Field, text: str) -> Iterator[int]:
    """The ids of everything called exactly so, case, width and accents aside."""
    rows = visit.rows.of(one.target or "")
    if rows is not None:
        term, how = fold(text), one.options.get("show", "title")
        yield from (row.id for row in rows.rows.values() if row.active and term in _names(visit, rows, row, how))
        return
    target = visit.catalog.entity(one.target or "")
    pairs = suggest.by_title(visit.conn, visit.catalog, target, text, _where(visit, one), visit.scope(), limit=2, exact=True)
    yield from (id for id, _ in pairs)
