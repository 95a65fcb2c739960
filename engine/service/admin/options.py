"""The options of a field type as controls of a form: drawn from the type's own schema, and read back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import Json
from engine.metadata.types import TYPES
from engine.render.bind import Submission
from engine.service.admin import naming, telling
from engine.service.admin.desk import Desk

VALUES: Mapping[str, Message] = {
    "title": M_("Name (of a record)"),
    "description": M_("Description"),
    "path": M_("Path"),
    "email": M_("E-mail"),
    "url": M_("Web address"),
}
HELP: Mapping[str, Message] = {
    "choices": M_("One on each line. A stored value may stand before it, as in “a = Gold”; otherwise it is made from the name."),
    "types": M_("With commas between them, such as: pdf, docx."),
}
_LINE = re.compile(r"^([A-Za-z0-9_-]{1,60})\s*[=＝]\s*(.+)$")


def controls(desk: Desk, kind: str, held: Mapping[str, Json]) -> list[dict[str, Json]]:
    """What each control is told. What is more than a form can hold (conditions, steps) keeps its value and has none."""
    say = desk.visit.translator.say
    found = []
    for name, schema in TYPES[kind].options_schema.items():
        told = _control(desk, kind, name, schema, held.get(name))
        if told is not None:
            label = say(telling.OPTIONS[name]) if name in telling.OPTIONS else name
            needed = name in TYPES[kind].required_options
            found.append({"name": f"option.{name}", "label": label, "help": say(HELP[name]) if name in HELP else "", "required": needed, **told})
    return found


def _control(desk: Desk, kind: str, name: str, schema: Mapping[str, Json], value: Json) -> dict[str, Json] | None:
    if name == "choices":
        return {"widget": "lines", "value": "\n".join(f"{one['value']} = {one['label']}" for one in value or ())}
    if name == "entity":
        return {"widget": "select", "value": value or "", "choices": list(_targets(desk, kind))}
    if "enum" in schema:
        say = desk.visit.translator.say
        offered = [("", "–"), *((one, say(VALUES[one]) if one in VALUES else one) for one in schema["enum"])]
        return {"widget": "select", "value": value or "", "choices": offered}
    match schema.get("type"):
        case "integer":
            return {"widget": "number", "value": "" if value is None else str(value), "minimum": schema.get("minimum"), "maximum": schema.get("maximum")}
        case "boolean":
            return {"widget": "switch", "value": bool(value)}
        case "array" if schema["items"].get("type") == "string":
            return {"widget": "text", "value": ", ".join(value or ())}
        case "string":
            return {"widget": "text", "value": value or ""}
    return None


def _targets(desk: Desk, kind: str) -> Iterator[tuple[str, str]]:
    """What a field of this type may choose from: trees, lists, or anything."""
    named = [(one, labels.entity_label(desk.catalog, one, desk.visit.view.languages)) for one in desk.catalog.entities.values()]
    for entity, label in sorted(desk.visit.in_order(named, lambda pair: pair[1]), key=lambda pair: pair[0].is_dictionary == (kind == "reference")):
        if (kind == "tree" and entity.tree) or (kind == "list" and entity.is_dictionary and not entity.tree) or kind not in ("tree", "list"):
            yield entity.name, label


def read(kind: str, sent: Submission, held: Mapping[str, Json]) -> dict[str, Json]:
    """The options that a form sent, over those held that have no control. Judges nothing: the operation does."""
    found = dict(held)
    for name, schema in TYPES[kind].options_schema.items():
        key = f"option.{name}"
        if key not in sent and not (schema.get("type") == "boolean" and key in sent.texts.get("switches", ())):
            continue
        value = _value(name, schema, sent.one(key).strip(), held)
        if value is None:
            found.pop(name, None)
        else:
            found[name] = value
    return found


def _value(name: str, schema: Mapping[str, Json], text: str, held: Mapping[str, Json]) -> Json:
    if name == "choices":
        return choices(text, held.get("choices", ())) or None
    match schema.get("type"):
        case "boolean":
            return True if text else None
        case "integer" if text:
            return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text
        case "array":
            return [part.strip().lower().lstrip(".") for part in re.split(r"[,，、\s]+", text) if part.strip()] or None
    return text or None


def choices(text: str, held: Json = ()) -> list[dict[str, str]]:
    """Choices from lines: `value = label`, or a label alone, whose value is what it had, else made from it."""
    known = {one["label"]: one["value"] for one in held}
    found: list[dict[str, str]] = []
    taken: set[str] = set()
    for line in text.splitlines():
        if not (line := line.strip()):
            continue
        match = _LINE.match(line)
        label = (match[2] if match else line).strip()
        value = match[1] if match else known.get(label) or _new_value(label, taken)
        taken.add(value.lower())
        found.append({"value": value, "label": label})
    return found


def _new_value(label: str, taken: set[str]) -> str:
    stem = naming.plain(label)[:50] or "choice"
    value, n = stem, 2
    while value in taken:
        value, n = f"{stem}_{n}", n + 1
    return value
