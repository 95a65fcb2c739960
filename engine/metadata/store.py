"""The stored metadata: written once at set-up and by operations, read as an immutable `Catalog`.

Each request reads the version (one cheap query); a new version is loaded once and kept. So every process shows a
change on its next page, without a restart and without talking to the others.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import Connection, Row, Update, bindparam, delete, insert, select, update

from engine.errors import UnknownField
from engine.metadata import label_store
from engine.metadata import tables as t
from engine.metadata.label_store import Kept
from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity, Field, Group, Locks, Via, apart


@dataclass(frozen=True, slots=True)
class Version:
    """The counters a process compares: of the metadata, of the rows of dictionaries, and of languages with the program's own sentences."""

    catalog: int
    dictionaries: int
    languages: int = 0


Follow = Callable[[Connection, Catalog, int], Catalog | None]
"""(connection, catalog held, version wanted): that version's catalog, if it can be made from the one held; else None."""


class CatalogStore:
    """Keeps the newest catalog of one database. Safe for threads: a catalog is immutable, and replaced as a whole.

    `follow` spares loading everything after a change that is known.
    """

    def __init__(self, follow: Follow | None = None) -> None:
        self._catalog: Catalog | None = None
        self._follow = follow
        self._lock = threading.Lock()

    @property
    def held(self) -> Catalog | None:
        """The catalog in memory, which may be an old one."""
        return self._catalog

    def offer(self, catalog: Catalog) -> None:
        """Take over a catalog that somebody here has made, if it is newer."""
        with self._lock:
            if self._catalog is None or self._catalog.version < catalog.version:
                self._catalog = catalog

    def current(self, conn: Connection, version: Version) -> Catalog:
        """The catalog of that version, from memory or freshly loaded."""
        catalog = self._catalog
        if catalog is not None and catalog.version == version.catalog:
            return catalog
        with self._lock:
            if self._catalog is None or self._catalog.version != version.catalog:
                ahead = self._follow(conn, self._catalog, version.catalog) if self._follow and self._catalog else None
                self._catalog = ahead or load(conn)
            return self._catalog


def read_version(conn: Connection) -> Version:
    """The version in force."""
    return Version(*conn.execute(_COUNTERS).one())


def hold_version(conn: Connection) -> int:
    """The version of the catalog, which nobody else raises until the unit ends."""
    return int(conn.execute(_HELD).scalar_one())


_COUNTERS = select(t.VERSION.c.catalog, t.VERSION.c.dictionaries, t.VERSION.c.languages)
_HELD = select(t.VERSION.c.catalog).with_for_update()
_COUNTED: Mapping[str, Update] = {
    name: update(t.VERSION).values({column: column + 1 for column in columns})
    for name, columns in {
        "catalog": [t.VERSION.c.catalog],
        "labels": [t.VERSION.c.catalog, t.VERSION.c.languages],
        "dictionaries": [t.VERSION.c.dictionaries],
    }.items()
}
_ADVANCED = _COUNTED["catalog"].where(t.VERSION.c.catalog == bindparam("held"))


def bump_version(conn: Connection, what: Literal["catalog", "labels", "dictionaries"] = "labels") -> None:
    """Make every process load again: the catalog alone, with it the languages and their sentences, or only the rows of dictionaries."""
    conn.execute(_COUNTED[what])


def advance(conn: Connection, version: int) -> bool:
    """The same for the catalog alone, if that is the version in force; else nothing. Returns whether it was."""
    return conn.execute(_ADVANCED, {"held": version}).rowcount == 1


def load(conn: Connection) -> Catalog:
    """The whole metadata as a catalog. Reads again if a change slips in between its queries."""
    while True:
        version = read_version(conn)
        live, retired = _load_entities(conn)
        spent = frozenset((row.entity, row.field) for row in conn.execute(select(t.SPENT_NAME)))
        catalog = Catalog(version.catalog, live, _load_labels(conn), retired, spent)
        if read_version(conn).catalog == version.catalog:
            return catalog


def _load_entities(conn: Connection) -> tuple[Mapping[str, Entity], Mapping[str, Entity]]:
    """The entities in force, and the retired ones."""
    groups: dict[str, list[Group]] = {}
    for row in conn.execute(select(t.GROUP).order_by(t.GROUP.c.position, t.GROUP.c.name)):
        groups.setdefault(row.entity, []).append(_group(row))
    vias = {(entity, group.name): group.via for entity, found in groups.items() for group in found}
    order = {(entity, group.name): place for entity, found in groups.items() for place, group in enumerate(found)}
    fields: dict[str, list[Field]] = {}
    for row in conn.execute(select(t.FIELD).order_by(t.FIELD.c.position, t.FIELD.c.name)):
        fields.setdefault(row.entity, []).append(_field(row, vias.get((row.entity, row.group_name))))
    live: dict[str, Entity] = {}
    retired: dict[str, Entity] = {}
    for row in conn.execute(select(t.ENTITY).order_by(t.ENTITY.c.position, t.ENTITY.c.name)):
        on_card = sorted(fields.get(row.name, []), key=lambda one: order.get((one.entity, one.group), len(order)))
        (live if row.state == "active" else retired)[row.name] = _entity(row, tuple(groups.get(row.name, ())), on_card)
    return live, retired


