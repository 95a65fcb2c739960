"""The rows of dictionaries, kept in memory: choices for cards and searches, titles for lists.

A snapshot like the catalog: immutable, with its own version, loaded once and replaced as a whole. Dictionaries are
small by kind; the rows of cards are never kept.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import Connection, select

from engine.metadata import tables as t
from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity
from engine.metadata.physical import joined, tables
from engine.metadata.store import Version

PATH_MARK = " › "
OWN = "c_"
"""How the keys of entries begin that were made here; those of shipped ones do not."""
DEEPEST = 30
"""The most levels of a tree: people lose their way long before, and no loop can keep a walk busy."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a dictionary. `texts` maps field → language → text; the stored text stands under the source language."""

    id: int
    key: str | None
    parent: int | None
    position: int
    active: bool
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    colour: str = ""

    @property
    def shipped(self) -> bool:
        """Whether it came with the program."""
        return self.key is not None and not self.key.startswith(OWN)

    def text(self, name: str, languages: tuple[str, ...]) -> str:
        """A field's text in the first language that has one."""
        found = self.texts.get(name, {})
        for language in languages:
            if found.get(language):
                return found[language]
        return found.get(SOURCE_LANGUAGE, "")


@dataclass(frozen=True)
class RowSet:
    """All rows of one dictionary, in the order they are offered (children under their parents)."""

    title: str
    rows: Mapping[int, Row]

    @cached_property
    def by_key(self) -> Mapping[str, int]:
        """Row ids by their stable keys."""
        return {row.key: row.id for row in self.rows.values() if row.key}

    @cached_property
    def children(self) -> Mapping[int | None, tuple[Row, ...]]:
        """The rows directly under each row, in order; those at the top stand under None."""
        found: dict[int | None, list[Row]] = {}
        for row in self.rows.values():
            found.setdefault(row.parent if row.parent in self.rows else None, []).append(row)
        return {parent: tuple(sorted(rows, key=lambda row: (row.position, row.id))) for parent, rows in found.items()}

    @cached_property
    def ordered(self) -> tuple[tuple[Row, int], ...]:
        """(row, depth) in display order: each row before those below it."""
        found: list[tuple[Row, int]] = []
        waiting = [(row, 0) for row in reversed(self.children.get(None, ()))]
        while waiting:
            row, depth = waiting.pop()
            found.append((row, depth))
            waiting += [(child, depth + 1) for child in reversed(self.children.get(row.id, ()))]
        return tuple(found)

    @cached_property
    def place(self) -> Mapping[int, int]:
        """The display position of each row id: how a list field is sorted."""
        return {row.id: place for place, (row, _) in enumerate(self.ordered)}

    @cached_property
    def last(self) -> int:
        """The highest position of all rows: what is new stands after it."""
        return max((row.position for row in self.rows.values()), default=0)

    def under(self, id: int) -> frozenset[int]:
        """The ids of a node and all nodes below it."""
        found = {id}
        for row, _ in self.ordered:
            if row.parent in found:
                found.add(row.id)
        return frozenset(found)

    def height(self, id: int) -> int:
        """How many levels a row and what is below it take."""
        level, height = [id], 0
        while level and height <= DEEPEST:
            height += 1
            level = [child.id for above in level for child in self.children.get(above, ())]
        return height

    def summed(self, counts: Mapping[int, int]) -> Mapping[int, int]:
        """For each row the sum of what was counted at it and at all rows below it."""
        found = {row.id: counts.get(row.id, 0) for row, _ in self.ordered}
        for row, _ in reversed(self.ordered):
            if row.parent in found:
                found[row.parent] += found[row.id]
        return found

    def show(self, id: int, how: str, languages: tuple[str, ...]) -> str:
        """A row as its field says: title, description (or title where there is none), or path."""
        row = self.rows.get(id)
        if row is None:
            return f"#{id}"
        if how == "description":
            return row.text("description", languages) or row.text(self.title, languages)
        if how == "path":
            return PATH_MARK.join(step.text(self.title, languages) for step in self.path(row))
        return row.text(self.title, languages)

    def path(self, row: Row) -> list[Row]:
        """The rows from the top down to this one."""
        path = [row]
        while (parent := self.rows.get(path[0].parent or 0)) is not None and len(path) < DEEPEST:
            path.insert(0, parent)
        return path


