"""Signing in and out, and a reader's own preferences."""

from __future__ import annotations

from engine import access, accounts
from engine.errors import BadCredentials, BadValue
from engine.messages import M_
from engine.service.visit import Site, Visit

THEMES = ("auto", "light", "dark")
DENSITIES = ("compact", "normal", "roomy")
"""How close things stand. A matter of the screen more than of the person: the browser keeps it."""


def sign_in(site: Site, username: str, password: str, address: str) -> str:
    """A new session's token. Raises BadCredentials, TooManyAttempts.

    The password is checked outside any transaction: it takes long on purpose.
    """
    subjects = (f"user:{username.strip().lower()}", f"ip:{address}")
    with site.database.writing() as conn:
        accounts.hold_attempts(conn, subjects[0])
        accounts.check_throttle(conn, *subjects)
        accounts.note_failure(conn, subjects[0])  # beforehand: attempts at once are counted as well
    with site.database.reading() as conn:
        user = accounts.check_password(conn, username.strip(), password)
    with site.database.writing() as conn:
        if user is None:
            accounts.note_failure(conn, subjects[1])
        else:
            accounts.forget_failures(conn, subjects[0])
            return accounts.open_session(conn, user.id)
    raise BadCredentials


def sign_out(site: Site, token: str) -> None:
    """End a session, on every process."""
    with site.database.writing() as conn:
        accounts.close_session(conn, token)


def _works_on_languages(visit: Visit) -> bool:
    return visit.actor is not None and access.translates(visit.actor.role)


def prefer(visit: Visit, *, language: str = "", theme: str = "", density: str = "") -> dict[str, str]:
    """Keep a reader's language or theme. Returns what the browser is to keep: the density for everybody, the rest without an account, too.

    Raises BadValue for one that does not exist.
    """
    if language and language not in {one.tag for one in visit.languages.choosable(everything=_works_on_languages(visit))}:
        raise BadValue("language", M_("There is no language “%(name)s” here.", name=language[:40]))
    if theme and theme not in THEMES:
        raise BadValue("theme", M_("There is no appearance “%(name)s” here.", name=theme[:40]))
    if density and density not in DENSITIES:
        raise BadValue("density", M_("There is no density “%(name)s” here.", name=density[:40]))
    kept = {name: value for name, value in (("language", language), ("theme", theme)) if value}
    if visit.actor is not None and kept:
        accounts.set_preference(visit.conn, visit.actor.id, **kept)
    return {**kept, "density": density} if density else kept
