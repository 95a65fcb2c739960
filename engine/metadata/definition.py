"""Field catalogs: YAML files, checked and turned into the model.

`catalog.schema.json` beside the files is the contract of a definition. What a schema cannot say (a reference to
an entity that does not exist, two fields of one name) is checked here, always naming file, entity and field.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as given
from pathlib import Path
from typing import Any

import yaml

from engine.errors import BadCatalog
from engine.metadata.model import Entity, Field, Group, Json, Locks, Via
from engine.metadata.options import default_problem
from engine.metadata.physical import FOLDED_PREFIX
from engine.metadata.types import TYPES

CONTRACT = Path(__file__).resolve().parents[2] / "field_catalogs"
_NAMESPACE = uuid.UUID("6f6c1a52-52a3-4c1b-9d0c-3f1e1f6d0a11")
SYSTEM_PREFIXES = ("fl_", FOLDED_PREFIX)
SYSTEM_NAMES = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by", "row_key", "csrf_token"})


@dataclass(frozen=True, slots=True)
class Definition:
    """One catalog file: the entity, its default rows, and the file's document. `bare` says that nothing is known of rows."""

    file: str
    entity: Entity
    rows: tuple[Mapping[str, Json], ...] = ()
    bare: bool = False
    labels: Mapping[str, Mapping[str, str]] = given(default_factory=dict)
    document: Mapping[str, Json] = given(default_factory=dict)


def field_id(entity: str, name: str) -> str:
    """The immutable id of a shipped field: the same in every installation."""
    return uuid.uuid5(_NAMESPACE, f"{entity}.{name}").hex


def read_one(document: Mapping[str, Any], known: Mapping[str, Entity]) -> Definition:
    """One definition in a catalog's form, checked against the entities that are there. Raises BadCatalog."""
    told = dict(document)
    schema = json.loads((CONTRACT / "catalog.schema.json").read_text(encoding="utf-8"))
    _check_schema("", told, schema)
    one = _definition("", told, len(known))
    found = {name: Definition("", entity, bare=True) for name, entity in known.items()} | {one.entity.name: one}
    linked = _with_via_columns(one, found)
    _check_links(linked, found)
    return linked


def read(folder: Path) -> tuple[Definition, ...]:
    """All catalogs of a folder, checked one by one and against each other. Raises BadCatalog."""
    schema = json.loads((folder / "catalog.schema.json").read_text(encoding="utf-8"))
    documents = [(path.name, _load(path)) for path in sorted(folder.glob("*.yaml"))]
    for file, document in documents:
        _check_schema(file, document, schema)
    found: dict[str, Definition] = {}
    for place, (file, document) in enumerate(documents):
        one = _definition(file, document, place)
        if one.entity.name in found:
            raise BadCatalog(file, one.entity.name, "", f"{found[one.entity.name].file} defines this entity too")
        found[one.entity.name] = one
    linked = tuple(_with_via_columns(one, found) for one in found.values())
    for one in linked:
        _check_links(one, found)
    return tuple(replace(one, entity=replace(one.entity, position=place)) for place, one in enumerate(_order(linked)))


def read_exported(folder: Path) -> dict[str, Definition]:
    """The definitions that another installation has exported, with their labels, by entity. Raises BadCatalog."""
    schema = json.loads((CONTRACT / "catalog.schema.json").read_text(encoding="utf-8"))
    documents = {path.name: _load(path) for path in sorted(folder.glob("*.yaml"))}
    if not documents:
        raise BadCatalog(str(folder), "", "", "holds no definitions (*.yaml)" if folder.is_dir() else "is no folder")
    found: dict[str, Definition] = {}
    for file, document in documents.items():
        _check_schema(file, document, schema)
        one = replace(_definition(file, document, 0), bare=True, labels=document.get("labels", {}))
        if one.entity.name in found:
            raise BadCatalog(file, one.entity.name, "", f"{found[one.entity.name].file} defines this entity too")
        found[one.entity.name] = one
    return {one.entity.name: _with_via_columns(one, found) for one in found.values()}


