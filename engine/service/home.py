"""The first page: where to go, what happened last, what to do first."""

from __future__ import annotations

from engine.metadata import labels
from engine.metadata.model import Entity, Json
from engine.metadata.types import TYPES
from engine.records import history, read
from engine.records.history import Entry
from engine.service import charts
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

RECENT = 8


def show(visit: Visit) -> Screen | Done:
    """The home page of whoever is signed in; a translator's is the translators' own. Raises SignInNeeded."""
    if visit.signed_in().role == "translator":
        return Done("/translate/")
    cards = [one for one in visit.catalog.entities.values() if not one.is_dictionary and visit.may(one.name, "read")]
    totals = {one.name: read.total(visit.conn, visit.catalog, one) for one in cards}
    context = {
        "tiles": [_tile(visit, one, totals[one.name]) for one in cards],
        "charted": [found for one in cards if (found := charts.at_home(visit, one, totals[one.name]))],
        "recent": _recent(visit),
        "checklist": _steps(visit),
    }
    return Screen("home.html", context)


def _tile(visit: Visit, entity: Entity, total: int) -> dict[str, Json]:
    owned = entity.owner is not None
    return {
        "label": labels.entity_label(visit.catalog, entity, visit.view.languages),
        "plural": labels.entity_plural(visit.catalog, entity, visit.view.languages),
        "count": TYPES["amount"].format(total, visit.region, {"places": 0}),
        "url": f"/{entity.name}/",
        "new_url": f"/{entity.name}/new" if not owned and visit.may(entity.name, "create") else "",
        "icon": entity.icon,
    }


def _recent(visit: Visit) -> list[dict[str, Json]]:
    """The records changed last, each once."""
    entries: dict[tuple[str, int], Entry] = {}
    kept = [one.name for one in visit.catalog.entities.values() if one.owner is None and visit.may(one.name, "read")]
    for entry in history.newest(visit.conn, kept, RECENT * 6):
        if entry.action != "delete":
            entries.setdefault((entry.entity, entry.record_id), entry)
    shown = list(entries.items())[:RECENT]
    wanted: dict[str, list[int]] = {}
    for (name, id), _ in shown:
        wanted.setdefault(name, []).append(id)
    titles = {(name, id): title for name, ids in wanted.items() for id, title in read.titles(visit.conn, visit.catalog, name, ids).items()}
    return [
        {
            "title": rows.show(key[1], "title", visit.view.languages) if (rows := visit.rows.of(key[0])) else titles[key],
            "url": f"/{key[0]}/{key[1]}",
            "entity": labels.entity_label(visit.catalog, visit.catalog.entity(key[0]), visit.view.languages),
            "when": visit.moment(entry.at),
            "by": entry.user_name,
        }
        for key, entry in shown
        if key in titles
    ]


def _steps(visit: Visit) -> list[dict[str, Json]]:
    """First steps for someone new, each with whether it is done."""
    first = next((one for one in visit.catalog.entities.values() if not one.is_dictionary and not one.owner), None)
    if first is None or not visit.may(first.name, "create"):
        return []
    say = visit.translator.text
    what = labels.entity_label(visit.catalog, first, visit.view.languages)
    lists = labels.entity_plural(visit.catalog, first, visit.view.languages)
    mine = history.has_created(visit.conn, first.name, visit.signed_in().id)
    steps = [
        {"text": say("Make your first record: %(what)s", what=what), "url": f"/{first.name}/new", "done": mine},
        {"text": say("Find it again: %(what)s", what=lists), "url": f"/{first.name}/", "done": False},
    ]
    tree = next((one for one in visit.catalog.entities.values() if one.tree), None)
    if tree is not None and visit.may(tree.name, "update"):
        what = labels.entity_plural(visit.catalog, tree, visit.view.languages)
        steps.append({"text": say("Look at a list that cards choose from: %(what)s", what=what), "url": f"/{tree.name}/", "done": False})
    return steps
