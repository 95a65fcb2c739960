"""Merging one row of a tree into another: all that refers to it, rows below it included, refers to the other from then on."""

from __future__ import annotations

from engine.errors import InUse, MovedOn, Refused
from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import Entity
from engine.records import history, uses
from engine.service import lookup, replacing
from engine.service.branches import row_of, screen_url, title, tree_of
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

NOT_NOW = M_("Something refers to it that cannot be changed here. Look at what uses it first.")


def show(visit: Visit, name: str, id: int, *, into: int | None = None, text: str = "", wrong: str = "", emptied: str = "") -> Screen:
    """What merging a row would change, and the question into which. Raises NotFound."""
    entity, rows, parent = tree_of(visit, name, "delete")
    row_of(rows, name, id)
    found = uses.uses_of(visit.conn, visit.catalog, [(entity, id)])
    below = found.get((name, parent), 0)
    changes = [_told(visit, where, count) for where, count in found.items() if where != (name, parent)]
    if below:
        changes.append(visit.translator.count("%(n)s entry directly below it moves along.", "%(n)s entries directly below it move along.", below))
    context = {
        "entity": visit.view.named(entity),
        "node": {"id": id, "name": title(visit, rows, id), "path": rows.show(id, "path", visit.view.languages)},
        "back_url": screen_url(name, id),
        "changes": changes,
        "into": into or "",
        "text": text or (rows.show(into, "title", visit.view.languages) if into else ""),
        "wrong": wrong,
        "emptied": emptied,
    }
    return Screen("merge.html", context, 422 if wrong or emptied else 200)


def merge(visit: Visit, name: str, id: int, into: int | None, text: str, agreed: int | None = None) -> Screen | Done:
    """Merge a row into another, chosen or called by name, as one act. What that would empty is asked about first: `agreed` is the one for
    which that was said. Raises NotFound, Locked.
    """
    entity, rows, parent = tree_of(visit, name, "delete")
    row_of(rows, name, id)
    if into is None:
        given, problems = lookup.resolve_typed(visit, entity, {parent: text}, {}) if text else ({}, [])
        if problems or parent not in given:
            why = problems[0].message if problems else lookup.NOBODY
            return show(visit, name, id, text=text, wrong=_said(visit, entity, Message(why.text, {"text": text[:60]})))
        into = int(given[parent])
    before = title(visit, rows, id)
    try:
        count = replacing.replace(visit, name, id, into, ask=agreed != into).references
    except replacing.Asks as asked:
        return show(visit, name, id, into=into, text=text, emptied=asked.what)
    except Refused as error:
        return show(visit, name, id, into=into, text=text, wrong=_said(visit, entity, error.problems[0].message))
    except InUse as error:
        if not error.uses:
            raise MovedOn from None
        return show(visit, name, id, into=into, text=text, wrong=visit.translator.say(NOT_NOW))
    gone = history.deletion(visit.conn, name, id)
    said = visit.translator.count(
        "“%(name)s” was merged into “%(into)s”; %(n)s reference changed.",
        "“%(name)s” was merged into “%(into)s”; %(n)s references changed.",
        count,
        name=before,
        into=title(visit, rows, into),
    )
    return Done(screen_url(name, into), said, undo=(gone.batch if gone else None) or "")


def _said(visit: Visit, entity: Entity, message: Message) -> str:
    return visit.translator.say(message, label=labels.entity_label(visit.catalog, entity, visit.view.languages))


def _told(visit: Visit, where: tuple[str, str], count: int) -> str:
    """How many records of what refer to the row through which field."""
    entity = visit.catalog.entity(where[0])
    one = entity.by_name.get(where[1])
    return visit.translator.count(
        "%(n)s record: %(what)s, field “%(field)s”",
        "%(n)s records: %(what)s, field “%(field)s”",
        count,
        what=labels.entity_plural(visit.catalog, entity, visit.view.languages),
        field=visit.view.label(one) if one else where[1],
    )