def _group(row: Row[Any]) -> Group:
    via = Via(**json.loads(row.via)) if row.via else None
    layout = json.loads(row.layout) if row.layout else {}
    return Group(name=row.name, label=row.label, position=row.position, system=row.system, via=via, **layout)


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
        # A field of the entity's own may stand under the heading of another record.
        via=via if via is not None and row.table_name == via.entity else None,
        rules=json.loads(row.rules) if row.rules else {},
        state=row.state,
        folded=row.folded,
        copies_to=row.copies_to,
        copies_in=row.copies_in,
    )


def _entity(row: Row[Any], groups: tuple[Group, ...], fields: Sequence[Field]) -> Entity:
    told = json.loads(row.definition)
    locks = told.pop("locks")
    return Entity(
        name=row.name,
        position=row.position,
        groups=groups,
        fields=tuple(one for one in fields if one.state == "active"),
        retired=_by_name(one for one in fields if one.state in ("retired", "filling")),
        missing=_by_name(one for one in fields if one.state == "missing"),
        parts=tuple(told.pop("parts")),
        charts=tuple(told.pop("charts", ())),
        locks=Locks(locks["add"], frozenset(locks["delete"]), {name: frozenset(keys) for name, keys in locks["change"].items()}),
        **told,
    )


def _by_name(fields: Iterable[Field]) -> tuple[Field, ...]:
    return tuple(sorted(fields, key=lambda one: one.name))


def _load_labels(conn: Connection) -> Mapping[str, Mapping[str, str]]:
    """Labels of the metadata that readers see; those of rows, and the program's own sentences, are loaded with what they belong to."""
    found: dict[str, dict[str, str]] = {SOURCE_LANGUAGE: {}}
    statement = select(t.LABEL.c.label_key, t.LABEL.c.language, t.LABEL.c.text).where(
        t.LABEL.c.label_key.not_like("row.%"), t.LABEL.c.label_key.not_like("ui.%"), t.LABEL.c.state != "needs_editing"
    )
    for key, language, text in conn.execute(statement):
        found.setdefault(language, {})[key] = text
    return found


def save_entity(conn: Connection, entity: Entity) -> None:
    """Write a new entity with its groups and fields. The version is the caller's to bump."""
    conn.execute(insert(t.ENTITY).values(name=entity.name, **_entity_row(entity)))
    for group in entity.groups:
        conn.execute(insert(t.GROUP).values(id=uuid.uuid4().hex, entity=entity.name, **_group_row(group)))
    fields = [*entity.stored, *entity.missing]
    if fields:
        conn.execute(insert(t.FIELD), [_field_row(field) for field in fields])


_SIMPLE = ("label", "plural", "kind", "title", "icon", "owner", "tree", "picker", "searched", "system")


def _entity_row(entity: Entity) -> dict[str, Any]:
    told = {name: getattr(entity, name) for name in _SIMPLE}
    told |= {"parts": list(entity.parts), "charts": list(entity.charts)}
    locks = entity.locks
    told["locks"] = {"add": locks.add, "delete": sorted(locks.delete), "change": {k: sorted(v) for k, v in locks.change.items()}}
    return {"position": entity.position, "definition": _json(told)}


def _group_row(group: Group) -> dict[str, Any]:
    via = _json(asdict(group.via)) if group.via else None
    layout = {name: getattr(group, name) for name in ("columns", "collapsed", "tab", "visible")}
    row = {"name": group.name, "label": group.label, "position": group.position, "system": group.system, "via": via}
    return row | {"layout": _json(layout)}


def _field_row(field: Field) -> dict[str, Any]:
    row = {name: getattr(field, name) for name in _PLAIN}
    row |= {"group_name": field.group, "table_name": field.table, "column_name": field.column}
    row["options"] = _json(field.options)
    row["rules"] = _json(field.rules) if field.rules else None
    row["default_value"] = None if field.default is None else _json(field.default)
    return row


