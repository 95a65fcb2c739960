"""People who may sign in: passwords, sessions, API tokens, and the pause after repeated failures.

Tokens are random; only their SHA-256 is stored, so a stolen database opens no session.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import mysql, postgresql, sqlite

from engine.errors import FieldloomError, TooManyAttempts
from engine.messages import M_
from engine.metadata import tables as t
from engine.metadata.store import Version

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SESSION_DAYS = 14
MAX_FAILURES, PAUSE = 5, timedelta(minutes=5)
MIN_PASSWORD, MAX_PASSWORD = 8, 200


class BadUser(FieldloomError):
    """A user cannot be made like this; the sentence says why."""


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in."""

    id: int
    username: str
    name: str
    role: str
    person: int | None
    language: str | None
    timezone: str | None
    theme: str


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # here: only signing in needs it, not every process that starts

    return PasswordHasher()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def add_user(conn: Connection, username: str, password: str, role: str, *, name: str = "", person: int | None = None) -> int:
    """Make a user. Raises BadUser for a taken name or a password that is too short."""
    username = username.strip()
    if not username or len(username) > 100 or not username.isprintable():
        raise BadUser(M_("A user name has 1 to 100 characters."))
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise BadUser(M_("A password has %(least)s to %(most)s characters.", least=MIN_PASSWORD, most=MAX_PASSWORD))
    if conn.execute(sa.select(t.USER.c.id).where(t.USER.c.username == username)).first():
        raise BadUser(M_("The user name “%(name)s” is taken.", name=username))
    row: dict[str, Any] = {"username": username, "name": name or username, "password_hash": _hasher().hash(password), "role": role}
    row |= {"person": person, "active": True, "created_at": datetime.now(UTC)}
    done = conn.execute(sa.insert(t.USER).values(row))
    return int((done.inserted_primary_key or (0,))[0])


def has_users(conn: Connection) -> bool:
    """Whether anybody can sign in at all."""
    return conn.execute(sa.select(t.USER.c.id).limit(1)).first() is not None


_USER = (t.USER.c.id, t.USER.c.username, t.USER.c.name, t.USER.c.role, t.USER.c.person, t.USER.c.language, t.USER.c.timezone, t.USER.c.theme)


def _user(row: Any) -> User:
    return User(row.id, row.username, row.name, row.role, row.person, row.language, row.timezone, row.theme)


def _storable(text: str) -> str:
    """What was typed, without the character that PostgreSQL takes in no text at all."""
    return text.replace("\x00", "\ufffd")


def find_user(conn: Connection, username: str) -> User | None:
    """The active user of that name."""
    row = conn.execute(sa.select(*_USER).where(t.USER.c.username == _storable(username), t.USER.c.active.is_(sa.true()))).first()
    return _user(row) if row else None


def check_password(conn: Connection, username: str, password: str) -> User | None:
    """The user, if the password is right. Takes as long for a name that does not exist."""
    from argon2.exceptions import VerificationError

    wanted = sa.select(*_USER, t.USER.c.password_hash).where(t.USER.c.username == _storable(username), t.USER.c.active.is_(sa.true()))
    row = conn.execute(wanted).first() if len(password) <= MAX_PASSWORD else None
    try:
        _hasher().verify(row.password_hash if row else _decoy(), password[:MAX_PASSWORD])
    except VerificationError:
        return None
    return _user(row) if row else None


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher().hash(secrets.token_hex(16))


def set_password(conn: Connection, user_id: int, password: str) -> None:
    """Set a password and end all sessions of the user. Raises BadUser."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise BadUser(M_("A password has %(least)s to %(most)s characters.", least=MIN_PASSWORD, most=MAX_PASSWORD))
    conn.execute(sa.update(t.USER).where(t.USER.c.id == user_id).values(password_hash=_hasher().hash(password)))
    conn.execute(sa.delete(t.SESSION).where(t.SESSION.c.user_id == user_id))


def set_preference(conn: Connection, user_id: int, **values: str) -> None:
    """Keep a user's language, time zone or theme."""
    conn.execute(sa.update(t.USER).where(t.USER.c.id == user_id).values(values))


# -- throttle ---------------------------------------------------------------------------------------


def _subject(text: str) -> str:
    return _storable(text)[:190]


