"""The screen of a tree dictionary: its rows as a tree, how many records are at each and below, one row beside it.

Children are drawn where their parent is open, so that thousands of rows stay quick. What is open, which row is looked at and
what is looked for stand in the address: `at` (a row's id), `open` (ids, or `all`) and `find` (words).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.errors import BadValue
from engine.messages import M_
from engine.metadata import labels
from engine.metadata.folding import fold
from engine.metadata.model import Entity, Field, Json
from engine.metadata.rows import DEEPEST, Row, RowSet
from engine.query import group, tree
from engine.render.charts import number
from engine.render.search import address
from engine.service.branches import row_of, screen_url, title, tree_of
from engine.service.screen import Screen
from engine.service.searching import Pairs
from engine.service.visit import Visit

OWN = {"at", "open", "find"}
EVERYTHING = "all"


@dataclass(frozen=True)
class Use:
    """A field by which records refer to rows: how many at each row, and at it or below."""

    entity: Entity
    field: Field
    here: Mapping[int, int]
    below: Mapping[int, int]

    def url(self, id: int, *, below: bool) -> str:
        """Exactly those records."""
        return address(f"/{self.entity.name}/", [(f"filter[{self.field.name}][{'_under' if below else '_in'}]", str(id))])


@dataclass(frozen=True)
class Shown:
    """What of a tree is shown: the open rows, the row looked at, and with a search only some."""

    opened: frozenset[int]
    at: int | None = None
    only: frozenset[int] | None = None
    found: frozenset[int] = frozenset()


def wanted(visit: Visit, name: str, pairs: Pairs) -> bool:
    """Whether an address of a list asks for its tree: nothing of a search is in it."""
    entity = visit.catalog.entities.get(name)
    return entity is not None and entity.tree is not None and visit.rows.of(name) is not None and {key for key, _ in pairs} <= OWN


def show(visit: Visit, name: str, pairs: Pairs) -> Screen:
    """The tree. Raises BadValue for an address that names no row."""
    entity, rows, _ = tree_of(visit, name)
    told = dict(pairs)
    shown = _shown(rows, told)
    uses = uses_of(visit, entity, rows)
    context = {
        "entity": visit.view.named(entity),
        "nodes": _nodes(visit, name, rows, uses, shown, None),
        "at": shown.at,
        "node": _node(visit, entity, rows, uses, shown.at) if shown.at else None,
        "find": told.get("find", ""),
        "found": visit.translator.count("%(n)s entry found", "%(n)s entries found", len(shown.found)) if told.get("find") else "",
        "total": visit.translator.count("%(n)s entry", "%(n)s entries", len(rows.rows)),
        "all_open": told.get("open") == EVERYTHING,
        "open_url": address(f"/{name}/", [*([("at", str(shown.at))] if shown.at else []), ("open", EVERYTHING)]),
        "list_url": f"/{name}/?page[size]={tree.DEFAULT_SIZE}",
        **_rights(visit, name, entity),
    }
    return Screen("tree.html", context)


def branch(visit: Visit, name: str, id: int) -> str:
    """The rows directly below one, as a piece of the page. Raises NotFound."""
    entity, rows, _ = tree_of(visit, name)
    row_of(rows, name, id)
    nodes = _nodes(visit, name, rows, uses_of(visit, entity, rows), Shown(frozenset()), id)
    return visit.site.pages.fragment(visit.translator, "_branch.html", nodes=nodes)


def node(visit: Visit, name: str, id: int) -> str:
    """What is known of a row and can be done with it, as a piece of the page. Raises NotFound."""
    entity, rows, _ = tree_of(visit, name)
    row_of(rows, name, id)
    told = _node(visit, entity, rows, uses_of(visit, entity, rows), id)
    more = {"entity": visit.view.named(entity), **_rights(visit, name, entity)}
    return visit.site.pages.fragment(visit.translator, "_node.html", node=told, **more)


def uses_of(visit: Visit, entity: Entity, rows: RowSet) -> list[Use]:
    """The fields by which records refer to this tree and can be searched, as far as the reader may; cards first."""
    found = []
    for one in visit.catalog.referrers.get(entity.name, ()):
        owner = visit.catalog.entity(one.entity)
        if owner.name == entity.name or one.name not in owner.by_name or not one.searchable or not visit.may(owner.name, "read"):
            continue
        counts = group.by_value(visit.conn, visit.catalog, owner, tree.parse((), owner), one, visit.scope())
        here = {int(value): count for value, count in counts.items() if value is not None}
        found.append(Use(owner, one, here, rows.summed(here) if "_under" in tree.operators_of(one) else here))
    return sorted(found, key=lambda use: use.entity.is_dictionary)


def _rights(visit: Visit, name: str, entity: Entity) -> dict[str, Json]:
    return {
        "may_add": visit.may(name, "create") and not entity.locks.add,
        "may_change": visit.may(name, "update"),
        "may_delete": visit.may(name, "delete"),
    }


def _shown(rows: RowSet, told: Mapping[str, str]) -> Shown:
    at = _id(rows, "at", told.get("at", "")) or None
    words = fold(told.get("find", ""))
    if words:
        found = frozenset(row.id for row in rows.rows.values() if _is_called(rows, row, words))
        above = {step.id for id in found for step in rows.path(rows.rows[id])[:-1]}
        return Shown(frozenset(above), at, found | above, found)
    if told.get("open") == EVERYTHING:
        return Shown(frozenset(rows.children.keys() - {None}), at)  # type: ignore[arg-type]  # None is taken away
    opened = {_id(rows, "open", part) for part in told.get("open", "").split(",") if part}
    return Shown(frozenset(opened | {step.id for step in (rows.path(rows.rows[at]) if at else ())}), at)


def _is_called(rows: RowSet, row: Row, words: str) -> bool:
    names = " ".join(fold(text) for text in row.texts.get(rows.title, {}).values())
    return all(word in names for word in words.split())


def _id(rows: RowSet, key: str, text: str) -> int:
    """The row that an address names, or 0: it may have been deleted since."""
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadValue(key, M_("Choose one from the list."))
    return int(text or 0) if int(text or 0) in rows.rows else 0


def _nodes(visit: Visit, name: str, rows: RowSet, uses: Sequence[Use], shown: Shown, parent: int | None, depth: int = 1) -> list[dict[str, Json]]:
    """The rows below one, each with those below it where it is open."""
    here = [row for row in rows.children.get(parent, ()) if shown.only is None or row.id in shown.only]
    use = uses[0] if uses else None
    found: list[dict[str, Json]] = []
    for row in here:
        opened = row.id in shown.opened and row.id in rows.children
        count = use.below.get(row.id, 0) if use else 0
        found.append(
            {
                "id": row.id,
                "name": title(visit, rows, row.id),
                "url": screen_url(name, row.id),
                "active": row.active,
                "parent": row.id in rows.children,
                "open": opened,
                "at": row.id == shown.at,
                "found": row.id in shown.found,
                "count": number(count, visit.region) if use and count else "",
                "count_url": use.url(row.id, below=_counts_below(use)) if use and count else "",
                "children": _nodes(visit, name, rows, uses, shown, row.id, depth + 1) if opened and depth < DEEPEST else [],
            }
        )
    return found


def _counts_below(use: Use) -> bool:
    return "_under" in tree.operators_of(use.field)


def _node(visit: Visit, entity: Entity, rows: RowSet, uses: Sequence[Use], id: int) -> dict[str, Json]:
    row = rows.rows[id]
    above = rows.path(row)[:-1]
    return {
        "id": id,
        "name": title(visit, rows, id),
        "active": row.active,
        "path": [{"text": title(visit, rows, step.id), "url": screen_url(entity.name, step.id)} for step in above],
        "below": len(rows.under(id)) - 1,
        "names": [{"language": language, "text": text} for language, text in row.texts.get(rows.title, {}).items() if text],
        "uses": [_use(visit, use, id) for use in uses],
    }


def _use(visit: Visit, use: Use, id: int) -> dict[str, Json]:
    here, below = use.here.get(id, 0), use.below.get(id, 0)
    return {
        "what": labels.entity_plural(visit.catalog, use.entity, visit.view.languages),
        "field": visit.view.label(use.field),
        "here": number(here, visit.region),
        "here_url": use.url(id, below=False),
        "below": number(below, visit.region) if _counts_below(use) else "",
        "below_url": use.url(id, below=True),
    }
