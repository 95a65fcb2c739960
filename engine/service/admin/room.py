"""How much room is left in the tables of entities, in words and as a bar."""

from __future__ import annotations

from collections.abc import Iterable

from engine.metadata.model import Catalog, Json
from engine.schema import actual, capacity
from engine.service.visit import Visit


def left(visit: Visit, catalog: Catalog, names: Iterable[str]) -> list[dict[str, Json]]:
    """The room in the tables of these entities, as a catalog would have them. Entities that are not there are left out."""
    wanted = [catalog.entities[name] for name in dict.fromkeys(names) if name in catalog.entities]
    ground = actual.ground(visit.conn, frozenset(one.name for one in wanted))
    found: list[dict[str, Json]] = []
    for entity in wanted:
        label = visit.view.named(entity)["label"]
        for table in capacity.budget(catalog, entity, ground).tables:
            text = visit.translator.text(
                "%(entity)s: %(n)s of %(most)s columns", entity=label, n=table.columns + table.dropped, most=table.most_columns
            )
            found.append({"table": table.table, "percent": max(round(table.share * 100), 1), "text": text, "full": table.share >= capacity.WARNING})
    return found