def read_document(document: Mapping[str, Any], known: Mapping[str, Entity]) -> Entity:
    """A definition that the program itself has kept: a shipped one, as it was. `known` are the entities whose columns stand on its card."""
    one = _definition("", dict(document), 0)
    found = {name: Definition("", entity, bare=True) for name, entity in known.items()} | {one.entity.name: one}
    return _with_via_columns(one, found).entity


def _order(found: Sequence[Definition]) -> list[Definition]:
    """Cards before dictionaries: each that others belong to, followed by its parts as it names them; then by name."""
    parts = {part: (one.entity.name, place) for one in found for place, part in enumerate(one.entity.parts, start=1)}

    def place(one: Definition) -> tuple[bool, bool, tuple[str, int]]:
        name = one.entity.name
        return one.entity.is_dictionary, not (one.entity.parts or name in parts), parts.get(name, (name, 0))

    return sorted(found, key=place)


def _load(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadCatalog(path.name, "", "", f"is not readable YAML: {error}") from None
    if not isinstance(document, dict):
        raise BadCatalog(path.name, "", "", "is not a mapping")
    return document


def _check_schema(file: str, document: dict[str, Any], schema: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator  # here, since only set-up and upgrades read catalogs
    from jsonschema.exceptions import best_match

    error = best_match(Draft202012Validator(schema).iter_errors(document))
    if error is None:
        return
    field = _field_at(document, list(error.absolute_path))
    where = ".".join(str(part) for part in error.absolute_path)
    raise BadCatalog(file, str(document.get("entity", "")), field, f"{error.message}" + (f" (at {where})" if where else ""))


def _field_at(document: dict[str, Any], path: list[Any]) -> str:
    """The name of the field an error's path points into, or ''."""
    if len(path) >= 4 and path[0] == "groups" and path[2] == "fields":
        field = document["groups"][path[1]]["fields"][path[3]]
        return str(field.get("name", path[3])) if isinstance(field, dict) else str(path[3])
    return ""


def _definition(file: str, document: dict[str, Any], place: int) -> Definition:
    name = document["entity"]
    groups = tuple(_group(document, raw, position) for position, raw in enumerate(document["groups"]))
    fields = tuple(_fields(document, {group.name: group for group in groups}))
    locked = document.get("locked", {})
    entity = Entity(
        name=name,
        label=document["label"],
        plural=document["plural"],
        kind=document.get("kind", "card"),
        title=document.get("title", "name"),
        icon=document.get("icon", "file"),
        position=place,
        groups=groups,
        fields=fields,
        owner=document.get("owner"),
        parts=tuple(document.get("parts", ())),
        tree=document.get("tree"),
        picker=document.get("picker", False),
        searched=document.get("searched", True),
        charts=tuple(document.get("charts", ())),
        locks=Locks(
            add=locked.get("add", True) is False,
            delete=frozenset(locked.get("delete", ())),
            change={field: frozenset(keys) for field, keys in locked.get("change", {}).items()},
        ),
    )
    _check_names(file, entity)
    return Definition(file, entity, tuple(document.get("rows", ())), document=document)


def _group(document: dict[str, Any], raw: dict[str, Any], position: int) -> Group:
    via = raw.get("via")
    return Group(
        name=raw["name"],
        label=raw["label"],
        position=position,
        system=True,
        via=Via(entity=via["entity"], owner=document["entity"], flag=via["flag"]) if via else None,
        columns=raw.get("columns", 2),
        collapsed=raw.get("collapsed", False),
        tab=raw.get("tab", False),
        visible=raw.get("visible"),
    )


def _fields(document: dict[str, Any], groups: Mapping[str, Group]) -> Iterator[Field]:
    entity = document["entity"]
    listed = {raw["name"] for group in document["groups"] for raw in group.get("fields") or ()}
    if (owner := document.get("owner")) and owner not in listed:
        raw: dict[str, Any] = {
            "name": owner, "label": owner.replace("_", " ").capitalize(), "type": "reference", "options": {"entity": owner},
            "required": True, "searchable": True, "in_list": True, "width": "full",
        }  # fmt: skip
        yield _field(entity, raw, groups[document["groups"][0]["name"]], 0)
    position = 1
    for group in document["groups"]:
        for raw in group.get("fields") or ():
            yield _field(entity, raw, groups[group["name"]], position)
            position += 1


def _field(entity: str, raw: Mapping[str, Any], group: Group, position: int) -> Field:
    via = None if raw.get("own") else group.via
    return Field(
        id=field_id(entity, raw["name"]),
        entity=entity,
        name=raw["name"],
        type=raw["type"],
        group=group.name,
        label=raw["label"],
        position=position,
        table=via.entity if via else entity,
        column=raw.get("maps_to", raw["name"]),
        options=raw.get("options", {}),
        help=raw.get("help", ""),
        placeholder=raw.get("placeholder", ""),
        default=raw.get("default"),
        width=raw.get("width", "half"),
        enabled=raw.get("enabled", True),
        required=raw.get("required", False),
        searchable=raw.get("searchable", False),
        sortable=raw.get("sortable", True),
        in_list=raw.get("in_list", False),
        via=via,
        rules=raw.get("rules", {}),
    )


def _with_via_columns(one: Definition, found: Mapping[str, Definition]) -> Definition:
    """The same, each field of another record's group pointing at that record's column."""

    def linked(field: Field) -> Field:
        if field.via is None:
            return field
        if field.via.entity not in found:
            raise BadCatalog(one.file, one.entity.name, field.name, f"its group refers to no known entity {field.via.entity!r}")
        part = {one.name: one for one in found[field.via.entity].entity.fields}
        if field.column not in part:
            raise BadCatalog(one.file, one.entity.name, field.name, f"maps to {field.via.entity}.{field.column}, which does not exist")
        if part[field.column].type != field.type:
            raise BadCatalog(one.file, one.entity.name, field.name, f"maps to {field.via.entity}.{field.column}, which is of another type")
        return replace(field, column=part[field.column].column)

    for group in one.entity.groups:
        _check_via(one, group, found)
    return replace(one, entity=replace(one.entity, fields=tuple(linked(field) for field in one.entity.fields)))


def _check_via(one: Definition, group: Group, found: Mapping[str, Definition]) -> None:
    if group.via is None:
        return
    part = found[group.via.entity].entity if group.via.entity in found else None
    if part is None:
        what = f"refers to no known entity {group.via.entity!r}"
    elif part.owner != one.entity.name:
        what = f"refers to {part.name}, which does not belong to {one.entity.name}"
    elif group.via.flag not in part.by_name or part.by_name[group.via.flag].type != "check":
        what = f"{part.name}.{group.via.flag} is no check field"
    else:
        return
    raise BadCatalog(one.file, one.entity.name, "", f"group {group.name}: {what}")


def _check_names(file: str, entity: Entity) -> None:
    seen: set[str] = set()
    if entity.name.startswith(SYSTEM_PREFIXES):
        raise BadCatalog(file, entity.name, "", "this name is kept for the program itself")
    for field in entity.fields:
        if field.name in seen:
            raise BadCatalog(file, entity.name, field.name, "this name stands twice")
        if field.name in SYSTEM_NAMES or field.name.startswith(SYSTEM_PREFIXES):
            raise BadCatalog(file, entity.name, field.name, "this name is kept for the program itself")
        if field.type not in TYPES:
            raise BadCatalog(file, entity.name, field.name, f"there is no field type {field.type!r}; known: {', '.join(TYPES)}")
        _check_options(file, entity, field)
        seen.add(field.name)
    if len({group.name for group in entity.groups}) != len(entity.groups):
        raise BadCatalog(file, entity.name, "", "a group name stands twice")
    if entity.title not in seen:
        raise BadCatalog(file, entity.name, entity.title, "is named as the title but is not a field")


def _check_options(file: str, entity: Entity, field: Field) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    kind = TYPES[field.type]
    schema = {
        "type": "object",
        "properties": dict(kind.options_schema),
        "required": list(kind.required_options),
        "additionalProperties": False,
    }
    error = best_match(Draft202012Validator(schema).iter_errors(field.options))
    if error is not None:
        raise BadCatalog(file, entity.name, field.name, f"options: {error.message}")
    if found := kind.contradiction(field.options):
        raise BadCatalog(file, entity.name, field.name, f"options: {found}")
    if wrong := default_problem(kind, field.options, field.default):
        raise BadCatalog(file, entity.name, field.name, f"default: {wrong}")


def _check_links(one: Definition, found: Mapping[str, Definition]) -> None:
    names = [*one.entity.parts, *([one.entity.owner] if one.entity.owner else [])]
    for name in names:
        if name not in found:
            raise BadCatalog(one.file, one.entity.name, "", f"refers to no known entity {name!r}")
    for field in one.entity.fields:
        if TYPES[field.type].refers:
            _check_reference(one, field, found)
        if "lifecycle" in field.options:
            _check_lifecycle(one, field, found)
    _check_charts(one, found)
    _check_rows(one)


def _check_reference(one: Definition, field: Field, found: Mapping[str, Definition]) -> None:
    target = found.get(field.target or "")
    if target is None:
        raise BadCatalog(one.file, one.entity.name, field.name, f"refers to no known entity {field.target!r}")
    if field.default is not None and not target.bare and field.default not in [row["key"] for row in target.rows]:
        raise BadCatalog(one.file, one.entity.name, field.name, f"default: {field.target} has no row {field.default!r}")


def _check_charts(one: Definition, found: Mapping[str, Definition]) -> None:
    for name in one.entity.charts:
        field = one.entity.by_name.get(name)
        target = found.get(field.target or "") if field else None
        of_few = field is not None and (field.type == "choice" or (target is not None and target.entity.is_dictionary))
        if field is None or not field.searchable or not of_few:
            raise BadCatalog(one.file, one.entity.name, name, "is named for a chart but is not a searchable field with choices")


def _check_lifecycle(one: Definition, field: Field, found: Mapping[str, Definition]) -> None:
    """States are rows, a new record starts in one of the first, and the row that names the flow has a field for it."""
    told = field.options["lifecycle"]
    target = found[field.target or ""]
    keys = [row["key"] for row in target.rows]
    for state in (*told["ladder"], *told.get("frozen", ())):
        if state not in keys and not target.bare:
            raise BadCatalog(one.file, one.entity.name, field.name, f"lifecycle: {field.target} has no row {state!r}")
    if field.default not in told["initial"]:
        raise BadCatalog(one.file, one.entity.name, field.name, "lifecycle: the default is none of the initial states")
    if approval := told.get("approval"):
        by = one.entity.by_name.get(approval["by"])
        chosen = found.get(by.target or "") if by else None
        if chosen is None or approval["flow"] not in chosen.entity.by_name:
            raise BadCatalog(one.file, one.entity.name, field.name, f"lifecycle: {approval['by']}.{approval['flow']} is no field")


def _check_rows(one: Definition) -> None:
    entity = one.entity
    if entity.tree and (entity.tree not in entity.by_name or entity.by_name[entity.tree].target != entity.name):
        raise BadCatalog(one.file, entity.name, entity.tree, "is named as the tree but does not refer to the entity itself")
    if one.rows and not entity.is_dictionary:
        raise BadCatalog(one.file, entity.name, "", "only a dictionary has rows")
    keys: list[str] = []
    for row in one.rows:
        for unknown in sorted(set(row) - {"key", *entity.by_name}):
            raise BadCatalog(one.file, entity.name, unknown, f"row {row['key']!r} fills a field that does not exist")
        for field in entity.by_name.values():
            if field.required and field.default is None and row.get(field.name) is None:
                raise BadCatalog(one.file, entity.name, field.name, f"row {row['key']!r} leaves a required field out")
        if entity.tree and row.get(entity.tree) not in (None, *keys):
            raise BadCatalog(one.file, entity.name, entity.tree, f"row {row['key']!r} names no row above it")
        if row["key"] in keys:
            raise BadCatalog(one.file, entity.name, "", f"the row key {row['key']!r} stands twice")
        keys.append(row["key"])
