"""An administrator's desk: who may stand at it, and the way around."""

from __future__ import annotations

from collections.abc import Mapping

from engine.access import Actor
from engine.errors import Forbidden
from engine.metadata import labels
from engine.metadata.model import Catalog, Entity, Json
from engine.service.visit import Visit


def administrator(visit: Visit) -> Actor:
    """The actor, who keeps definitions. Raises SignInNeeded, Forbidden."""
    actor = visit.signed_in()
    if not actor.is_administrator:
        raise Forbidden("update")
    return actor


def named(visit: Visit, catalog: Catalog, entity: Entity) -> dict[str, str]:
    """An entity's names and icon in the reader's language."""
    return {
        "name": entity.name,
        "label": labels.entity_label(catalog, entity, visit.view.languages),
        "plural": labels.entity_plural(catalog, entity, visit.view.languages),
        "icon": entity.icon,
    }


def entities(visit: Visit, catalog: Catalog) -> list[Mapping[str, Json]]:
    """All entities, cards first, for choosing whose fields to look at."""
    found = sorted(catalog.entities.values(), key=lambda one: (one.is_dictionary, one.position))
    return [{**named(visit, catalog, one), "dictionary": one.is_dictionary, "fields": len(one.fields)} for one in found]
