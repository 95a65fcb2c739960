"""Typed errors. Each carries the facts as fields and a sentence that says what is wrong, where, and what to do.

No HTTP here: `app.py` maps a class to a status in one place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.messages import M_, MN_, Message, Problem


class FieldloomError(Exception):
    """Base of everything the program refuses on purpose; `message` is the sentence for the person."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class BadCatalog(FieldloomError):
    """A field catalog file is wrong: names the file, the entity, the field and what is wrong."""

    def __init__(self, file: str, entity: str, field: str, what: str) -> None:
        self.file, self.entity, self.field, self.what = file, entity, field, what
        where = ", ".join(part for part in (entity and f"entity {entity}", field and f"field {field}") if part)
        super().__init__(M_("%(file)s: %(where)s: %(what)s", file=file, where=where or "catalog", what=what))


class Unknown(FieldloomError):
    """A name in the request does not exist. Unknown names are refused, never ignored."""


class UnknownEntity(Unknown):
    """There is no such entity."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(M_("There is no “%(name)s” here.", name=name))


class UnknownField(Unknown):
    """The entity has no such field, or not for this person."""

    def __init__(self, entity: str, name: str) -> None:
        self.entity, self.name = entity, name
        super().__init__(M_("“%(name)s” is not a field of “%(entity)s”.", name=name, entity=entity))


class UnknownOperator(Unknown):
    """The field has no such operator."""

    def __init__(self, field: str, operator: str, allowed: Sequence[str]) -> None:
        self.field, self.operator, self.allowed = field, operator, tuple(allowed)
        super().__init__(
            M_(
                "“%(operator)s” is not an operator of “%(field)s”. It knows: %(allowed)s.",
                operator=operator,
                field=field,
                allowed=", ".join(allowed),
            )
        )


class UnknownParameter(Unknown):
    """The address holds a parameter that this page does not know."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(M_("This page knows no parameter “%(name)s”.", name=name))


class UnknownStep(Unknown):
    """The record has no step of that name."""

    def __init__(self, entity: str, name: str) -> None:
        self.entity, self.name = entity, name
        super().__init__(M_("“%(name)s” is not a step of “%(entity)s”.", name=name, entity=entity))


class BadValue(FieldloomError):
    """A condition, a sort key or a cursor carries a value that cannot be used."""

    def __init__(self, field: str, message: Message) -> None:
        self.field = field
        super().__init__(message)


class BadHeader(FieldloomError):
    """A header of a request carries what cannot be used."""

    def __init__(self, name: str, message: Message) -> None:
        self.name = name
        super().__init__(message)


class NotFound(FieldloomError):
    """There is no such record (any more)."""

    def __init__(self, entity: str, id: int | str) -> None:
        self.entity, self.id = entity, id
        super().__init__(M_("This record does not exist, or has been deleted."))


class Forbidden(FieldloomError):
    """The person is known but may not do this."""

    def __init__(self, action: str, entity: str = "") -> None:
        self.action, self.entity = action, entity
        super().__init__(M_("You do not have the right to do this. Ask an administrator if you need it."))


