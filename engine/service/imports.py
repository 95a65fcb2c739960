"""Many records at once: judged by the same rules, stored with history in few statements, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine import rules
from engine.messages import Problem
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES
from engine.records import read, write
from engine.render.bind import FILES
from engine.rules import normalised
from engine.service import writing
from engine.service.fixed import written_directly
from engine.service.judging import INACTIVE, NOT_ALLOWED, NOT_FOUND, holding
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
    ids = write.insert_many(visit.conn, visit.catalog, entity, complete, by=visit.signed_in().id)
    writing.follow_many(visit, entity, list(zip(ids, complete, strict=True)))
    return Imported(ids, {})


def _problems(visit: Visit, entity: Entity, rows: Sequence[Values]) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    judge = rules.judge(visit.catalog, entity, "create")
    for place, row in enumerate(rows):
        if wrong := [*judge.check(row), *written_directly(visit.view, entity, row, None)]:
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
    allowed = holding(visit, one, named.values()) if "where" in one.options else there
    for place, id in named.items():
        if id not in there:
            yield place, Problem(one.name, "reference", NOT_FOUND)
        elif kept and not kept.rows[id].active:
            yield place, Problem(one.name, "reference", INACTIVE)
        elif id not in allowed:
            yield place, Problem(one.name, "reference", NOT_ALLOWED)
