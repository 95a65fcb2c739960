"""Acts on a tree: add, rename, move, one step up, down, in or out. Each is one transaction and one batch of the history.

The tree is locked first, so that acts of several people follow one another and no row ends below itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from engine.access import Action
from engine.errors import NotFound, Refused
from engine.messages import M_, Message
from engine.metadata.model import Entity, Json
from engine.metadata.rows import Row, RowSet
from engine.records import read
from engine.records.read import Record
from engine.render.search import address
from engine.service import lookup, writing
from engine.service.judging import judge
from engine.service.screen import Done
from engine.service.visit import Visit
from engine.service.writing import POSITION, STEP

LARGEST = 1_000_000
STEPS: Mapping[str, Message] = {
    "up": M_("“%(name)s” is the first here."),
    "down": M_("“%(name)s” is the last here."),
    "in": M_("There is nothing above “%(name)s” that it could go under."),
    "out": M_("“%(name)s” is at the top already."),
}
"""The single steps, and why one is not possible."""


def tree_of(visit: Visit, name: str, action: Action = "read") -> tuple[Entity, RowSet, str]:
    """A tree dictionary, its rows, and the field that holds the parent.

    Raises NotFound for an entity that is no tree, Forbidden, UnknownEntity.
    """
    entity = visit.restricted(name, action)
    rows = visit.rows.of(name)
    if entity.tree is None or rows is None:
        raise NotFound(name, 0)
    return entity, rows, entity.tree


def row_of(rows: RowSet, name: str, id: int) -> Row:
    """A row. Raises NotFound."""
    if id not in rows.rows:
        raise NotFound(name, id)
    return rows.rows[id]


def title(visit: Visit, rows: RowSet, id: int) -> str:
    """What a row is called."""
    return rows.show(id, "title", visit.view.languages)


def screen_url(name: str, at: int | None) -> str:
    """The tree's page with a row in sight."""
    return address(f"/{name}/", [("at", str(at))] if at else [])


def add(visit: Visit, name: str, text: str, *, under: int | None = None, after: int | None = None) -> Done:
    """Add a row under another, at its end, or beside another, after it. Raises NotFound, Refused, Locked."""
    entity, rows, parent = tree_of(visit, name, "create")
    if after is not None:
        under = _above(rows, row_of(rows, name, after))
    here = rows.children.get(under, ())
    at = next((place + 1 for place, row in enumerate(here) if row.id == after), len(here))
    given: dict[str, Json] = {entity.title: " ".join(text.split()), parent: under}
    values = {name: value for name, value in (writing.defaults(visit.rows, entity) | given).items() if value not in (None, "")}
    problems = judge(visit, entity, "create", values)
    if any(problem.field not in given for problem in problems):  # it needs more than a name: on to the whole card
        told = [(key, str(value)) for key, value in given.items() if value not in (None, "")]
        return Done(address(f"/{name}/new", told), visit.translator.text("This list asks for more than a name."), "info")
    if problems:
        raise Refused(problems)
    batch = uuid.uuid4().hex
    number = _numbered(visit, entity, here, at, batch)
    id = writing.insert(visit, entity, values | number, batch=batch)
    return Done(screen_url(name, id), visit.translator.text("“%(name)s” was added.", name=given[entity.title]), undo=batch)


def rename(visit: Visit, name: str, id: int, text: str) -> Done:
    """Give a row another name, in the reader's language. Raises NotFound, Refused, Locked."""
    entity, rows, _ = tree_of(visit, name, "update")
    row_of(rows, name, id)
    record = writing.fetch_to_change(visit, entity, id)
    values = {entity.title: " ".join(text.split()) or None}
    if problems := judge(visit, entity, "update", values, record):
        raise Refused(problems)
    before = title(visit, rows, id)
    if values[entity.title] == before:
        return Done(screen_url(name, id))
    writing.update(visit, entity, record, values, spoken_language=True)
    said = visit.translator.text("“%(before)s” is called “%(name)s” now.", before=before, name=values[entity.title])
    return Done(screen_url(name, id), said)


