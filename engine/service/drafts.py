"""Drafts: each administrator's list of operations that are not published yet, kept on the server.

A draft knows the version of the metadata it began on and a cursor: what stands after it was undone and can be done again.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.errors import BadOperation
from engine.messages import M_, Message
from engine.metadata import tables as t
from engine.metadata.model import Catalog, Json
from engine.schema.operation import Finding, Operation, read
from engine.schema.ops import OPERATIONS

MOST = 500
KEPT = 48


@dataclass(frozen=True, slots=True)
class Draft:
    """Operations in their JSON form; the first `done` of them stand. `base` is the version they were last looked at on."""

    base: int
    documents: tuple[Mapping[str, Json], ...] = ()
    done: int = 0
    at: datetime | None = None

    @property
    def standing(self) -> tuple[Mapping[str, Json], ...]:
        """The operations that stand."""
        return self.documents[: self.done]

    @property
    def undone(self) -> int:
        """How many can be done again."""
        return len(self.documents) - self.done


@dataclass(frozen=True, slots=True)
class Unreadable(Operation):
    """An entry of a draft that no operation can be made from: one that this version does not know any more. It is never applied."""

    kind: ClassVar[str] = "unreadable"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {}

    name: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """That it cannot be read."""
        return [Finding("Y1", "error", M_("An earlier version kept it in a form that is not known here. Drop it, and make the change anew."))]

    def apply_to(self, catalog: Catalog) -> Catalog:
        """Nothing is changed."""
        return catalog

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Nothing is to be brought back."""
        return ()

    def describe(self, catalog: Catalog) -> Message:
        """By the name that it bears."""
        return M_("A change that this version cannot read: “%(name)s”.", name=self.name)


@dataclass(frozen=True, eq=False)
class Step:
    """One operation of a draft: the catalog it meets and what it finds there. An error keeps it from being applied."""

    operation: Operation
    document: Mapping[str, Json]
    before: Catalog
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> tuple[Finding, ...]:
        """What keeps it from being applied."""
        return tuple(one for one in self.findings if one.level == "error")


@dataclass(frozen=True, eq=False)
class Applied:
    """A draft on a catalog: the catalog as it would be, step by step."""

    catalog: Catalog
    steps: tuple[Step, ...] = ()

    @property
    def refused(self) -> tuple[Step, ...]:
        """The steps that cannot be applied to this catalog any more."""
        return tuple(step for step in self.steps if step.refused)


_kept: OrderedDict[tuple[Catalog, str], Applied] = OrderedDict()
_lock = Lock()


def applied(catalog: Catalog, documents: Sequence[Mapping[str, Json]]) -> Applied:
    """The operations applied one after the other. The same draft gives the same catalog, and one more step costs one step."""
    told = [json.dumps(document, sort_keys=True) for document in documents]
    start = next((n for n in (len(told), len(told) - 1) if n > 0 and _held(catalog, told[:n])), 0)
    found = _held(catalog, told[:start]) or Applied(catalog)
    for n in range(start, len(told)):
        found = _next(found, documents[n])
    if start < len(told):
        _keep(catalog, told, found)
    return found


def _next(found: Applied, document: Mapping[str, Json]) -> Applied:
    operation = read_one(document)
    step = Step(operation, document, found.catalog, tuple(operation.check(found.catalog)))
    coming = found.catalog if step.refused else operation.apply_to(found.catalog)
    return Applied(coming, (*found.steps, step))


def read_one(document: Mapping[str, Json]) -> Operation:
    """The operation of a document that a draft holds."""
    try:
        (operation,) = read([document], OPERATIONS)
    except BadOperation:
        return Unreadable(str(document.get("operation", ""))[:60] or "?")
    return operation


def _held(catalog: Catalog, told: Sequence[str]) -> Applied | None:
    key = (catalog, "\n".join(told))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def _keep(catalog: Catalog, told: Sequence[str], found: Applied) -> None:
    with _lock:
        _kept[catalog, "\n".join(told)] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)


