"""Where definitions and database have come apart: told, fields set aside so that all else goes on, repaired on request."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import Connection

from engine.errors import FieldloomError
from engine.messages import Message
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Json
from engine.metadata.physical import is_folded
from engine.schema import apply, compare, fill, recover
from engine.schema.apply import Orders
from engine.schema.ops import ReviveField
from engine.schema.plan import Fill
from engine.service import plan_json

AUTHOR = "Fieldloom"
log = logging.getLogger("fieldloom.schema")


def found(conn: Connection, catalog: Catalog, say: Callable[[Message], str] = str) -> list[dict[str, Json]]:
    """What differs, the worst first; `repair` says in words what would mend it, `sql` with which statement."""
    told = []
    for one in compare.compare(conn, catalog):
        repair = say(one.repair.describe(catalog)) if one.repair else None
        told.append(plan_json.of_finding(one.finding, say) | {"repair": repair, "sql": one.statement.sql if one.statement else None})
    return told


def set_aside(database: Database) -> list[str]:
    """Hide the fields whose column has vanished, as a change in the journal: all else can be read and saved again.

    Returns their names. Where another process is at it, or nothing is lost, nothing happens.
    """
    with database.reading() as conn:
        catalog = store.load(conn)
        lost = compare.lost(conn, catalog)
    if not lost:
        return []
    names = [f"{one.entity}.{one.field}" for one in lost]
    try:
        apply.publish(database, lost, Orders(author=AUTHOR, note="column gone", base=catalog.version))
    except FieldloomError as error:
        log.warning("%s: the column is gone, and the field could not be set aside: %s", ", ".join(names), error)
        return []
    log.error("%s: the column is gone from the database; the field is set aside. See: fieldloom schema check", ", ".join(names))
    return names


def repair(database: Database, orders: Orders) -> list[int]:
    """End what was left open, make again in the database what is not there, take back what was set aside. Returns the changes made."""
    ended = recover.recover(database, orders)
    made = [ended.id] if ended else []
    done = apply.mend(database, orders)
    made += [done.change] if done else []
    with database.reading() as conn:
        catalog = store.load(conn)
        back = [one.repair for one in compare.compare(conn, catalog) if isinstance(one.repair, ReviveField)]
    if back:
        made.append(apply.publish(database, back, orders).change)
        _fold_again(database, back)
    return made


def _fold_again(database: Database, back: list[ReviveField]) -> None:
    """What came back with its values, as from a backup, is found by them too."""
    with database.reading() as conn:
        catalog = store.load(conn)
    for one in back:
        field = catalog.entity(one.entity).by_name.get(one.field)
        if field is not None and is_folded(catalog, field):
            fill.run(database, catalog, Fill(field))
