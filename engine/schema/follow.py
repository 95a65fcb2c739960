"""From one catalog to the next by the journal: a process that knows the metadata before a change need not read them all again.

Operations are values, so what they made of the metadata where they were published, they make of them here.
"""

from __future__ import annotations

import json
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.metadata import tables as t
from engine.metadata.model import Catalog
from engine.schema.operation import rebuilt
from engine.schema.ops import JOURNALLED

_NEWEST = sa.select(t.CHANGE.c.id, t.CHANGE.c.base_version, t.CHANGE.c.operations).order_by(t.CHANGE.c.id.desc()).limit(1)
_LAST_STATE = sa.select(t.CHANGE_EVENT.c.state).where(t.CHANGE_EVENT.c.change_id == sa.bindparam("change")).order_by(t.CHANGE_EVENT.c.id.desc()).limit(1)


def follow(conn: Connection, held: Catalog, version: int) -> Catalog | None:
    """The catalog of that version, if exactly one change in force lies between it and the one held; else None.

    Whoever else writes metadata raises the version too, and a change that copies values raises it twice: then nothing follows.
    """
    if version != held.version + 1:
        return None
    newest = conn.execute(_NEWEST).first()
    if newest is None or newest.base_version != held.version:
        return None
    if conn.execute(_LAST_STATE, {"change": newest.id}).scalar() not in ("published", "applied"):
        return None
    coming = held
    for one in rebuilt(json.loads(newest.operations), JOURNALLED):
        coming = one.apply_to(coming)
    return replace(coming, version=version)
