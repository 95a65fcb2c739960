"""Changing the metadata: looked at before, published as one change, kept in the journal, taken back."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection

from engine.access import Actor
from engine.errors import ChangeUnderWay, Forbidden, NotUndoable, UnknownChange
from engine.messages import M_
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Json
from engine.metadata.physical import entity_of
from engine.schema import actual, apply, capacity, effects, journal, operation, overriding, plan, recover, running
from engine.schema.apply import Applied, Orders
from engine.schema.capacity import Budget
from engine.schema.effects import Effects
from engine.schema.journal import Change
from engine.schema.operation import Finding, Operation
from engine.schema.ops import JOURNALLED, OPERATIONS, Mend, MoveFields, MoveGroup, TakeOver
from engine.schema.plan import Plan, Step
from engine.schema.statement import Statement
from engine.service import rule_findings, starts
from engine.service.visit import Site, Visit


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants published. `base` and `seen` refuse what has changed since it was looked at."""

    operations: tuple[Operation, ...]
    note: str = ""
    base: int | None = None
    seen: str = ""
    confirmed: frozenset[str] = frozenset()
    undoes: int | None = None


def administrator(visit: Visit) -> Actor:
    """The actor, who may change definitions. Raises SignInNeeded, Forbidden."""
    actor = visit.signed_in()
    if not actor.is_administrator:
        raise Forbidden("update", "metadata")
    return actor


def read_operations(documents: Json) -> tuple[Operation, ...]:
    """Operations from their JSON form. Raises BadOperation."""
    return operation.read(documents, OPERATIONS)


def read_journalled(documents: Json) -> tuple[Operation, ...]:
    """The same for what stands in the journal, which knows operations of the program itself too. Raises BadOperation."""
    return operation.read(documents, JOURNALLED, kept=True)


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan with what it means here, and how full the entities it is about would be. What is asked of the plan most is at hand."""

    plan: Plan
    effects: Effects
    budgets: tuple[Budget, ...]

    @property
    def before(self) -> Catalog:
        """The metadata in force."""
        return self.plan.before

    @property
    def after(self) -> Catalog:
        """The metadata as they would be."""
        return self.plan.after

    @property
    def operations(self) -> list[dict[str, Json]]:
        """The operations in their JSON form."""
        return self.plan.operations

    @property
    def steps(self) -> tuple[Step, ...]:
        """The operations, in words."""
        return self.plan.steps

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The exact DDL."""
        return self.plan.statements

    @property
    def reverses(self) -> tuple[Operation, ...] | None:
        """What would take it back; None where nothing does."""
        return self.plan.reverses

    @property
    def findings(self) -> list[Finding]:
        """All there is to know before: of the plan, and of the data that is there."""
        return [*self.plan.findings, *self.effects.findings]

    @property
    def hash(self) -> str:
        """What a publishing sends back as `seen`."""
        return self.plan.hash


def preview(visit: Visit, operations: Sequence[Operation], undoes: int | None = None) -> Preview:
    """What these operations would do here, on the metadata in force, and to the data that is there. Changes nothing."""
    administrator(visit)
    return looked_at(visit.site.database, visit.conn, visit.catalog, operations, undoes)


def looked_at(database: Database, conn: Connection, catalog: Catalog, operations: Sequence[Operation], undoes: int | None = None) -> Preview:
    """The same, for whoever may. Takes a second or two on large tables: `planned` is the plan alone."""
    made = overriding.added(conn, planned(conn, catalog, operations), undoes)
    ground = actual.ground(conn, plan.touched(operations, made.after))
    about = sorted({entity_of(table) for table in plan.touched(operations, made.after)})
    budgets = tuple(capacity.budget(made.after, made.after.entities[name], ground) for name in about if name in made.after.entities)
    return Preview(made, effects.of(database, conn, made), budgets)


def planned(conn: Connection, catalog: Catalog, operations: Sequence[Operation]) -> Plan:
    """The plan of these operations: sentences, DDL, and what speaks against it."""
    ground = actual.ground(conn, plan.touched(operations, catalog))
    return rule_findings.added(conn, effects.seen(conn, plan.make(catalog, operations, ground)))


def publish(site: Site, actor: Actor, wanted: Request) -> Applied:
    """Apply a change. Raises Forbidden, ChangeRefused, NotConfirmed, Outdated, ChangeUnderWay, TableHeld; then nothing has changed."""
    if not actor.is_administrator:
        raise Forbidden("update", "metadata")
    orders = Orders(
        user_id=actor.id,
        author=actor.name,
        note=wanted.note,
        undoes=wanted.undoes,
        base=wanted.base,
        seen=wanted.seen,
        confirmed=wanted.confirmed,
        archive=site.archive,
        more=partial(rule_findings.added, dictionaries=site.dictionaries),
        known=site.catalogs.held,
    )
    done = apply.publish(site.database, wanted.operations, orders)
    starts.after(site.database, wanted.operations)
    if done.catalog is not None:
        site.catalogs.offer(done.catalog)
    if done.later:
        threading.Thread(target=running.build_later, args=(site.database, done.later), daemon=True).start()
    return done


def undo(site: Site, actor: Actor, change: int, wanted: Request | None = None) -> Applied:
    """Take a change back, as a change of its own. Raises UnknownChange, NotUndoable, and what `publish` raises."""
    with site.database.reading() as conn:
        operations = taken_back(conn, change)
    return publish(site, actor, replace(wanted or Request(()), operations=operations, undoes=change))


def taken_back(conn: Connection, change: int) -> tuple[Operation, ...]:
    """The operations that take a change back. Raises UnknownChange, NotUndoable."""
    found = journal.read_change(conn, change)
    if found is None:
        raise UnknownChange(change)
    if change in journal.undone(conn):
        raise NotUndoable(M_("This change has been undone already."))
    operations = reversal(found)
    return overriding.fitting(store.load(conn), operations) if any(isinstance(one, (MoveFields, MoveGroup)) for one in operations) else operations


def reversal(change: Change) -> tuple[Operation, ...]:
    """The operations that take a change back. Raises NotUndoable."""
    if change.state != "applied":
        raise NotUndoable(M_("This change was never completed, so there is nothing to undo."))
    operations = read_journalled(change.operations)
    if any(isinstance(one, TakeOver) for one in operations):
        raise NotUndoable(M_("This change came with a new version of the program, which needs it."))
    if any(isinstance(one, Mend) for one in operations):
        raise NotUndoable(M_("This change repaired the database: it made again what the definitions say. There is nothing to take back."))
    if change.reverses is None:
        raise NotUndoable(M_("This change deleted data for good; it cannot be undone."))
    return read_journalled(change.reverses)


def history(visit: Visit, *, limit: int = 50, before: int | None = None) -> list[Change]:
    """The journal, newest first."""
    administrator(visit)
    return journal.read_changes(visit.conn, limit=limit, before=before)


def waiting(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that wait for a confirmation."""
    return [one for one in findings if one.level == "confirm"]


def recover_behind(site: Site) -> None:
    """Complete what a killed process left open, beside the serving. Another process that is at it already goes on."""

    def work() -> None:
        try:
            recover.recover(site.database, Orders(archive=site.archive))
        except ChangeUnderWay:
            return

    with site.database.reading() as conn:
        left = journal.open_one(conn)
    if left is not None:
        threading.Thread(target=work, daemon=True).start()
