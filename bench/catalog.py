"""The folder of field catalogs that the benchmark installs: the shipped ones, and the 60-field form in several sizes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from bench.fields import CHOICES, INDUSTRIES, SEARCHABLE, Spec, specs

INDUSTRY = "bench_industry"
_TYPES = {
    "text": "text", "long": "multiline", "integer": "integer", "decimal": "decimal", "date": "date", "datetime": "datetime",
    "check": "check", "choice": "choice", "email": "email", "url": "url", "industry": "list",
}  # fmt: skip


def entity(further: int) -> str:
    """The name of the entity with so many further fields."""
    return f"bench_{further}" if further else "bench"


def write(shipped: Path, folder: Path, sizes: tuple[int, ...]) -> None:
    """Fill `folder`. The customer gets one more field, a date: the shipped card has none to search by."""
    shutil.copytree(shipped, folder)
    _write(folder, INDUSTRY, _industries())
    for further in sizes:
        _write(folder, entity(further), _form(further))
    customer = yaml.safe_load((folder / "customer.yaml").read_text(encoding="utf-8"))
    since = {"name": "created", "label": "Customer since", "type": "date", "searchable": True}
    customer["groups"][-1]["fields"] = [*(customer["groups"][-1].get("fields") or ()), since]
    _write(folder, "customer", customer)


def _write(folder: Path, name: str, document: dict[str, Any]) -> None:
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=140)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def _form(further: int) -> dict[str, Any]:
    fields = specs(further)
    groups = [
        {"name": f"group_{number}", "label": f"Group {number + 1}", "fields": [_field(one) for one in fields if one.group == number]}
        for number in sorted({one.group for one in fields})
    ]
    return {"entity": entity(further), "label": f"Record {further}", "plural": f"Records {further}", "title": "name", "groups": groups}


def _field(one: Spec) -> dict[str, Any]:
    told: dict[str, Any] = {"name": one.name, "label": one.label, "type": _TYPES[one.kind], "required": one.required}
    told["searchable"] = one.name in SEARCHABLE
    match one.kind:
        case "decimal":
            told["options"] = {"digits": 12, "places": 2}
        case "choice":
            told["options"] = {"choices": [{"value": value, "label": value} for value in CHOICES]}
        case "industry":
            told["options"] = {"entity": INDUSTRY}
    return told


def _industries() -> dict[str, Any]:
    fields = [
        {"name": "name", "label": "Name", "type": "text", "options": {"max_length": 100}, "required": True, "searchable": True},
        {"name": "position", "label": "Position", "type": "integer"},
        {"name": "active", "label": "Active", "type": "check", "default": True},
    ]
    rows = [{"key": f"industry_{number:03d}", "name": name} for number, name in enumerate(INDUSTRIES, 1)]
    group = {"name": "basic", "label": "Basic information", "fields": fields}
    told = {"entity": INDUSTRY, "label": "Bench industry", "plural": "Bench industries", "title": "name", "kind": "dictionary"}
    return {**told, "groups": [group], "rows": rows}