_PLAIN = (
    "id", "entity", "name", "type", "position", "label", "help", "placeholder", "width", "enabled", "required",
    "searchable", "sortable", "in_list", "system", "state", "folded", "copies_to", "copies_in",
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
    """Write (key, source, text) labels of a language over those of the same keys. Those of the installation have a history."""
    told = {key: (source, text) for key, source, text in labels}
    held = label_store.read(conn, language, told)
    own = origin != label_store.SHIPPED
    coming = {
        key: Kept(text, source, origin=origin, shipped=(kept.shipped if (kept := held.get(key)) else None) if own else text)
        for key, (source, text) in told.items()
    }
    label_store.write(conn, language, coming, "metadata", recorded=own)


def write_difference(conn: Connection, before: Catalog, after: Catalog) -> None:
    """Write what changed between two states of the metadata, and nothing else. The version is the caller's to bump."""
    held = {one.name: one for one in before.stored}
    coming = {one.name: one for one in after.stored}
    for name in held.keys() - coming.keys():
        for table, column in ((t.FIELD, t.FIELD.c.entity), (t.GROUP, t.GROUP.c.entity), (t.ENTITY, t.ENTITY.c.name)):
            conn.execute(delete(table).where(column == name))
    for name, entity in coming.items():
        if name not in held:
            save_entity(conn, entity)
        elif entity is not held[name]:
            _write_entity(conn, held[name], entity)
        if (name in before.retired) != (name in after.retired):
            state = "retired" if name in after.retired else "active"
            conn.execute(update(t.ENTITY).where(t.ENTITY.c.name == name).values(state=state))
    if after.labels is not before.labels:
        _write_labels(conn, before, after)
    if new := sorted(after.spent - before.spent):
        conn.execute(insert(t.SPENT_NAME), [{"entity": entity, "field": name} for entity, name in new])


def _write_entity(conn: Connection, before: Entity, after: Entity) -> None:
    if _entity_row(before) != _entity_row(after):
        conn.execute(update(t.ENTITY).where(t.ENTITY.c.name == after.name).values(_entity_row(after)))
    held, coming = ({one.name: one for one in entity.groups} for entity in (before, after))
    for name in held.keys() - coming.keys():
        conn.execute(delete(t.GROUP).where(t.GROUP.c.entity == after.name, t.GROUP.c.name == name))
    for name, group in coming.items():
        if name not in held:
            conn.execute(insert(t.GROUP).values(id=uuid.uuid4().hex, entity=after.name, **_group_row(group)))
        elif group != held[name]:
            conn.execute(update(t.GROUP).where(t.GROUP.c.entity == after.name, t.GROUP.c.name == name).values(_group_row(group)))
    _write_fields(conn, before, after)


_BUT_ITS_PLACE = attrgetter(*(one.name for one in fields(Field) if one.name != "position"))


def _write_fields(conn: Connection, before: Entity, after: Entity) -> None:
    differing = apart((*before.stored, *before.missing), (*after.stored, *after.missing))
    held, coming = ({one.id: one for one in fields} for fields in differing)
    if gone := held.keys() - coming.keys():
        conn.execute(delete(t.FIELD).where(t.FIELD.c.id.in_(gone)))
    new = [_field_row(one) for id, one in coming.items() if id not in held]
    if new:
        conn.execute(insert(t.FIELD), new)
    changed = [one for id, one in coming.items() if id in held and one != held[id]]
    moved = [one for one in changed if _BUT_ITS_PLACE(one) == _BUT_ITS_PLACE(held[one.id])]
    by_distance: dict[int, list[str]] = {}
    for one in moved:  # an order changes the places of many, and of each nothing else; most move by the same distance
        by_distance.setdefault(one.position - held[one.id].position, []).append(one.id)
    for distance, ids in by_distance.items():
        conn.execute(update(t.FIELD).where(t.FIELD.c.id.in_(ids)).values(position=t.FIELD.c.position + distance))
    others = {one.id for one in moved}
    for one in changed:
        if one.id not in others:
            save_field(conn, one)


def _write_labels(conn: Connection, before: Catalog, after: Catalog) -> None:
    for language in {*before.labels, *after.labels}:
        held, coming = before.labels.get(language, {}), after.labels.get(language, {})
        if gone := sorted(held.keys() - coming.keys()):
            conn.execute(delete(t.LABEL).where(t.LABEL.c.language == language, t.LABEL.c.label_key.in_(gone)))
        changed = [(key, source_text(after, key), text) for key, text in coming.items() if held.get(key) != text]
        if changed:
            save_labels(conn, language, changed, origin="own")


def source_text(catalog: Catalog, key: str) -> str:
    """The source text of a label of the metadata: what stands in the definition itself; '' for an unknown key."""
    kind, _, rest = key.partition(".")
    name, _, what = rest.partition(".")
    entity = catalog.entities.get(name) or catalog.retired.get(name)
    if entity is None:
        return ""
    if kind == "entity":
        return str(getattr(entity, what)) if what in ("label", "plural") else ""
    part, _, what = what.partition(".")
    if kind == "group":
        return next((one.label for one in entity.groups if one.name == part), "")
    field = next((one for one in (*entity.stored, *entity.missing) if one.name == part), None)
    if field is None:
        return ""
    if what.startswith("choice."):
        return next((str(one["label"]) for one in field.options.get("choices", ()) if one["value"] == what[7:]), "")
    if what.startswith("step."):
        name, _, because = what[5:].partition(".")
        steps = (one for one in field.options.get("lifecycle", {}).get("steps", ()) if one["name"] == name)
        return next((str(one.get("because" if because else "label", "")) for one in steps), "")
    return str(getattr(field, what)) if what in ("label", "help", "placeholder") else ""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
