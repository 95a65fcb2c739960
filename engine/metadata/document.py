"""An entity as a document in the form of a field catalog: what `definition` reads, written. The same entity is always the same text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from engine.metadata import yaml_form
from engine.metadata.model import Catalog, Entity, Field, Group, Json

PREFIX = "c_"
"""What administrators make is named with it."""
_ENTITY = ("plural", "title", "kind", "icon", "owner", "tree", "picker", "searched", "charts")
_GROUP = ("columns", "collapsed", "tab", "visible")
_FIELD = (
    "options", "required", "searchable", "sortable", "in_list", "enabled", "default", "help", "placeholder", "width", "rules",
)  # fmt: skip
_ALWAYS = {"plural", "title", "kind", "icon"}


def texts(catalog: Catalog) -> dict[str, str]:
    """The definitions in force as files: name → content."""
    return {f"{name}.yaml": yaml_form.dump(of_entity(catalog, entity)) for name, entity in sorted(catalog.entities.items())}


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files into a folder, and take definitions away that no entity stands behind any more. Other files there are somebody's own."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.yaml"):
        if old.name not in files and old.is_file() and _is_definition(old):
            old.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _is_definition(path: Path) -> bool:
    """Whether a file is one that an export has written: it names the entity that it is called after."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return f"entity: {path.stem}" in lines


def of_entity(catalog: Catalog, entity: Entity) -> dict[str, Json]:
    """An entity in force with its labels in all languages; what is as by default is left out."""
    told: dict[str, Json] = {"entity": entity.name, "label": entity.label}
    told |= {name: _plain(getattr(entity, name)) for name in _ENTITY if name in _ALWAYS or getattr(entity, name) != _default(Entity, name)}
    # A part that administrators made says itself whom it belongs to.
    if parts := [one for one in entity.parts if not one.startswith(PREFIX)]:
        told["parts"] = parts
    told["groups"] = [_group(catalog, entity, one) for one in entity.groups]
    locks = entity.locks
    if locked := {
        **({"add": False} if locks.add else {}),
        **({"delete": sorted(locks.delete)} if locks.delete else {}),
        **({"change": {name: sorted(keys) for name, keys in sorted(locks.change.items())}} if locks.change else {}),
    }:
        told["locked"] = locked
    if labels := _labels(catalog, entity):
        told["labels"] = labels
    return told


def _group(catalog: Catalog, entity: Entity, group: Group) -> dict[str, Json]:
    told: dict[str, Json] = {"name": group.name, "label": group.label}
    if group.via:
        told["via"] = {"entity": group.via.entity, "flag": group.via.flag}
    told |= {name: getattr(group, name) for name in _GROUP if getattr(group, name) != _default(Group, name)}
    return told | {"fields": [_field(catalog, one, group) for one in entity.fields if one.group == group.name]}


def _field(catalog: Catalog, field: Field, group: Group) -> dict[str, Json]:
    told: dict[str, Json] = {"name": field.name, "label": field.label, "type": field.type}
    if field.via is not None:
        part = catalog.entities[field.via.entity]
        name = next((one.name for one in part.fields if one.column == field.column and one.via is None), field.column)
        told |= {"maps_to": name} if name != field.name else {}
    elif group.via is not None:
        told["own"] = True
    return told | {name: _plain(getattr(field, name)) for name in _FIELD if getattr(field, name) != _default(Field, name)}


def _labels(catalog: Catalog, entity: Entity) -> dict[str, dict[str, str]]:
    stems = tuple(_stems(entity))
    found: dict[str, dict[str, str]] = {}
    for language, texts in sorted(catalog.labels.items()):
        own = {_short(key): text for key, text in sorted(texts.items()) if f"{key}.".startswith(stems)}
        if own:
            found[language] = yaml_form.Lines(own)
    return found


def _stems(entity: Entity) -> Iterator[str]:
    yield f"entity.{entity.name}."
    yield from (f"group.{entity.name}.{one.name}." for one in entity.groups)
    yield from (f"{one.key}." for one in entity.fields)


def _short(key: str) -> str:
    kind, _, rest = key.split(".", 2)
    return f"{kind}.{rest}"


def full_key(entity: str, short: str) -> str:
    """The label key that a short one in an entity's file stands for."""
    kind, _, rest = short.partition(".")
    return f"{kind}.{entity}.{rest}"


def _default(of: type, name: str) -> Any:
    one = next(one for one in fields(of) if one.name == name)
    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else None


def _plain(value: Any) -> Json:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in sorted(value.items())}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value
