"""Many records at once: judged by the same rules, stored with history in few statements, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine import rules
from engine.errors import Refused
from engine.messages import Problem
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES
from engine.query.cardrules import FREE
from engine.records import read, write
from engine.render.bind import FILES
from engine.rules import normalised
from engine.service import ruling, writing
from engine.service.fixed import written_directly
from engine.service.judging import INACTIVE, NOT_ALLOWED, NOT_FOUND, by_rules, holding
from engine.service.visit import Visit

Values = Mapping[str, Json]


@dataclass(frozen=True)
class Imported:
    """The new records' ids in the order of the rows; or, by row number from 0, what is wrong, and nothing was stored."""

    ids: Sequence[int]
    problems: Mapping[int, Sequence[Problem]]


def insert_many(visit: Visit, name: str, rows: Iterable[Values]) -> Imported:
    """Store new records of one entity. References are ids. Raises Forbidden, UnknownEntity."""
    entity = visit.restricted(name, "create")
    start = writing.defaults(visit.rows, entity)
    complete = [{key: value for key, value in (start | normalised(entity, row)).items() if value is not None} for row in rows]
    problems = _problems(visit, entity, complete)
    if problems:
        return Imported((), problems)
    complete = [dict(row) for row in ruling.started(visit, entity, complete)]
    if ready := ruling.ready(visit, entity):
        complete = [{key: value for key, value in row.items() if key not in ready.state(row).hidden} for row in complete]
    fullest = max(range(len(complete)), key=lambda place: len(complete[place]), default=0)
    try:
        with writing.fitting(visit, entity, complete[fullest] if complete else {}):
            ids = write.insert_many(visit.conn, visit.catalog, entity, complete, by=visit.signed_in().id)
    except Refused as error:
        return Imported((), {fullest: error.problems})
    writing.follow_many(visit, entity, list(zip(ids, complete, strict=True)))
    return Imported(ids, {})


def _problems(visit: Visit, entity: Entity, rows: Sequence[Values]) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    judge, ready = rules.judge(visit.catalog, entity, "create"), ruling.ready(visit, entity)
    for place, row in enumerate(rows):
        wrong = [*judge.check(row), *written_directly(visit.view, entity, row, None)]
        if ready and not wrong:
            wrong = list(by_rules(visit, entity, row, None, FREE, ready.state(row)))
        if wrong:
            found[place] = wrong
    for one in entity.by_name.values():
        if TYPES[one.type].refers or one.type in FILES:
            for place, problem in _wrong_references(visit, one, rows, found):
                found.setdefault(place, []).append(problem)
    return found


def _wrong_references(visit: Visit, one: Field, rows: Sequence[Values], known: Mapping[int, object]) -> Iterator[tuple[int, Problem]]:
    """Rows whose reference names nothing, something inactive, or something its field does not allow."""
    named = {place: int(row[one.name]) for place, row in enumerate(rows) if one.name in row and place not in known}
    if not named:
        return
    if one.type in FILES:
        yield from ((place, Problem(one.name, "reference", NOT_FOUND)) for place in named)
        return
    kept = visit.rows.of(one.target or "")
    there = set(kept.rows) if kept else read.existing(visit.conn, visit.catalog, one.target or "", named.values())
    allowed = _allowed(visit, one, rows, named) if "where" in one.options else None
    for place, id in named.items():
        if id not in there:
            yield place, Problem(one.name, "reference", NOT_FOUND)
        elif kept and not kept.rows[id].active:
            yield place, Problem(one.name, "reference", INACTIVE)
        elif allowed is not None and place not in allowed:
            yield place, Problem(one.name, "reference", NOT_ALLOWED)


def _allowed(visit: Visit, one: Field, rows: Sequence[Values], named: Mapping[int, int]) -> set[int]:
    """The rows whose reference meets the field's condition: asked once for all rows that are alike in what it depends on."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for place in named:
        alike.setdefault(tuple(str(rows[place].get(name)) for name in one.limited_by), []).append(place)
    found: set[int] = set()
    for places in alike.values():
        held = holding(visit, one, [named[place] for place in places], rows[places[0]])
        found.update(place for place in places if named[place] in held)
    return found
