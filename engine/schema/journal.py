"""The journal of changes: only ever added to, each event's hash covering the one before it.

A change is one row of `fl_change`; what happened to it are its events, and its state is the last of them. At most one
change is open: the one that holds the slot.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from engine.errors import BrokenJournal
from engine.metadata import tables as t
from engine.metadata.model import Json
from engine.schema.statement import Statement

State = Literal["applying", "filling", "published", "applied", "giving_up", "failed"]
"""Applying: intended, perhaps partly done. Filling: columns are there, values are being copied. Published: in force, and
what goes has been hidden but not dropped yet. Giving up: what was done so far is being taken back. Applied and failed are
final."""
IN_FORCE: tuple[State, ...] = ("filling", "published", "applied")
"""What readers see already, or will without anybody doing anything."""
_SLOT = "open"
_NEW_CHANGE, _NEW_EVENT = sa.insert(t.CHANGE), sa.insert(t.CHANGE_EVENT)
_LAST_HASH = sa.select(t.CHANGE_EVENT.c.hash).order_by(t.CHANGE_EVENT.c.id.desc()).limit(1)
_OPEN = sa.select(t.CHANGE.c.id).where(t.CHANGE.c.open_slot.is_not(None))
_CLOSED = sa.update(t.CHANGE).where(t.CHANGE.c.id == sa.bindparam("change")).values(open_slot=None)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a change."""

    id: int
    change: int
    state: State
    at: datetime
    process: str
    detail: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Change:
    """One change as it was decided on, and how far it has come. `reverses` is None where it cannot be taken back."""

    id: int
    operations: Sequence[Json]
    reverses: Sequence[Json] | None
    statements: Sequence[Mapping[str, Json]]
    base: int
    user_id: int | None
    author: str
    note: str
    undoes: int | None
    at: datetime
    state: State
    detail: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Intent:
    """What a new change is written down with. `there` are those of its statements whose work was there before it: nobody may undo that."""

    operations: Sequence[Json]
    reverses: Sequence[Json] | None
    statements: Sequence[Statement]
    base: int
    user_id: int | None
    author: str
    note: str = ""
    undoes: int | None = None
    there: Sequence[Statement] = ()


def open_change(conn: Connection, intent: Intent) -> int:
    """Write a new change with its first event, and take the slot. Returns its id."""
    row = _row(intent) | {"open_slot": _SLOT}
    id = _insert(conn, row)
    there = [[one.action, one.table, one.name] for one in intent.there]
    add_event(conn, id, "applying", _promised(row) | ({"there": there} if there else {}))
    return id


def was_there(conn: Connection, change: int) -> frozenset[tuple[str, str, str]]:
    """(action, table, name) of the statements of a change whose work was there before it began."""
    return frozenset((str(action), str(table), str(name)) for action, table, name in events_of(conn, change)[0].detail.get("there", ()))


def write_whole(conn: Connection, intent: Intent) -> int:
    """Write a change that is applied within the caller's own transaction: nobody ever sees it open. Returns its id."""
    row = _row(intent)
    id = _insert(conn, row)
    _add_events(conn, id, [("applying", _promised(row)), ("applied", {})])
    return id


def _insert(conn: Connection, row: Mapping[str, Any]) -> int:
    return int((conn.execute(_NEW_CHANGE, row).inserted_primary_key or (0,))[0])


def _row(intent: Intent) -> dict[str, Any]:
    told = [{"action": one.action, "table": one.table, "name": one.name, "sql": one.sql} for one in intent.statements]
    row: dict[str, Any] = {
        "operations": _json(intent.operations),
        "reverses": _json(intent.reverses),
        "statements": _json(told),
        "base_version": intent.base,
        "user_id": intent.user_id,
        "author": intent.author,
        "note": intent.note,
        "undoes": intent.undoes,
        "at": datetime.now(UTC),
        "open_slot": None,
    }
    return row | {"plan_hash": plan_hash(row["operations"], row["statements"])}


def _promised(row: Mapping[str, Any]) -> dict[str, Json]:
    """What the first event of a change says of it, so that neither can be altered unnoticed."""
    return {"plan": row["plan_hash"], "intent": _intent_hash(row)}


def add_event(conn: Connection, change: int, state: State, detail: Mapping[str, Json] | None = None) -> None:
    """Write what happened; a final state gives the slot back. Only under the evolution lock: the chain has one end."""
    _add_events(conn, change, [(state, detail or {})])
    if state in ("applied", "failed"):
        conn.execute(_CLOSED, {"change": change})


def _add_events(conn: Connection, change: int, events: Iterable[tuple[State, Mapping[str, Json]]]) -> None:
    previous, process = conn.execute(_LAST_HASH).scalar() or "", f"{socket.gethostname()}/{os.getpid()}"
    rows: list[dict[str, Any]] = []
    for state, detail in events:
        row = {"change_id": change, "state": state, "at": datetime.now(UTC), "process": process, "detail": _json(detail), "previous": previous}
        previous = _event_hash(row)
        rows.append(row | {"hash": previous})
    conn.execute(_NEW_EVENT, rows)