def check_throttle(conn: Connection, *subjects: str) -> None:
    """Raises TooManyAttempts while any of the subjects (a user name, an address) is paused."""
    now = datetime.now(UTC)
    for row in conn.execute(sa.select(t.ATTEMPT).where(t.ATTEMPT.c.subject.in_([_subject(s) for s in subjects]))):
        until = row.last_at + PAUSE
        if row.failures >= MAX_FAILURES * (4 if row.subject.startswith("ip:") else 1) and until > now:
            raise TooManyAttempts(int((until - now).total_seconds()) + 1)


def hold_attempts(conn: Connection, subject: str) -> None:
    """Let nobody else look at the count of a subject until the unit ends: of many attempts at once, each is judged after the one before it."""
    _count(conn, {"subject": _subject(subject), "failures": 0, "last_at": datetime.now(UTC)}, {"failures": t.ATTEMPT.c.failures})


def note_failure(conn: Connection, *subjects: str) -> None:
    """Count a failed attempt; counts older than the pause start again."""
    now = datetime.now(UTC)
    failures = sa.case((t.ATTEMPT.c.last_at < now - PAUSE, 1), else_=t.ATTEMPT.c.failures + 1)
    for subject in subjects:
        _count(conn, {"subject": _subject(subject), "failures": 1, "last_at": now}, {"failures": failures, "last_at": now})


def _count(conn: Connection, first: Mapping[str, Any], again: Mapping[str, Any]) -> None:
    """In one statement: of two that count the same at once, MariaDB would end one, were it asked first and written then."""
    if conn.dialect.name in ("mysql", "mariadb"):  # which sets one after the other
        conn.execute(mysql.insert(t.ATTEMPT).values(first).on_duplicate_key_update(list(again.items())))
    else:
        insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
        conn.execute(insert(t.ATTEMPT).values(first).on_conflict_do_update(index_elements=["subject"], set_=again))


def forget_failures(conn: Connection, subject: str) -> None:
    """A right password ends the count."""
    conn.execute(sa.delete(t.ATTEMPT).where(t.ATTEMPT.c.subject == _subject(subject)))


# -- sessions and tokens ----------------------------------------------------------------------------


def open_session(conn: Connection, user_id: int) -> str:
    """Begin a session. Returns its token, which is stored nowhere."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    conn.execute(sa.delete(t.SESSION).where(t.SESSION.c.expires_at < now))
    row = {"token_hash": _hash(token), "user_id": user_id, "created_at": now, "expires_at": now + timedelta(days=SESSION_DAYS)}
    conn.execute(sa.insert(t.SESSION).values(row))
    return token


def close_session(conn: Connection, token: str) -> None:
    """End a session, at once and on every process."""
    conn.execute(sa.delete(t.SESSION).where(t.SESSION.c.token_hash == _hash(token)))


def add_token(conn: Connection, user_id: int, name: str, days: int | None = None) -> str:
    """Make an API token. Returns it, which is stored nowhere."""
    token, now = "fl_" + secrets.token_urlsafe(32), datetime.now(UTC)
    row = {"token_hash": _hash(token), "user_id": user_id, "name": name, "created_at": now}
    conn.execute(sa.insert(t.TOKEN).values(row | {"expires_at": now + timedelta(days=days) if days else None}))
    return token


def _opening(table: sa.Table) -> sa.Select[Any]:
    """The version and the user of a token in one statement: the only question every request asks."""
    valid = sa.and_(
        table.c.token_hash == sa.bindparam("token_hash"),
        sa.or_(table.c.expires_at.is_(None), table.c.expires_at > sa.bindparam("now", type_=table.c.expires_at.type)),
    )
    person = sa.and_(t.USER.c.id == table.c.user_id, t.USER.c.active.is_(sa.true()))
    source = t.VERSION.outerjoin(table, valid).outerjoin(t.USER, person)
    return sa.select(t.VERSION.c.catalog, t.VERSION.c.dictionaries, t.VERSION.c.languages, *_USER).select_from(source)


_BY_SESSION, _BY_TOKEN = _opening(t.SESSION), _opening(t.TOKEN)


def open_request(conn: Connection, *, session: str | None = None, token: str | None = None) -> tuple[Version, User | None]:
    """The version in force, and who holds this session or API token."""
    held = token if token is not None else session or ""
    row = conn.execute(_BY_TOKEN if token is not None else _BY_SESSION, {"token_hash": _hash(held), "now": datetime.now(UTC)}).one()
    known = Version(row.catalog, row.dictionaries, row.languages)
    return known, _user(row) if row.id is not None else None
