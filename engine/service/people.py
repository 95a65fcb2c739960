"""People who may sign in, as the command line keeps them."""

from __future__ import annotations

from sqlalchemy import Connection

from engine import accounts
from engine.accounts import BadUser, User
from engine.messages import M_
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.formats import is_time_zone
from engine.query.values import PEOPLE
from engine.records import read


def add(
    database: Database, username: str, password: str, role: str, name: str = "", person: int | None = None, timezone: str | None = None
) -> None:
    """Make a user; `person` is the id of a row in the list of people. Raises BadUser."""
    with database.writing() as conn:
        if timezone is not None and not is_time_zone(timezone):
            raise BadUser(M_("“%(name)s” is no time zone. Write it like Asia/Shanghai.", name=timezone))
        if person is not None and not read.existing(conn, store.load(conn), PEOPLE, [person]):
            raise BadUser(M_("There is no person with the id %(id)s.", id=person))
        user = accounts.add_user(conn, username, password, role, name=name, person=person)
        if timezone is not None:
            accounts.set_preference(conn, user, timezone=timezone)


def add_token(database: Database, username: str, name: str, days: int | None) -> str:
    """Make an API token of a user. Returns it, which is stored nowhere. Raises BadUser."""
    with database.writing() as conn:
        return accounts.add_token(conn, _known(conn, username).id, name, days)


def set_password(database: Database, username: str, password: str) -> None:
    """Set a password and end all sessions of the user. Raises BadUser."""
    with database.writing() as conn:
        accounts.set_password(conn, _known(conn, username).id, password)


def _known(conn: Connection, username: str) -> User:
    found = accounts.find_user(conn, username)
    if found is None:
        raise BadUser(M_("There is no user “%(name)s”.", name=username))
    return found