def move(visit: Visit, name: str, id: int, under: int | None, before: int | None = None) -> Done:
    """Put a row, and all below it, under another (None: at the top), before one of the rows there or at the end.

    Raises NotFound, Locked, and Refused for a place below itself or too deep.
    """
    entity, rows, parent = tree_of(visit, name, "update")
    row = row_of(rows, name, id)
    record = writing.fetch_to_change(visit, entity, id)
    here = [one for one in rows.children.get(under, ()) if one.id != id]
    at = next((place for place, one in enumerate(here) if one.id == before), len(here))
    values: dict[str, Json] = {parent: under} if _above(rows, row) != under else {}
    if problems := judge(visit, entity, "update", values, record):
        raise Refused(problems)
    batch = uuid.uuid4().hex
    values |= _numbered(visit, entity, here, at, batch, record)
    changed = writing.update(visit, entity, record, values, batch=batch)
    said = visit.translator.text("“%(name)s” stands %(where)s now.", name=title(visit, rows, id), where=in_words(visit, rows, under, here, at))
    return Done(screen_url(name, id), said, undo=batch if changed else "")


def move_to(visit: Visit, name: str, id: int, text: str) -> Done:
    """Put a row under the one that is called so. Raises NotFound, Locked, and Refused where the name is not clear."""
    entity, _, parent = tree_of(visit, name, "update")
    given, problems = lookup.resolve_typed(visit, entity, {parent: text}, {})
    if problems:
        raise Refused(problems)
    return move(visit, name, id, given[parent])


def step(visit: Visit, name: str, id: int, direction: str) -> Done:
    """Move a row by one step: up, down, in (under the one above it) or out (beside its parent). Raises NotFound, Refused, Locked."""
    _, rows, _ = tree_of(visit, name, "update")
    row = row_of(rows, name, id)
    parent = _above(rows, row)
    here = rows.children[parent]
    at = here.index(row)
    if direction == "up" and at > 0:
        return move(visit, name, id, parent, here[at - 1].id)
    if direction == "down" and at + 1 < len(here):
        return move(visit, name, id, parent, here[at + 2].id if at + 2 < len(here) else None)
    if direction == "in" and at > 0:
        return move(visit, name, id, here[at - 1].id)
    if direction == "out" and parent is not None:
        above = _above(rows, rows.rows[parent])
        beside = rows.children[above]
        place = beside.index(rows.rows[parent]) + 1
        return move(visit, name, id, above, beside[place].id if place < len(beside) else None)
    if direction not in STEPS:
        raise NotFound(name, id)
    return Done(screen_url(name, id), visit.translator.say(STEPS[direction], name=title(visit, rows, id)), "info")


def in_words(visit: Visit, rows: RowSet, under: int | None, here: Sequence[Row], at: int) -> str:
    """A place in words: before which row, or at the end, of which path."""
    say = visit.translator.text
    path = rows.show(under, "path", visit.view.languages) if under else say("the top")
    if at < len(here):
        return say("before “%(next)s” in %(path)s", next=title(visit, rows, here[at].id), path=path)
    return say("at the end of %(path)s", path=path)


def _above(rows: RowSet, row: Row) -> int | None:
    """The parent under which a row is shown."""
    return row.parent if row.parent in rows.rows else None


def _numbered(visit: Visit, entity: Entity, here: Sequence[Row], at: int, batch: str, record: Record | None = None) -> dict[str, Json]:
    """The position for a row at that place among others; where there is no room, the others are numbered anew."""
    if POSITION not in entity.by_name:
        return {}
    low = here[at - 1].position if at else 0
    high = here[at].position if at < len(here) else low + 2 * STEP
    if record is not None and low < (record.values.get(POSITION) or 0) < high:
        return {}
    if high - low >= 2 and high <= LARGEST:
        return {POSITION: (low + high) // 2}
    order: list[Row | None] = [*here[:at], None, *here[at:]]
    room = max(1, min(STEP, LARGEST // len(order)))
    for place, row in enumerate(order, start=1):
        if row is not None and row.position != place * room:
            writing.update(visit, entity, read.fetch(visit.conn, visit.catalog, entity, row.id, lock=True), {POSITION: place * room}, batch=batch)
    return {POSITION: (at + 1) * room}
