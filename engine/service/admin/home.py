"""The administrator's first page: what is set up, what is missing, and where to go."""

from __future__ import annotations

from collections.abc import Iterator

from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity, Json
from engine.schema import actual
from engine.service import drift
from engine.service.admin import desk as desks
from engine.service.admin import usage
from engine.service.screen import Screen
from engine.service.visit import Visit

QUICKLY_COUNTED = 100_000


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
            "lists": visit.in_order((_tile(visit, one) for one in lists), lambda tile: str(tile["plural"])),
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
    count = visit.translator.count
    apart = drift.found(visit.conn, visit.catalog, visit.translator.say)
    found += [{"icon": "triangle-alert", "text": one["message"], "note": one["repair"] or "", "url": "/admin/changes"} for one in apart]
    for entity in entities:
        named, at = visit.view.named(entity)["label"], f"/admin/{entity.name}"
        if n := len(entity.missing):
            text = count("%(entity)s: the column of %(n)s field is missing", "%(entity)s: the columns of %(n)s fields are missing", n, entity=named)
            found.append({"icon": "triangle-alert", "text": text, "url": "/admin/changes"})
        found += [{"icon": "asterisk", "text": text, "url": f"{at}/fields?q=is:required&counted=1"} for text in _lacking(visit, entity, named)]
        for language in visit.languages.live.values():
            if n := len(untranslated(visit.catalog, entity, language.tag)):
                told = {"entity": named, "language": language.name}
                text = count("%(entity)s: %(n)s name is missing in %(language)s", "%(entity)s: %(n)s names are missing in %(language)s", n, **told)
                found.append({"icon": "languages", "text": text, "url": f"{at}/labels?only=gaps"})
        if n := len(entity.retired):
            text = count("%(entity)s: %(n)s field is retired", "%(entity)s: %(n)s fields are retired", n, entity=named)
            found.append({"icon": "archive", "text": text, "url": f"{at}/retired"})
    return found


def _lacking(visit: Visit, entity: Entity, named: str) -> Iterator[str]:
    """Required fields that old records lack. Only of what is counted quickly."""
    if entity.is_dictionary or actual.row_estimate(visit.conn, entity.table) > QUICKLY_COUNTED:
        return
    full = usage.filled(visit, entity)
    for one in entity.fields:
        lacking = full.total - full.fields.get(one.name, full.total)
        if one.required and one.enabled and lacking > 0 and not one.rules.get("visible"):
            told = {"entity": named, "field": visit.view.label(one)}
            yield visit.translator.count("%(entity)s: %(n)s record lacks “%(field)s”", "%(entity)s: %(n)s records lack “%(field)s”", lacking, **told)


def untranslated(catalog: Catalog, entity: Entity, language: str) -> list[str]:
    """The label keys of an entity, its groups, fields and their choices that have no text in a language."""
    if language == SOURCE_LANGUAGE:
        return []
    keys = [f"entity.{entity.name}.label", *(f"group.{entity.name}.{one.name}.label" for one in entity.groups)]
    for one in entity.fields:
        keys += [f"{one.key}.label", *(f"{one.key}.choice.{choice['value']}" for choice in one.options.get("choices", ()))]
    held = catalog.labels.get(language, {})
    return [key for key in keys if not held.get(key)]
