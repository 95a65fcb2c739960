"""One request's world: the metadata in force, the reader, and the connection everything happens on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from engine import access, accounts, i18n
from engine.access import Action, Actor, Role
from engine.errors import MovedOn, Reshaped, SignInNeeded, Unavailable
from engine.i18n.languages import Languages, LanguageStore
from engine.i18n.pseudo import pseudo_catalog
from engine.messages import M_
from engine.metadata.database import Database, outlived
from engine.metadata.model import Catalog, Entity
from engine.metadata.rows import Dictionaries, DictionaryStore
from engine.metadata.store import CatalogStore, Version, read_version
from engine.metadata.types import TYPES, Region
from engine.query.values import Scope
from engine.render.page import Pages
from engine.render.view import View
from engine.schema.follow import follow
from engine.service.label_care import Books

_Thing = TypeVar("_Thing")


@dataclass(frozen=True)
class Credentials:
    """What a request says about itself: a session or an API token, and the languages its reader prefers."""

    session: str | None = None
    token: str | None = None
    languages: Sequence[str] = ()
    chosen_language: str | None = None
    chosen_theme: str | None = None


@dataclass(frozen=True, eq=False)
class Site:
    """The running program: one database, what it keeps in memory, its templates and languages."""

    database: Database
    pages: Pages
    locales: Path
    default_language: str = "zh-Hans"
    timezone: str = "UTC"
    archive: Path = Path("purged")
    catalogs: CatalogStore = field(default_factory=lambda: CatalogStore(follow))
    dictionaries: DictionaryStore = field(default_factory=DictionaryStore)
    languages: LanguageStore = field(default_factory=LanguageStore)
    books: Books = field(default_factory=Books)

    @contextmanager
    def visit(self, credentials: Credentials, *, write: bool = False) -> Iterator[Visit]:
        """A unit of work for one request; a writing one is a transaction, rolled back by any exception.

        Raises Unavailable, MovedOn and Reshaped for what the database refuses.
        """
        unit = self.database.writing() if write else self.database.reading()
        try:
            with unit as conn:
                version, user = accounts.open_request(conn, session=credentials.session, token=credentials.token)
                yield self._visit(conn, version, user, credentials)
        except IntegrityError:
            raise MovedOn from None
        except DBAPIError as error:
            if outlived(error):
                raise Reshaped from error
            if isinstance(error, OperationalError):
                raise Unavailable(str(error.orig)) from None
            raise

    @contextmanager
    def visit_as(self, username: str, language: str, *, write: bool = False) -> Iterator[Visit]:
        """A unit of work of the command line, done in a user's name. Raises BadUser, Unavailable, MovedOn."""
        unit = self.database.writing() if write else self.database.reading()
        try:
            with unit as conn:
                user = accounts.find_user(conn, username)
                if user is None:
                    raise accounts.BadUser(M_("There is no user “%(name)s”.", name=username))
                yield self._visit(conn, read_version(conn), user, Credentials(chosen_language=language))
        except IntegrityError:
            raise MovedOn from None
        except OperationalError as error:
            raise Unavailable(str(error.orig)) from None

    def _visit(self, conn: Connection, version: Version, user: accounts.User | None, credentials: Credentials) -> Visit:
        self.database.speaks_of(version.catalog)
        catalog = self.catalogs.current(conn, version)
        rows = self.dictionaries.current(conn, catalog, version)
        languages = self.languages.current(conn, version.languages)
        role = access.role(user.role) if user else None
        language = self._language(languages, role, credentials, user.language if user else None)
        translator = languages.speaker(self.locales, language)
        if language.is_pseudo:
            catalog = pseudo_catalog(catalog, rows, language.tag)
        return Visit(
            site=self,
            conn=conn,
            view=View(catalog, rows, translator, language.chain),
            translator=translator,
            region=i18n.region(language, (user.timezone if user else None) or self.timezone),
            actor=Actor(user.id, user.username, user.name, role, user.person) if user and role else None,
            languages=languages,
            theme=(user.theme if user else credentials.chosen_theme) or "auto",
        )


    def _language(self, languages: Languages, role: Role | None, credentials: Credentials, kept: str | None) -> i18n.Language:
        """What the reader chose, else what their browser prefers. Who works on languages may choose one that is not live."""
        offered = {one.tag: one for one in languages.choosable(everything=access.translates(role))}
        for tag in (credentials.chosen_language, kept):
            if tag and (found := i18n.language(tag, offered)):
                return found
        return languages.negotiate(filter(None, (credentials.chosen_language, *credentials.languages)), self.default_language)


@dataclass(frozen=True, eq=False)
class Visit:
    """What the use cases of one request share."""

    site: Site
    conn: Connection
    view: View
    translator: i18n.Translator
    region: Region
    actor: Actor | None
    theme: str
    languages: Languages

    @property
    def catalog(self) -> Catalog:
        """The metadata in force."""
        return self.view.catalog

    @property
    def rows(self) -> Dictionaries:
        """The rows of all dictionaries."""
        return self.view.dictionaries

    @property
    def language(self) -> i18n.Language:
        """The reader's language."""
        return self.translator.language

    def signed_in(self) -> Actor:
        """The actor. Raises SignInNeeded."""
        if self.actor is None:
            raise SignInNeeded
        return self.actor

    def restricted(self, name: str, action: Action) -> Entity:
        """The entity as far as the actor may act on it. Raises SignInNeeded, UnknownEntity, Forbidden."""
        return access.restrict(self.catalog, name, self.signed_in().role, action)

    def may(self, name: str, action: Action) -> bool:
        """Whether the actor may do this at all."""
        return self.actor is not None and access.may(self.catalog, name, self.actor, action)

    def scope(self) -> Scope:
        """What the variables of a condition stand for."""
        return Scope(self.rows, self.region, datetime.now(UTC), self.actor.person if self.actor else None)

    def in_order(self, things: Iterable[_Thing], text: Callable[[_Thing], str]) -> list[_Thing]:
        """Things that have no order of their own, as the reader's language sorts what they are called."""
        key = i18n.sorting(self.language.tag)
        return sorted(things, key=lambda one: key(text(one)))

    def moment(self, at: datetime) -> str:
        """A moment as the reader writes it, in the reader's time zone."""
        kind = TYPES["datetime"]
        return kind.format(kind.to_json(at.replace(second=0, microsecond=0)), self.region, {})
