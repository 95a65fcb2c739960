"""Stored files, reached only through the record and the field that hold them."""

from __future__ import annotations

from engine import files
from engine.errors import NotFound
from engine.files import StoredFile
from engine.records import read
from engine.render.bind import FILES
from engine.service.visit import Visit


def fetch(visit: Visit, name: str, id: int, field: str) -> StoredFile:
    """The file in a record's field. Raises NotFound, UnknownField, Forbidden."""
    entity = visit.restricted(name, "read")
    one = entity.field(field)
    record = read.fetch(visit.conn, visit.catalog, entity, id)
    held = record.values.get(one.name)
    if one.type not in FILES or held is None:
        raise NotFound(name, id)
    return files.fetch(visit.conn, int(held))