@dataclass(frozen=True, eq=False)
class Dictionaries:
    """The rows of every dictionary at one moment."""

    version: Version
    sets: Mapping[str, RowSet]
    entities: Mapping[str, Entity] = field(default_factory=dict)
    """What the rows were read by."""

    def fits(self, catalog: Catalog, version: Version) -> bool:
        """Whether these are the rows of another version too: no row has changed since, and no dictionary."""
        coming = {one.name: one for one in catalog.entities.values() if one.is_dictionary}
        same = coming.keys() == self.entities.keys() and all(one is self.entities[name] for name, one in coming.items())
        return same and self.version.dictionaries == version.dictionaries

    def of(self, entity: str) -> RowSet | None:
        """The rows of an entity, or None when it is not kept in memory."""
        return self.sets.get(entity)


class DictionaryStore:
    """Keeps the newest rows of one database."""

    def __init__(self) -> None:
        self._held: Dictionaries | None = None
        self._lock = threading.Lock()

    def current(self, conn: Connection, catalog: Catalog, version: Version) -> Dictionaries:
        """The rows of that version, from memory or freshly loaded."""
        held = self._held
        if held is not None and held.version == version:
            return held
        with self._lock:
            if self._held is None or self._held.version != version:
                fits = self._held is not None and self._held.fits(catalog, version)
                self._held = replace(self._held, version=version) if self._held and fits else load(conn, catalog, version)
            return self._held


def load(conn: Connection, catalog: Catalog, version: Version) -> Dictionaries:
    """Read the rows of all dictionaries and their translations."""
    labels = _load_labels(conn)
    entities = {one.name: one for one in catalog.entities.values() if one.is_dictionary}
    return Dictionaries(version, {name: _load_set(conn, catalog, one, labels) for name, one in entities.items()}, entities)


def _load_labels(conn: Connection) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    statement = select(t.LABEL.c.label_key, t.LABEL.c.language, t.LABEL.c.text)
    statement = statement.where(t.LABEL.c.label_key.like("row.%"), t.LABEL.c.state != "needs_editing")
    for key, language, text in conn.execute(statement):
        found.setdefault(key, {})[language] = text
    return found


def misplaced(parents: Mapping[int, int | None], id: int, parent: int | None) -> Literal["loop", "deep"] | None:
    """Whether a row under this parent would stand below itself, or with what is below it deeper than a tree goes."""
    step, depth = parent, 0
    while step is not None and depth <= DEEPEST:
        depth += 1
        if step == id:
            return "loop"
        step = parents.get(step)
    return "deep" if depth + _height(parents, id) > DEEPEST else None


def _height(parents: Mapping[int, int | None], id: int) -> int:
    """How many levels a row and what is below it take."""
    level, height = {id}, 0
    while level and height <= DEEPEST:
        height += 1
        level = {one for one, parent in parents.items() if parent in level}
    return height


def new_key() -> str:
    """The key of an entry that is made here: it is the same wherever the entry is carried to, whatever it is called."""
    return OWN + uuid.uuid4().hex[:12]


def row_label_key(entity: str, row_key: str | None, id: int, name: str) -> str:
    """The label key of a row's translatable field: by its stable key, or by its id where it has none."""
    return f"row.{entity}.{row_key or f'{id}'}.{name}"


def _load_set(conn: Connection, catalog: Catalog, entity: Entity, labels: Mapping[str, Mapping[str, str]]) -> RowSet:
    table = tables(catalog)[entity.name]
    texts = [f for f in entity.fields if f.type in ("text", "multiline") and f.via is None]
    names = [f.name for f in texts]
    columns = [table.c.id, table.c.row_key, *(tables(catalog)[f.table].c[f.column].label(f"t_{f.name}") for f in texts)]
    columns += [table.c[special].label(f"x_{special}") for special in ("position", "active", "colour", entity.tree or "") if special in table.c]
    source = joined(catalog, entity, texts)
    rows = {row.id: _row(entity, row._mapping, names, labels) for row in conn.execute(select(*columns).select_from(source))}
    return RowSet(entity.title, rows)


def _row(entity: Entity, row: Mapping[Any, Any], names: list[str], labels: Mapping[str, Mapping[str, str]]) -> Row:
    id, key = row["id"], row["row_key"]
    texts = {name: {SOURCE_LANGUAGE: row[f"t_{name}"] or "", **labels.get(row_label_key(entity.name, key, id, name), {})} for name in names}
    return Row(
        id=id,
        key=key,
        parent=row.get(f"x_{entity.tree}"),
        position=row.get("x_position") or 0,
        active=row.get("x_active") is not False,
        colour=row.get("x_colour") or "",
        texts=texts,
    )