class Refused(FieldloomError):
    """A record was judged and has problems; nothing was saved."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            MN_("There is %(n)s problem with this record.", "There are %(n)s problems with this record.", len(problems))
        )


class Stale(FieldloomError):
    """The record was changed by someone else since it was read; nothing was saved."""

    def __init__(self, entity: str, id: int, tag: str) -> None:
        self.entity, self.id, self.tag = entity, id, tag
        super().__init__(M_("This record was changed by someone else in the meantime. Nothing has been saved yet."))


class InUse(FieldloomError):
    """A record cannot be deleted because others refer to it.

    `uses` maps (entity, field) to the number of records that refer through that field.
    """

    def __init__(self, entity: str, id: int, uses: Mapping[tuple[str, str], int]) -> None:
        self.entity, self.id, self.uses = entity, id, dict(uses)
        count = sum(self.uses.values())
        super().__init__(
            MN_(
                "This cannot be deleted: %(n)s record refers to it.",
                "This cannot be deleted: %(n)s records refer to it.",
                count,
            )
        )


class Locked(FieldloomError):
    """The row ships with the program and its meaning is fixed; the sentence says what may not be done."""


class NotPossible(FieldloomError):
    """A step cannot be gone now; the sentence says why. Nothing was changed."""


class TooManyAttempts(FieldloomError):
    """Sign-in is paused after repeated failures; `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            MN_(
                "Too many attempts. Try again in %(n)s second.",
                "Too many attempts. Try again in %(n)s seconds.",
                seconds,
            )
        )


class NotRestorable(FieldloomError):
    """A deleted record cannot come back as it was; the sentence says why."""


class BadUpload(FieldloomError):
    """An uploaded file is refused; nothing of it was stored."""


class SignInNeeded(FieldloomError):
    """Nobody is signed in, or the session or token has ended."""

    def __init__(self) -> None:
        super().__init__(M_("Please sign in first."))


class BadCredentials(FieldloomError):
    """The user name or the password is wrong; which one is not said."""

    def __init__(self) -> None:
        super().__init__(M_("The user name or the password is not right."))


class Unavailable(FieldloomError):
    """The database is busy or cannot be reached; nothing was changed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(M_("The database is busy or cannot be reached. Nothing was changed; try again in a moment."))


class MovedOn(FieldloomError):
    """Something that a record refers to was deleted, or its key taken, at the same moment; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(M_("Something it refers to was changed at the same moment. Nothing was saved; go back and try again."))


class Reshaped(FieldloomError):
    """The definitions changed while a unit of work was under way, and took a column with them; nothing was changed, and it may be tried again."""

    def __init__(self) -> None:
        super().__init__(M_("The definitions were changed at the same moment. Nothing was saved; go back and try again."))


class BadDatabaseUrl(FieldloomError):
    """The database's address cannot be used."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(
            M_("“%(url)s” is no database address. Write sqlite:///file, postgresql://user@host/name or mariadb://user@host/name.", url=url)
        )


class BadOperation(FieldloomError):
    """A change of the metadata is not well formed: says which one in the list, which argument, and what is wrong."""

    def __init__(self, place: int, argument: str, message: Message) -> None:
        self.place, self.argument = place, argument
        super().__init__(M_("Operation %(place)s: %(what)s", place=place, what=message) if place else message)


class ChangeRefused(FieldloomError):
    """A change of the metadata cannot run as it is; `reasons` are its findings in words, one for each thing that stops it."""

    def __init__(self, reasons: Sequence[Message], codes: Sequence[str]) -> None:
        self.reasons, self.codes = tuple(reasons), tuple(codes)
        super().__init__(reasons[0] if len(reasons) == 1 else M_("%(first)s (and %(n)s more)", first=reasons[0], n=len(reasons) - 1))


class NotConfirmed(FieldloomError):
    """A change destroys or hides something and waits for a confirmation; `keys` name what is to be confirmed."""

    def __init__(self, reasons: Sequence[Message], keys: Sequence[str]) -> None:
        self.reasons, self.keys = tuple(reasons), tuple(keys)
        super().__init__(M_("This needs a confirmation of its own: %(what)s", what=reasons[0]))


class Outdated(FieldloomError):
    """The metadata has changed since the change was looked at; nothing was done."""

    def __init__(self, seen: int, current: int) -> None:
        self.seen, self.current = seen, current
        super().__init__(M_("The definitions were changed by someone else in the meantime. Nothing has been done; look at the change again."))


class Overtaken(Outdated):
    """The same, where a program has named the version that it has seen in `If-Match`."""

    def __init__(self, current: int) -> None:
        super().__init__(current, current)


class ChangeUnderWay(FieldloomError):
    """Another change of the metadata is running; nothing was done."""

    def __init__(self) -> None:
        super().__init__(M_("Another change of the definitions is running. Nothing was done; try again in a moment."))


class TableHeld(FieldloomError):
    """A table is in use all the time, so its columns cannot be changed now; nothing was done, nobody was kept waiting."""

    def __init__(self, table: str, seconds: float) -> None:
        self.table, self.seconds = table, seconds
        told = M_("The table “%(table)s” was in use all the time for %(seconds)s seconds, by an open transaction or by very many. "
                  "Nothing was done; try again later.", table=table, seconds=round(seconds))  # fmt: skip
        super().__init__(told)


class DatabaseRefused(FieldloomError):
    """The database itself refused a statement of a change, for a reason of its own; nothing was changed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(M_("The database refused the change, and nothing of it was done. It says: %(reason)s", reason=reason))


class DatabaseSays(FieldloomError):
    """The database answers with an error of its own where nothing was to be changed."""

    def __init__(self, reason: str) -> None:
        super().__init__(M_("The database says: %(reason)s", reason=reason))


class NotSetUp(FieldloomError):
    """The database can be reached, and has none of the program's tables, or those of an `older` version."""

    def __init__(self, *, older: bool = False) -> None:
        super().__init__(
            M_("This database was set up by an older version of the program: run “fieldloom init” first.")
            if older
            else M_("This database is not set up yet: run “fieldloom init” first.")
        )


class Interrupted(FieldloomError):
    """The database went away while a change was on its way; the next start or change brings it to its end."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        told = M_("The database went away during the change. Before the next one it is completed, or taken back as a whole: the history says which.")
        super().__init__(told)


class UnknownChange(Unknown):
    """The journal has no such change."""

    def __init__(self, id: int) -> None:
        self.id = id
        super().__init__(M_("There is no change %(id)s in the journal.", id=id))


class NotUndoable(FieldloomError):
    """A change cannot be taken back from the journal; the sentence says why."""


class BrokenJournal(FieldloomError):
    """The journal of changes was altered by hand; names the first entry whose hash does not fit."""

    def __init__(self, entry: int) -> None:
        self.entry = entry
        super().__init__(M_("The journal of changes was altered: entry %(entry)s does not fit the one before it.", entry=entry))
