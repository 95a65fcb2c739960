"""Records as a table in a file: what a list shows, in a spelling that an import reads back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine import sheets
from engine.errors import UnknownParameter
from engine.metadata import labels
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES
from engine.query import tree
from engine.query.tree import MAX_SIZE, Query
from engine.records.read import Record
from engine.render.bind import FILES
from engine.render.view import Known, plain
from engine.service.known import known_to
from engine.service.searching import Pairs, run
from engine.service.visit import Visit
from engine.service.writing import shown_values

ID = "id"
NUMBERS = ("integer", "decimal", "amount")
BETWEEN = "; "
"""What stands between the choices of one cell."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that is handed out."""

    name: str
    media_type: str
    content: bytes


def exported(visit: Visit, name: str, pairs: Pairs) -> File:
    """The records that a list's address asks for; `format=csv` or `xlsx`. Raises Unknown…, BadValue, Forbidden."""
    entity = visit.restricted(name, "read")
    kind = ([value for key, value in pairs if key == "format"] or ["csv"])[-1]
    if kind not in sheets.MEDIA_TYPES:
        raise UnknownParameter(f"format={kind}")
    query = tree.parse([pair for pair in pairs if pair[0] not in ("format", "page[size]", "page[after]")], entity)
    fields = [one for one in columns(entity) if not query.fields or one.name in query.fields]
    header = [ID, *(visit.view.label(one) for one in fields)]
    title = labels.entity_plural(visit.catalog, entity, visit.view.languages)
    content = sheets.write(kind, header, _rows(visit, entity, query, fields), title)
    return File(f"{name}.{kind}", sheets.MEDIA_TYPES[kind], content)


def columns(entity: Entity) -> list[Field]:
    """The fields that fit a cell: all that have a value, but for files."""
    return [one for one in entity.by_name.values() if one.type not in FILES and TYPES[one.type].column_type(one.options) is not None]


def _rows(visit: Visit, entity: Entity, query: Query, fields: Sequence[Field]) -> Iterator[list[sheets.Cell]]:
    """All rows, page by page."""
    by_name = {one.name: one for one in fields}
    query = replace(query, size=MAX_SIZE)
    while True:
        found = run(visit, entity, query, [one.name for one in fields])
        known = known_to(visit, by_name, [one.values for one in found.records])
        yield from (_row(visit, entity, record, fields, known) for record in found.records)
        if not found.page.next:
            return
        query = replace(query, after=found.page.next)


def _row(visit: Visit, entity: Entity, record: Record, fields: Sequence[Field], known: Known) -> list[sheets.Cell]:
    values: Mapping[str, Json] = shown_values(visit, entity, record)
    return [record.id, *(cell(visit, one, values.get(one.name), known) for one in fields)]


def cell(visit: Visit, one: Field, value: Json, known: Known) -> sheets.Cell:
    """A value as a cell: names as people read them, dates and numbers in plain spelling."""
    if value is None:
        return ""
    if one.type in NUMBERS:
        number = float(value)
        exact = len(str(value).strip("-0").replace(".", "")) <= 15
        return int(value) if one.type == "integer" and exact else number if exact else str(value)
    if one.type == "multiple_choice":
        named = dict(labels.choices(visit.catalog, one, visit.view.languages))
        return BETWEEN.join(named.get(code, code) for code in value)
    if TYPES[one.type].refers or one.type in ("choice", "check", "palette"):
        return plain(one, value, visit.view, visit.region, known)
    return str(value)
