"""An administrator's desk: the metadata in force, the own draft on it, and the way around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from engine.access import Actor
from engine.errors import ChangeRefused, Forbidden
from engine.metadata import labels
from engine.metadata.model import Catalog, Entity, Json
from engine.render.view import View
from engine.schema import journal
from engine.schema.operation import Operation, read
from engine.schema.ops import OPERATIONS
from engine.service import drafts
from engine.service.admin import telling
from engine.service.drafts import Applied, Draft
from engine.service.visit import Visit


def administrator(visit: Visit) -> Actor:
    """The actor, who keeps definitions. Raises SignInNeeded, Forbidden."""
    actor = visit.signed_in()
    if not actor.is_administrator:
        raise Forbidden("update")
    return actor


@dataclass(frozen=True, eq=False)
class Desk:
    """What an administrator works on."""

    visit: Visit
    actor: Actor
    draft: Draft

    @cached_property
    def applied(self) -> Applied:
        """The draft on the metadata in force."""
        return drafts.applied(self.visit.catalog, self.draft.standing)

    @property
    def catalog(self) -> Catalog:
        """The metadata as it would be."""
        return self.applied.catalog

    @cached_property
    def view(self) -> View:
        """The reader's view of the metadata as it would be."""
        return replace(self.visit.view, catalog=self.catalog)

    def named(self, entity: Entity) -> dict[str, str]:
        """An entity's names and icon in the reader's language."""
        return self.view.named(entity)

    def with_draft(self, draft: Draft) -> Desk:
        """The desk with another draft, which is kept."""
        drafts.store(self.visit.conn, self.actor.id, draft)
        return Desk(self.visit, self.actor, draft)


def open_desk(visit: Visit) -> Desk:
    """The desk of whoever asks. Raises SignInNeeded, Forbidden."""
    actor = administrator(visit)
    draft = drafts.fetch(visit.conn, actor.id, visit.catalog.version)
    if draft.documents and draft.base < visit.catalog.version and _is_published(visit, actor, draft):
        draft = Draft(visit.catalog.version)
    return Desk(visit, actor, draft)


def _is_published(visit: Visit, actor: Actor, draft: Draft) -> bool:
    """Whether the draft is in force already: its process was killed after publishing it and before emptying it."""
    told = [_plain(document) for document in draft.standing]
    mine = (one for one in journal.read_changes(visit.conn, limit=20) if one.user_id == actor.id and one.base >= draft.base)
    return any(told == [_plain(document) for document in one.operations] for one in mine if one.state in journal.IN_FORCE)


def _plain(document: Mapping[str, Json]) -> dict[str, Json]:
    """An operation without the table that planning chose."""
    return {name: value for name, value in document.items() if name != "table"}


def perform(desk: Desk, *operations: Operation) -> Desk:
    """Put operations into the draft. Raises BadOperation, and ChangeRefused with every reason why one is not possible."""
    draft = desk.draft if desk.draft.standing else Draft(desk.visit.catalog.version)
    for operation in read([one.to_json() for one in operations], OPERATIONS):  # what a form sent is judged as what a program sends
        catalog = drafts.applied(desk.visit.catalog, draft.standing).catalog
        wrong = [one for one in operation.check(catalog) if one.level == "error"]
        if wrong:
            raise ChangeRefused([one.message for one in wrong], [one.code for one in wrong])
        draft = drafts.with_operation(draft, operation)
    return desk.with_draft(draft) if operations else desk


def undo(desk: Desk) -> Desk:
    """Take the last standing operation back, if there is one."""
    return desk.with_draft(replace(desk.draft, done=max(desk.draft.done - 1, 0)))


def redo(desk: Desk) -> Desk:
    """Do again what was undone last."""
    return desk.with_draft(replace(desk.draft, done=min(desk.draft.done + 1, len(desk.draft.documents))))


def discard(desk: Desk) -> Desk:
    """Take everything back. It can be done again until something else is done."""
    return desk.with_draft(replace(desk.draft, done=0))


def entities(desk: Desk) -> list[Mapping[str, Json]]:
    """All entities, cards first, for choosing whose fields to look at; lists by what they are called."""
    every = sorted(desk.catalog.entities.values(), key=lambda one: one.position)
    cards, lists = ([one for one in every if one.is_dictionary == kind] for kind in (False, True))
    found = [*cards, *desk.visit.in_order(lists, lambda one: desk.named(one)["plural"])]
    return [{**desk.named(one), "dictionary": one.is_dictionary, "fields": len(one.fields)} for one in found]


def counts(entity: Entity) -> dict[str, int]:
    """The numbers on the tabs."""
    return {"fields": len(entity.fields), "groups": len(entity.groups), "retired": len(entity.retired)}


def head(desk: Desk, entity: Entity) -> dict[str, Json]:
    """What the head of every page of an entity is told."""
    return {"entity": desk.named(entity), "entities": entities(desk), "counts": counts(entity), "bar": bar(desk)}


def bar(desk: Desk) -> dict[str, Json]:
    """The draft at the foot of every page."""
    visit, draft = desk.visit, desk.draft
    waiting = drafts.others(visit.conn, desk.actor.id)
    clashes = len(desk.applied.refused)
    last = desk.applied.steps[-1] if desk.applied.steps else None
    return {
        "count": draft.done,
        "text": visit.translator.count("%(n)s change in your draft", "%(n)s changes in your draft", draft.done),
        "last": telling.of_step(visit, last) if last else "",
        "undo": draft.done > 0,
        "redo": draft.undone > 0,
        "clashes": visit.translator.count("%(n)s does not fit any more", "%(n)s do not fit any more", clashes) if clashes else "",
        "others": [{"name": name, "text": visit.translator.count("%(n)s open change", "%(n)s open changes", n)} for name, n, _ in waiting],
    }


def label(desk: Desk, entity: Entity, name: str) -> str:
    """A field's display name, by its name."""
    one = next((field for field in entity.stored if field.name == name), None)
    return labels.field_label(desk.catalog, one, desk.visit.view.languages) if one else name