def plan_hash(operations: str, statements: str) -> str:
    """The hash of what was decided on: that what ran is what was shown can be checked by anybody."""
    return sha256(f"{operations}\n{statements}".encode()).hexdigest()


def _intent_hash(row: Mapping[str, Any]) -> str:
    """The hash of whose change it is, and of what would take it back."""
    told = (*(_json(row[name]) for name in ("base_version", "user_id", "author", "note", "undoes")), _moment(row["at"]), row["reverses"])
    return sha256("\n".join(told).encode()).hexdigest()


def _event_hash(row: Mapping[str, Any]) -> str:
    told = (row["previous"], str(row["change_id"]), row["state"], _moment(row["at"]), row["process"], row["detail"])
    return sha256("\n".join(told).encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def check_chain(conn: Connection) -> int:
    """How many events there are, each checked against the one before and against its change. Raises BrokenJournal.

    Hashes find what was altered by hand; only a copy kept elsewhere finds that the last entries were cut off.
    """
    changes = {row.id: row for row in conn.execute(sa.select(t.CHANGE))}
    previous, count, seen = "", 0, set()
    for row in conn.execute(sa.select(t.CHANGE_EVENT).order_by(t.CHANGE_EVENT.c.id)):
        change = changes.get(row.change_id)
        if row.previous != previous or row.hash != _event_hash(row._asdict()) or change is None:
            raise BrokenJournal(row.id)
        if row.change_id not in seen:
            told, wanted = _read(row.detail, row.id), {"plan": plan_hash(change.operations, change.statements), "intent": _intent_hash(change._asdict())}
            if {name: told.get(name) for name in wanted} != wanted:
                raise BrokenJournal(row.id)
        seen.add(row.change_id)
        previous, count = row.hash, count + 1
    if unseen := changes.keys() - seen:
        raise BrokenJournal(min(unseen))
    return count


def read_changes(conn: Connection, *, limit: int = 100, before: int | None = None) -> list[Change]:
    """Changes, newest first. Raises BrokenJournal, as all that reads them does."""
    wanted = sa.select(t.CHANGE).order_by(t.CHANGE.c.id.desc()).limit(limit)
    rows = conn.execute(wanted if before is None else wanted.where(t.CHANGE.c.id < before)).all()
    last = _last_events(conn, [row.id for row in rows])
    return [_change(row, last[row.id]) for row in rows]


def read_change(conn: Connection, id: int) -> Change | None:
    """One change."""
    row = conn.execute(sa.select(t.CHANGE).where(t.CHANGE.c.id == id)).first()
    return _change(row, _last_events(conn, [id])[id]) if row else None


def open_one(conn: Connection) -> Change | None:
    """The change that holds the slot, if there is one."""
    id = conn.execute(_OPEN).scalar()
    return read_change(conn, id) if id is not None else None


def events_of(conn: Connection, change: int) -> list[Event]:
    """What happened to a change, in order."""
    rows = conn.execute(sa.select(t.CHANGE_EVENT).where(t.CHANGE_EVENT.c.change_id == change).order_by(t.CHANGE_EVENT.c.id))
    return [_event(row) for row in rows]


def not_dropped(conn: Connection) -> list[Mapping[str, Json]]:
    """The statements that the database would not run when something was dropped, oldest first, whether or not they have been since."""
    found = sa.select(t.CHANGE_EVENT.c.detail).where(t.CHANGE_EVENT.c.detail.contains('"left": [')).order_by(t.CHANGE_EVENT.c.id)
    return [one for detail in conn.execute(found).scalars() for one in json.loads(detail)["left"]]


def undone(conn: Connection) -> frozenset[int]:
    """The ids of changes that an applied change has taken back."""
    found = sa.select(t.CHANGE.c.undoes).join(t.CHANGE_EVENT, t.CHANGE_EVENT.c.change_id == t.CHANGE.c.id)
    return frozenset(conn.execute(found.where(t.CHANGE.c.undoes.is_not(None), t.CHANGE_EVENT.c.state == "applied")).scalars())


def _last_events(conn: Connection, changes: Sequence[int]) -> dict[int, Event]:
    last = sa.select(sa.func.max(t.CHANGE_EVENT.c.id)).where(t.CHANGE_EVENT.c.change_id.in_(changes)).group_by(t.CHANGE_EVENT.c.change_id)
    return {row.change_id: _event(row) for row in conn.execute(sa.select(t.CHANGE_EVENT).where(t.CHANGE_EVENT.c.id.in_(last)))}


def _event(row: Row[Any]) -> Event:
    return Event(row.id, row.change_id, row.state, row.at, row.process, _read(row.detail, row.id))


def _read(text: str, entry: int) -> Json:
    """What a program has written. Raises BrokenJournal."""
    try:
        return json.loads(text)
    except ValueError:
        raise BrokenJournal(entry) from None


def _change(row: Row[Any], last: Event) -> Change:
    return Change(
        id=row.id,
        operations=_read(row.operations, last.id),
        reverses=_read(row.reverses, last.id),
        statements=_read(row.statements, last.id),
        base=row.base_version,
        user_id=row.user_id,
        author=row.author,
        note=row.note,
        undoes=row.undoes,
        at=row.at,
        state=last.state,
        detail=last.detail,
    )


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
