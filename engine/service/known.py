"""Names for what values refer to, read in one query per entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine import files
from engine.metadata.model import Field, Json
from engine.metadata.types import TYPES
from engine.records import read
from engine.render.bind import FILES
from engine.render.view import Known
from engine.service.visit import Visit


def known_to(visit: Visit, fields: Mapping[str, Field], rows: Iterable[Mapping[str, Json]]) -> Known:
    """Titles and files for the values of these records; rows of dictionaries are in memory already."""
    wanted: dict[str, set[int]] = {}
    stored: set[int] = set()
    interesting = [one for one in fields.values() if _is_looked_up(visit, one)]
    for values in rows if interesting else ():
        for one in interesting:
            value = values.get(one.name)
            if isinstance(value, int):
                (stored if one.type in FILES else wanted.setdefault(one.target or "", set())).add(value)
    titles = {
        (entity, id): title for entity, ids in wanted.items() for id, title in read.titles(visit.conn, visit.catalog, entity, ids).items()
    }
    return Known(titles, files.describe(visit.conn, sorted(stored)))


def _is_looked_up(visit: Visit, one: Field) -> bool:
    return one.type in FILES or (TYPES[one.type].refers and visit.rows.of(one.target or "") is None)
