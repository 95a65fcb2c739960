"""The labels kept in the database: each with its state, the source it was made from, its origin and its whole history.

A label whose source has changed since keeps the former source, and so needs editing without anybody having to notice the
change. `shipped` is what the program itself last brought for a label, whatever an installation has put in its place.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select

from engine.metadata import tables as t

State = Literal["needs_editing", "translated", "approved"]
"""What is kept of a label. One that is missing is not kept at all."""
SHIPPED, OWN = "shipped", "own"
FORM_MARK = "\x1f"
"""Stands between the plural forms of a text that counts."""
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """A label as it is kept."""

    text: str
    source: str
    state: State = "translated"
    origin: str = OWN
    shipped: str | None = None
    at: datetime | None = field(default=None, compare=False)
    by: int | None = field(default=None, compare=False)

    @property
    def mark(self) -> str:
        """Names exactly this text and state: whoever saves says with it what they have seen."""
        return mark_of(self)


def mark_of(kept: Kept | None) -> str:
    """The mark of a label, also of one that is missing."""
    told = "" if kept is None else f"{kept.text}\x00{kept.source}\x00{kept.state}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Past:
    """One change of a label."""

    key: str
    batch: str
    action: str
    before: Kept | None
    after: Kept | None
    at: datetime
    user: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that were made together."""

    id: str
    action: str
    labels: int
    at: datetime
    user: str


def read(conn: Connection, language: str, keys: Iterable[str] | None = None) -> dict[str, Kept]:
    """The labels kept of a language, or of these keys only."""
    wanted = select(t.LABEL).where(t.LABEL.c.language == language)
    if keys is None:
        return {row.label_key: _kept(row) for row in conn.execute(wanted)}
    found: dict[str, Kept] = {}
    for chunk in _chunks(list(keys)):
        found |= {row.label_key: _kept(row) for row in conn.execute(wanted.where(t.LABEL.c.label_key.in_(chunk)))}
    return found


def _kept(row: Any) -> Kept:
    return Kept(row.text, row.source, row.state, row.origin, row.shipped, row.updated_at, row.updated_by)


def _chunks(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    yield from (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))


def hold(conn: Connection) -> None:
    """Let nobody else change labels or definitions until this transaction ends: what is read from here on is the newest."""
    conn.execute(select(t.VERSION.c.id).with_for_update())


def write(
    conn: Connection, language: str, coming: Mapping[str, Kept | None], action: str, user: int | None = None, *, recorded: bool = True
) -> str:
    """Write labels over what is kept of these keys, None for none, and note each change in the history. Returns the batch's id.

    The version is the caller's to bump.
    """
    batch, now = uuid.uuid4().hex, datetime.now(UTC)
    for keys in _chunks(list(coming)):
        held = read(conn, language, keys)
        changed = [key for key in keys if held.get(key) != coming[key]]
        if not changed:
            continue
        conn.execute(delete(t.LABEL).where(t.LABEL.c.language == language, t.LABEL.c.label_key.in_(changed)))
        rows = [_row(language, key, kept, now, user) for key in changed if (kept := coming[key]) is not None]
        if rows:
            conn.execute(insert(t.LABEL), rows)
        if recorded:
            told = {"batch": batch, "action": action, "language": language, "at": now, "user_id": user}
            past = [told | {"label_key": key, "before": _json(held.get(key)), "after": _json(coming[key])} for key in changed]
            conn.execute(insert(t.LABEL_CHANGE), past)
    return batch


def _row(language: str, key: str, kept: Kept, at: datetime, user: int | None) -> dict[str, Any]:
    return _told(kept) | {"label_key": key, "language": language, "updated_at": at, "updated_by": user}


def _json(kept: Kept | None) -> str | None:
    return None if kept is None else json.dumps(_told(kept), ensure_ascii=False, sort_keys=True)


def _told(kept: Kept) -> dict[str, Any]:
    return {"text": kept.text, "source": kept.source, "state": kept.state, "origin": kept.origin, "shipped": kept.shipped}


def _read_json(text: str | None) -> Kept | None:
    return None if text is None else Kept(**json.loads(text))


_PAST = select(t.LABEL_CHANGE, t.USER.c.name.label("user")).outerjoin(t.USER, t.USER.c.id == t.LABEL_CHANGE.c.user_id)


def history(conn: Connection, language: str, key: str, limit: int = 20) -> list[Past]:
    """The changes of a label, the newest first."""
    wanted = _PAST.where(t.LABEL_CHANGE.c.language == language, t.LABEL_CHANGE.c.label_key == key)
    return [_past(row) for row in conn.execute(wanted.order_by(t.LABEL_CHANGE.c.id.desc()).limit(limit))]


def _past(row: Any) -> Past:
    return Past(row.label_key, row.batch, row.action, _read_json(row.before), _read_json(row.after), row.at, row.user or "")


def batch_of(conn: Connection, language: str, batch: str) -> list[Past]:
    """The changes of a batch."""
    wanted = _PAST.where(t.LABEL_CHANGE.c.language == language, t.LABEL_CHANGE.c.batch == batch)
    return [_past(row) for row in conn.execute(wanted.order_by(t.LABEL_CHANGE.c.id))]


def batches(conn: Connection, language: str, limit: int = 10) -> list[Batch]:
    """What was changed last in a language, the newest first."""
    c = t.LABEL_CHANGE.c
    newest = func.max(c.id).label("newest")
    wanted = select(c.batch, c.action, c.at, t.USER.c.name.label("user"), func.count().label("labels"), newest)
    wanted = wanted.select_from(t.LABEL_CHANGE.outerjoin(t.USER, t.USER.c.id == c.user_id)).where(c.language == language)
    wanted = wanted.group_by(c.batch, c.action, c.at, t.USER.c.name).order_by(newest.desc()).limit(limit)
    return [Batch(row.batch, row.action, row.labels, row.at, row.user or "") for row in conn.execute(wanted)]


def since(conn: Connection, language: str, moment: datetime) -> dict[str, Kept | None]:
    """What stood at that moment in the labels that were changed after it."""
    c = t.LABEL_CHANGE.c
    wanted = select(c.label_key, c.before).where(c.language == language, c.at > moment).order_by(c.id)
    found: dict[str, Kept | None] = {}
    for key, before in conn.execute(wanted):
        found.setdefault(key, _read_json(before))
    return found


def changed_by(conn: Connection, language: str, user: int) -> set[str]:
    """The labels that somebody has changed."""
    c = t.LABEL_CHANGE.c
    return set(conn.execute(select(c.label_key).where(c.language == language, c.user_id == user).distinct()).scalars())


def of_key(conn: Connection, key: str) -> dict[str, Kept]:
    """A label in every language that has it."""
    return {row.language: _kept(row) for row in conn.execute(select(t.LABEL).where(t.LABEL.c.label_key == key))}


def everywhere(conn: Connection, but: str) -> list[tuple[str, str]]:
    """(key, text) of the labels of all languages but one."""
    c = t.LABEL.c
    return [(key, text) for key, text in conn.execute(select(c.label_key, c.text).where(c.language != but))]


def person(conn: Connection, id: int | None) -> str:
    """Who has changed a label; '' for the program itself."""
    return conn.execute(select(t.USER.c.name).where(t.USER.c.id == id)).scalar() or "" if id is not None else ""
