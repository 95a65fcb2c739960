"""The stored metadata: written once at set-up and by operations, read as an immutable `Catalog`.

Each request reads the version (one cheap query); a new version is loaded once and kept. So every process shows a
change on its next page, without a restart and without talking to the others.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from engine.errors import UnknownField
from engine.metadata import tables as t
from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity, Field, Group, Locks, Via


@dataclass(frozen=True, slots=True)
class Version:
    """The two counters a process compares: of the metadata, and of the rows of dictionaries."""

    catalog: int
    dictionaries: int


class CatalogStore:
    """Keeps the newest catalog of one database. Safe for threads: a catalog is immutable, and replaced as a whole."""

    def __init__(self) -> None:
        self._catalog: Catalog | None = None
        self._lock = threading.Lock()

    def current(self, conn: Connection, version: Version) -> Catalog:
        """The catalog of that version, from memory or freshly loaded."""
        catalog = self._catalog
        if catalog is not None and catalog.version == version.catalog:
            return catalog
        with self._lock:
            if self._catalog is None or self._catalog.version != version.catalog:
                self._catalog = load(conn)
            return self._catalog


def read_version(conn: Connection) -> Version:
    """The version in force."""
    row = conn.execute(select(t.VERSION.c.catalog, t.VERSION.c.dictionaries)).one()
    return Version(row.catalog, row.dictionaries)


def bump_version(conn: Connection, *, dictionaries: bool = False) -> None:
    """Make every process load again: the catalog, or only the rows of dictionaries."""
    column = t.VERSION.c.dictionaries if dictionaries else t.VERSION.c.catalog
    conn.execute(update(t.VERSION).where(t.VERSION.c.id == 1).values({column: column + 1}))


def load(conn: Connection) -> Catalog:
    """The whole metadata as a catalog. Reads again if a change slips in between its queries."""
    while True:
        version = read_version(conn)
        catalog = Catalog(version.catalog, _load_entities(conn), _load_labels(conn))
        if read_version(conn).catalog == version.catalog:
            return catalog


def _load_entities(conn: Connection) -> Mapping[str, Entity]:
    groups: dict[str, list[Group]] = {}
    for row in conn.execute(select(t.GROUP).order_by(t.GROUP.c.position, t.GROUP.c.name)):
        groups.setdefault(row.entity, []).append(_group(row))
    vias = {(entity, group.name): group.via for entity, found in groups.items() for group in found}
    order = {(entity, group.name): place for entity, found in groups.items() for place, group in enumerate(found)}
    fields: dict[str, list[Field]] = {}
    for row in conn.execute(select(t.FIELD).order_by(t.FIELD.c.position, t.FIELD.c.name)):
        fields.setdefault(row.entity, []).append(_field(row, vias[row.entity, row.group_name]))
    found = {}
    for row in conn.execute(select(t.ENTITY).order_by(t.ENTITY.c.position)):
        on_card = sorted(fields.get(row.name, []), key=lambda one: order[one.entity, one.group])
        found[row.name] = _entity(row, tuple(groups.get(row.name, ())), tuple(on_card))
    return found


def _group(row: Row[Any]) -> Group:
    via = Via(**json.loads(row.via)) if row.via else None
    return Group(name=row.name, label=row.label, position=row.position, system=row.system, via=via)


def _field(row: Row[Any], via: Via | None) -> Field:
    return Field(
        id=row.id,
        entity=row.entity,
        name=row.name,
        type=row.type,
        group=row.group_name,
        label=row.label,
        position=row.position,
        table=row.table_name,
        column=row.column_name,
        options=json.loads(row.options),
        help=row.help,
        placeholder=row.placeholder,
        default=json.loads(row.default_value) if row.default_value is not None else None,
        width=row.width,
        enabled=row.enabled,
        required=row.required,
        searchable=row.searchable,
        sortable=row.sortable,
        in_list=row.in_list,
        system=row.system,
        via=via,
    )


def _entity(row: Row[Any], groups: tuple[Group, ...], fields: tuple[Field, ...]) -> Entity:
    told = json.loads(row.definition)
    locks = told.pop("locks")
    return Entity(
        name=row.name,
        position=row.position,
        groups=groups,
        fields=fields,
        parts=tuple(told.pop("parts")),
        locks=Locks(locks["add"], frozenset(locks["delete"]), {name: frozenset(keys) for name, keys in locks["change"].items()}),
        **told,
    )


def _load_labels(conn: Connection) -> Mapping[str, Mapping[str, str]]:
    """Labels of the metadata; those of rows belong to the rows and are loaded with them."""
    found: dict[str, dict[str, str]] = {SOURCE_LANGUAGE: {}}
    statement = select(t.LABEL.c.label_key, t.LABEL.c.language, t.LABEL.c.text).where(t.LABEL.c.label_key.not_like("row.%"))
    for key, language, text in conn.execute(statement):
        found.setdefault(language, {})[key] = text
    return found


def save_entity(conn: Connection, entity: Entity) -> None:
    """Write a new entity with its groups and fields. The version is the caller's to bump."""
    told = {name: getattr(entity, name) for name in ("label", "plural", "kind", "title", "icon", "owner", "tree", "picker")}
    told["parts"] = list(entity.parts)
    locks = entity.locks
    told["locks"] = {"add": locks.add, "delete": sorted(locks.delete), "change": {k: sorted(v) for k, v in locks.change.items()}}
    conn.execute(insert(t.ENTITY).values(name=entity.name, position=entity.position, definition=_json(told)))
    for group in entity.groups:
        conn.execute(insert(t.GROUP).values(id=uuid.uuid4().hex, entity=entity.name, **_group_row(group)))
    if entity.fields:
        conn.execute(insert(t.FIELD), [_field_row(field) for field in entity.fields])


def _group_row(group: Group) -> dict[str, Any]:
    via = _json(asdict(group.via)) if group.via else None
    return {"name": group.name, "label": group.label, "position": group.position, "system": group.system, "via": via}


def _field_row(field: Field) -> dict[str, Any]:
    row = {name: getattr(field, name) for name in _PLAIN}
    row |= {"group_name": field.group, "table_name": field.table, "column_name": field.column}
    row["options"] = _json(field.options)
    row["default_value"] = None if field.default is None else _json(field.default)
    return row


_PLAIN = (
    "id", "entity", "name", "type", "position", "label", "help", "placeholder", "width",
    "enabled", "required", "searchable", "sortable", "in_list", "system",
)  # fmt: skip


def save_field(conn: Connection, field: Field) -> None:
    """Write a field's definition over the stored one of the same id. Raises UnknownField if there is none."""
    done = conn.execute(update(t.FIELD).where(t.FIELD.c.id == field.id).values(_field_row(field)))
    if done.rowcount != 1:
        raise UnknownField(field.entity, field.name)


def add_field(conn: Connection, field: Field) -> None:
    """Write a new field's definition. Its column is the caller's to make first."""
    conn.execute(insert(t.FIELD).values(_field_row(field)))


def save_labels(conn: Connection, language: str, labels: Iterable[tuple[str, str, str]], *, origin: str) -> None:
    """Write (key, source, text) labels of a language over those of the same keys."""
    rows = [
        {"label_key": key, "language": language, "source": source, "text": text, "state": "translated", "origin": origin}
        for key, source, text in labels
    ]
    for start in range(0, len(rows), 200):
        chunk = rows[start : start + 200]
        keys = [row["label_key"] for row in chunk]
        conn.execute(delete(t.LABEL).where(t.LABEL.c.language == language, t.LABEL.c.label_key.in_(keys)))
        conn.execute(insert(t.LABEL), chunk)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
