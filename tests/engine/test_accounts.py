"""People who may sign in: passwords, sessions, tokens, and the pause after repeated failures."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from engine import accounts
from engine.accounts import BadUser
from engine.errors import TooManyAttempts
from engine.metadata import store
from engine.metadata import tables as t
from engine.metadata.database import Database
from engine.schema import migrate
from tests.databases import url_of

PASSWORD = "correct horse 电池"
_names = count(1)


@pytest.fixture
def conn(workshop: Database) -> Iterator[Connection]:
    """A unit of work that is taken back at the end."""
    with workshop.engine.connect() as conn, conn.begin() as unit:
        yield conn
        unit.rollback()


def a_user(conn: Connection, **told: Any) -> tuple[int, str]:
    """(id, user name) of a new user."""
    name = f"user {next(_names)}"
    return accounts.add_user(conn, name, PASSWORD, "user", **told), name


def test_a_user_signs_in_with_the_right_password_only(conn: Connection) -> None:
    id, name = a_user(conn, name="Zhang 🍜", person=5)
    found = accounts.check_password(conn, name, PASSWORD)
    assert found == accounts.User(id, name, "Zhang 🍜", "user", 5, None, None, "auto")
    for wrong in ("", PASSWORD + " ", PASSWORD.upper(), PASSWORD[:-1], "x" * 100_000, PASSWORD + "\x00"):
        assert accounts.check_password(conn, name, wrong) is None


@pytest.mark.parametrize("username", ["nobody", "", "' OR 1=1 --", "a\x00b", "x" * 10_000, "用户🍜", "USER", "%"])
def test_a_name_that_there_is_not(username: str, conn: Connection) -> None:
    accounts.add_user(conn, "user", PASSWORD, "user")
    assert accounts.check_password(conn, username, PASSWORD) is None
    assert accounts.find_user(conn, username) is None


def test_a_password_is_stored_as_a_hash_only(conn: Connection) -> None:
    id, _ = a_user(conn)
    stored = conn.execute(sa.select(t.USER.c.password_hash).where(t.USER.c.id == id)).scalar_one()
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_who_is_switched_off_cannot_sign_in(conn: Connection) -> None:
    id, name = a_user(conn)
    token, session = accounts.add_token(conn, id, "script"), accounts.open_session(conn, id)
    conn.execute(sa.update(t.USER).where(t.USER.c.id == id).values(active=False))
    assert accounts.check_password(conn, name, PASSWORD) is None
    assert accounts.find_user(conn, name) is None
    assert accounts.open_request(conn, session=session)[1] is None
    assert accounts.open_request(conn, token=token)[1] is None


REFUSED = {
    "no name": ("", PASSWORD),
    "a blank name": ("   ", PASSWORD),
    "a name too long": ("x" * 101, PASSWORD),
    "a name of two lines": ("a\nb", PASSWORD),
    "a name with a character nothing stores": ("a\x00b", PASSWORD),
    "a password too short": ("new", "1234567"),
    "a password too long": ("new", "x" * 201),
    "a taken name": ("taken", PASSWORD),
    "a taken name with blanks": (" taken ", PASSWORD),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_user_that_cannot_be_made(case: str, conn: Connection) -> None:
    accounts.add_user(conn, "taken", PASSWORD, "user")
    with pytest.raises(BadUser):
        accounts.add_user(conn, *REFUSED[case], "user")


def test_whether_anybody_can_sign_in(empty_database: Database) -> None:
    with empty_database.writing() as conn:
        migrate.upgrade(conn)
        assert not accounts.has_users(conn)
        a_user(conn)
        assert accounts.has_users(conn)


def test_a_new_password_ends_all_sessions(conn: Connection) -> None:
    id, name = a_user(conn)
    other, _ = a_user(conn)
    sessions = [accounts.open_session(conn, id) for _ in range(2)]
    theirs = accounts.open_session(conn, other)
    accounts.set_password(conn, id, "another horse")
    assert [accounts.open_request(conn, session=one)[1] for one in sessions] == [None, None]
    assert accounts.open_request(conn, session=theirs)[1] is not None
    assert accounts.check_password(conn, name, PASSWORD) is None
    assert accounts.check_password(conn, name, "another horse") is not None
    with pytest.raises(BadUser):
        accounts.set_password(conn, id, "short")


def test_preferences_are_kept(conn: Connection) -> None:
    id, name = a_user(conn)
    accounts.set_preference(conn, id, language="en", theme="dark")
    found = accounts.find_user(conn, name)
    assert found is not None
    assert (found.language, found.theme) == ("en", "dark")


# -- sessions and tokens --------------------------------------------------------------------------------


def test_a_session_opens_requests_until_it_is_closed(conn: Connection) -> None:
    id, name = a_user(conn)
    token = accounts.open_session(conn, id)
    version, user = accounts.open_request(conn, session=token)
    assert user is not None
    assert (version, user.username) == (store.read_version(conn), name)
    accounts.close_session(conn, token)
    assert accounts.open_request(conn, session=token) == (version, None)


def test_only_the_hash_of_a_token_is_stored(conn: Connection) -> None:
    id, _ = a_user(conn)
    tokens = {accounts.open_session(conn, id), accounts.open_session(conn, id), accounts.add_token(conn, id, "script")}
    assert len(tokens) == 3
    stored = set(conn.execute(sa.select(t.SESSION.c.token_hash).union(sa.select(t.TOKEN.c.token_hash))).scalars())
    assert not tokens & stored
    for stolen in stored:
        assert accounts.open_request(conn, session=stolen)[1] is None, "what a thief of the database has opens nothing"
        assert accounts.open_request(conn, token=stolen)[1] is None


@pytest.mark.parametrize("token", [None, "", "x", "fl_", "a\x00b", "🍜" * 1000, "' OR 1=1 --"])
def test_what_is_no_token_opens_nothing(token: str | None, conn: Connection) -> None:
    accounts.open_session(conn, a_user(conn)[0])
    assert accounts.open_request(conn, session=token)[1] is None
    assert accounts.open_request(conn, token=token)[1] is None


def test_a_session_is_no_token_and_a_token_no_session(conn: Connection) -> None:
    id, _ = a_user(conn)
    assert accounts.open_request(conn, token=accounts.open_session(conn, id))[1] is None
    assert accounts.open_request(conn, session=accounts.add_token(conn, id, "script"))[1] is None


def test_sessions_and_tokens_end(conn: Connection) -> None:
    id, _ = a_user(conn)
    session, forever, short = accounts.open_session(conn, id), accounts.add_token(conn, id, "a"), accounts.add_token(conn, id, "b", days=30)
    ends = conn.execute(sa.select(t.SESSION.c.expires_at).where(t.SESSION.c.user_id == id)).scalar_one()
    assert timedelta(days=13) < ends - datetime.now(UTC) <= timedelta(days=accounts.SESSION_DAYS)
    past = datetime.now(UTC) - timedelta(seconds=1)
    assert accounts.open_request(conn, token=short)[1] is not None
    conn.execute(sa.update(t.SESSION).values(expires_at=past))
    conn.execute(sa.update(t.TOKEN).where(t.TOKEN.c.name == "b").values(expires_at=past))
    assert accounts.open_request(conn, session=session)[1] is None
    assert accounts.open_request(conn, token=short)[1] is None
    assert accounts.open_request(conn, token=forever)[1] is not None
    accounts.open_session(conn, id)
    assert conn.execute(sa.select(sa.func.count()).select_from(t.SESSION).where(t.SESSION.c.expires_at == past)).scalar_one() == 0


def test_sessions_go_with_their_user(conn: Connection) -> None:
    id, _ = a_user(conn)
    session = accounts.open_session(conn, id)
    conn.execute(sa.delete(t.USER).where(t.USER.c.id == id))
    assert accounts.open_request(conn, session=session)[1] is None


# -- throttle -------------------------------------------------------------------------------------------


def fail(conn: Connection, times: int, *subjects: str) -> None:
    """So many failures."""
    for _ in range(times):
        accounts.note_failure(conn, *subjects)


def test_five_failures_pause_a_user(conn: Connection) -> None:
    fail(conn, 4, "user:a")
    accounts.check_throttle(conn, "user:a")
    fail(conn, 1, "user:a")
    with pytest.raises(TooManyAttempts) as caught:
        accounts.check_throttle(conn, "user:a", "ip:1")
    assert 295 <= caught.value.seconds <= 301
    accounts.check_throttle(conn, "user:b", "ip:1")


def test_an_address_may_fail_more_often_than_a_name(conn: Connection) -> None:
    """Many people may sit behind one."""
    fail(conn, 19, "ip:1")
    accounts.check_throttle(conn, "ip:1")
    fail(conn, 1, "ip:1")
    with pytest.raises(TooManyAttempts):
        accounts.check_throttle(conn, "user:new", "ip:1")


def test_a_right_password_ends_the_count(conn: Connection) -> None:
    fail(conn, 5, "user:a", "ip:1")
    accounts.forget_failures(conn, "user:a")
    accounts.check_throttle(conn, "user:a", "ip:1")
    fail(conn, 4, "user:a")
    accounts.check_throttle(conn, "user:a")


def test_a_pause_ends_and_old_failures_are_forgotten(conn: Connection) -> None:
    fail(conn, 5, "user:a")
    conn.execute(sa.update(t.ATTEMPT).values(last_at=datetime.now(UTC) - accounts.PAUSE - timedelta(seconds=1)))
    accounts.check_throttle(conn, "user:a")
    fail(conn, 4, "user:a")
    accounts.check_throttle(conn, "user:a")
    fail(conn, 1, "user:a")
    with pytest.raises(TooManyAttempts):
        accounts.check_throttle(conn, "user:a")


@pytest.mark.parametrize("subject", ["user:" + "x" * 10_000, "user:a\x00b", "user:用户🍜", "user:' OR 1=1", "user:"])
def test_whatever_was_typed_is_counted(subject: str, conn: Connection) -> None:
    fail(conn, 5, subject)
    with pytest.raises(TooManyAttempts):
        accounts.check_throttle(conn, subject)
    accounts.forget_failures(conn, subject)
    accounts.check_throttle(conn, subject)


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)
def test_two_first_failures_at_the_same_moment_are_both_counted(workshop: Database, backend: str) -> None:
    """Another process notes the name between our looking and our writing."""
    other = Database(url_of(workshop))
    subject = f"user:race {next(_names)}"
    done: list[bool] = []

    def meanwhile(conn: Connection, clause: Any, *_: Any) -> None:
        if not done and isinstance(clause, sa.Insert):
            done.append(True)
            with other.writing() as theirs:
                accounts.note_failure(theirs, subject)

    sa.event.listen(workshop.engine, "before_execute", meanwhile)
    try:
        with workshop.writing() as conn:
            accounts.note_failure(conn, subject)
    finally:
        sa.event.remove(workshop.engine, "before_execute", meanwhile)
        other.close()
    with workshop.writing() as conn:
        assert conn.execute(sa.select(t.ATTEMPT.c.failures).where(t.ATTEMPT.c.subject == subject)).scalar_one() == 2
        conn.execute(sa.delete(t.ATTEMPT))


def test_people_who_sign_in_at_once_do_not_end_each_other(workshop: Database) -> None:
    def sign_in(_: int) -> None:
        for _ in range(15):
            with workshop.writing() as conn:
                accounts.note_failure(conn, "user:crowd")
            with workshop.writing() as conn:
                accounts.forget_failures(conn, "user:crowd")

    with ThreadPoolExecutor(4) as people:
        list(people.map(sign_in, range(4)))
    with workshop.reading() as conn:
        accounts.check_throttle(conn, "user:crowd")


def test_of_wrong_passwords_at_once_no_more_are_judged_than_one_after_the_other(workshop: Database) -> None:
    subject, ready = f"user:burst {next(_names)}", Barrier(8, timeout=30)

    def attempt(_: int) -> bool:
        ready.wait()
        try:
            with workshop.writing() as conn:
                accounts.hold_attempts(conn, subject)
                accounts.check_throttle(conn, subject)
                accounts.note_failure(conn, subject)
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(8) as people:
        judged = [one for _ in range(2) for one in people.map(attempt, range(8))]
    assert sum(judged) == accounts.MAX_FAILURES
