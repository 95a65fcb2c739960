"""People who may sign in, as the command line keeps them."""

from __future__ import annotations

from sqlalchemy import Connection

from engine import accounts
from engine.accounts import BadUser, User
from engine.messages import M_
from engine.metadata.database import Database


def add(database: Database, username: str, password: str, role: str, name: str = "") -> None:
    """Make a user. Raises BadUser."""
    with database.writing() as conn:
        accounts.add_user(conn, username, password, role, name=name)


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