def fetch(conn: Connection, user: int, version: int) -> Draft:
    """Somebody's draft, or an empty one on this version."""
    row = conn.execute(sa.select(t.DRAFT).where(t.DRAFT.c.user_id == user)).one_or_none()
    if row is None:
        return Draft(version)
    documents = _documents(row.operations)
    return Draft(row.base_version, documents, max(0, min(row.done, len(documents))), row.updated_at)


def _documents(text: str) -> tuple[Mapping[str, Json], ...]:
    """What a draft holds; what is no object stands in one, so that it can be named and dropped."""
    try:
        found = json.loads(text)
    except ValueError:
        found = [text]
    told = found if isinstance(found, list) else [found]
    return tuple(one if isinstance(one, Mapping) else {"operation": str(one)[:60], "kept": one} for one in told)


def store(conn: Connection, user: int, draft: Draft) -> None:
    """Keep somebody's draft; an empty one is forgotten."""
    if not draft.documents:
        conn.execute(sa.delete(t.DRAFT).where(t.DRAFT.c.user_id == user))
        return
    told = {
        "base_version": draft.base,
        "operations": json.dumps(list(draft.documents), ensure_ascii=False),
        "done": draft.done,
        "updated_at": datetime.now(UTC),
    }
    if not conn.execute(sa.update(t.DRAFT).where(t.DRAFT.c.user_id == user).values(told)).rowcount:
        conn.execute(sa.insert(t.DRAFT).values(user_id=user, **told))


def forget(conn: Connection, user: int, published: Sequence[Mapping[str, Json]], version: int) -> None:
    """Take out of somebody's draft what has been published; what was added behind it since stays."""
    told, n = tuple(published), len(published)
    held = fetch(conn, user, version).standing
    later = held[n:] if held[:n] == told else tuple(one for one in held if one not in told)
    store(conn, user, Draft(version, later, len(later)))


def others(conn: Connection, user: int) -> Iterable[tuple[str, int, datetime]]:
    """(name, operations, last change) of everybody else's open draft, the latest first."""
    statement = (
        sa.select(t.USER.c.name, t.USER.c.username, t.DRAFT.c.done, t.DRAFT.c.updated_at)
        .join(t.USER, t.USER.c.id == t.DRAFT.c.user_id)
        .where(t.DRAFT.c.user_id != user, t.DRAFT.c.done > 0)
        .order_by(t.DRAFT.c.updated_at.desc())
    )
    return [(row.name or row.username, row.done, row.updated_at) for row in conn.execute(statement)]


def with_operation(draft: Draft, operation: Operation) -> Draft:
    """The draft with one more operation after what stands. What was undone is forgotten; the same thing changed twice is one change.

    Raises BadOperation where a draft has grown too long.
    """
    document = operation.to_json()
    standing = draft.standing
    if standing and _same_thing(standing[-1], document):
        standing = standing[:-1]
    if len(standing) >= MOST:
        raise BadOperation(0, "", M_("This draft holds %(n)s changes. Publish it before you go on.", n=MOST))
    return replace(draft, documents=(*standing, document), done=len(standing) + 1)


def _same_thing(last: Mapping[str, Json], coming: Mapping[str, Json]) -> bool:
    """Whether the later operation overwrites all that the earlier one did."""
    kind = coming["operation"]
    if last.get("operation") != kind or isinstance(read_one(last), Unreadable):
        return False
    if kind == "move_fields":
        return bool(last["entity"] == coming["entity"] and list(last["fields"]) == list(coming["fields"]))
    if kind in ("change_field", "change_group"):
        who = "field" if kind == "change_field" else "group"
        return bool(last["entity"] == coming["entity"] and last[who] == coming[who] and set(last["changes"]) <= set(coming["changes"]))
    if kind == "set_labels":
        return bool(last["language"] == coming["language"] and set(last["texts"]) <= set(coming["texts"]))
    return False
