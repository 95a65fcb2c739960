"""The administrator's first page: what is set up, what is missing, and where to go."""

from __future__ import annotations

from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity, Json
from engine.service.admin import desk as desks
from engine.service.screen import Screen
from engine.service.visit import Visit


def show(visit: Visit) -> Screen:
    """The page. Raises SignInNeeded, Forbidden."""
    desk = desks.open_desk(visit)
    cards = [one for one in visit.catalog.entities.values() if not one.is_dictionary]
    lists = [one for one in visit.catalog.entities.values() if one.is_dictionary]
    return Screen(
        "admin/home.html",
        {
            "bar": desks.bar(desk),
            "cards": [_tile(visit, one) for one in cards],
            "lists": [_tile(visit, one) for one in lists],
            "missing": _missing(visit, cards + lists),
        },
    )


def _tile(visit: Visit, entity: Entity) -> dict[str, Json]:
    named = visit.view.named(entity)
    own = sum(not one.system for one in entity.fields)
    say = visit.translator.count
    note = say("%(n)s own field", "%(n)s own fields", own) if own else ""
    return {**named, "text": say("%(n)s field", "%(n)s fields", len(entity.fields)), "note": note, "url": f"/admin/{entity.name}/fields"}


def _missing(visit: Visit, entities: list[Entity]) -> list[dict[str, Json]]:
    """What waits for somebody, each with the page where it is dealt with."""
    found: list[dict[str, Json]] = []
    say = visit.translator
    for entity in entities:
        named = visit.view.named(entity)["label"]
        for language in visit.languages.targets.values():
            gaps = len(untranslated(visit.catalog, entity, language.tag))
            if gaps:
                text = say.count("%(entity)s: %(n)s name is missing in %(language)s", "%(entity)s: %(n)s names are missing in %(language)s", gaps,
                                 entity=named, language=language.name)  # fmt: skip
                found.append({"icon": "languages", "text": text, "url": f"/admin/{entity.name}/labels"})
        if entity.retired:
            text = say.count("%(entity)s: %(n)s field is retired", "%(entity)s: %(n)s fields are retired", len(entity.retired), entity=named)
            found.append({"icon": "archive", "text": text, "url": f"/admin/{entity.name}/retired"})
        if entity.missing:
            text = say.count("%(entity)s: the column of %(n)s field is missing", "%(entity)s: the columns of %(n)s fields are missing",
                             len(entity.missing), entity=named)  # fmt: skip
            found.append({"icon": "triangle-alert", "text": text, "url": "/admin/changes"})
    return found


def untranslated(catalog: Catalog, entity: Entity, language: str) -> list[str]:
    """The label keys of an entity, its groups and fields that have no text in a language."""
    if language == SOURCE_LANGUAGE:
        return []
    keys = [f"entity.{entity.name}.label", *(f"group.{entity.name}.{one.name}.label" for one in entity.groups)]
    keys += [f"{one.key}.label" for one in entity.fields]
    held = catalog.labels.get(language, {})
    return [key for key in keys if not held.get(key)]
