"""Operations as they are typed: in a file, or as arguments for what is done most often."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

from engine.errors import BadOperation
from engine.messages import Message
from engine.metadata import yaml_form
from engine.metadata.model import Json

Actions = Any
"""What `add_subparsers` returns."""


def from_file(path: str) -> list[Json]:
    """The operations in a JSON or YAML file, `-` for the standard input: a list, one alone, or `{"operations": […]}`. Raises BadOperation."""
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
        told = yaml_form.load(text)
    except OSError as error:
        raise BadOperation(0, "", Message("%(file)s: %(what)s", {"file": path, "what": error.strerror or error})) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadOperation(0, "", Message("%(file)s: %(what)s", {"file": path, "what": error})) from None
    if isinstance(told, dict):
        told = told.get("operations", [told])
    if not isinstance(told, list):
        raise BadOperation(0, "", Message("Operations are a list of JSON objects."))
    return told


def pair(text: str) -> tuple[str, str]:
    """`NAME=VALUE`."""
    name, mark, value = text.partition("=")
    if not mark or not name.strip():
        raise argparse.ArgumentTypeError(f"“{text}” is not of the form NAME=VALUE")
    return name.strip(), value


def value(text: str) -> Json:
    """A value read as YAML: a number, true, [a, b], a text."""
    try:
        return yaml_form.load(text)
    except yaml.YAMLError:
        raise argparse.ArgumentTypeError(f"“{text}” is neither text, number nor list") from None


def number(text: str) -> int:
    """The number of a change, or how many of them: as large as a database counts."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) < 2**63):
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 on")
    return int(text)


def option(text: str) -> tuple[str, Json]:
    """`NAME=VALUE`, where the value is read as YAML: numbers, true, [a, b]; an empty one takes the option away."""
    name, value = pair(text)
    try:
        return name, yaml_form.load(value)
    except yaml.YAMLError:
        raise argparse.ArgumentTypeError(f"“{text}”: the value is neither text, number nor list") from None


def add_shortcuts(actions: Actions, common: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands that are one operation each: `schema add`, `widen`, `convert`, `retire`, `restore`, `purge`."""
    add = actions.add_parser("add", parents=[common], help="add a field")
    add.add_argument("entity")
    add.add_argument("name", help="its database name for ever; begins with c_")
    add.add_argument("--type", required=True, help="text, choice, date, decimal, reference …")
    add.add_argument("--group", required=True, help="the group it stands in")
    add.add_argument("--before", help="the field it stands before; else at the group's end")
    add.add_argument("--label", required=True, help="its display name in English")
    add.add_argument("--label-in", type=pair, action="append", default=[], metavar="LANG=TEXT", help="its name in another language")
    add.add_argument("--option", type=option, action="append", default=[], metavar="NAME=VALUE", help="like max_length=50 or entity=industry")
    add.add_argument("--choice", type=pair, action="append", default=[], metavar="VALUE=LABEL", help="an entry of a choice, in order")
    add.add_argument("--default", type=value, help="the value of a new record")
    add.add_argument("--help-text", default="", help="said beside the field")
    for flag in ("required", "searchable", "in-list"):
        add.add_argument(f"--{flag}", action="store_true")
    add.set_defaults(typed=_added)
    widen = actions.add_parser("widen", parents=[common], help="let a field hold more: longer texts, more digits, more choices")
    for name in ("entity", "field"):
        widen.add_argument(name)
    widen.add_argument("options", type=option, nargs="+", metavar="NAME=VALUE", help="like max_length=200")
    widen.set_defaults(typed=lambda told: {"operation": "widen_field", "entity": told.entity, "field": told.field, "options": dict(told.options)})
    convert = actions.add_parser("convert", parents=[common], help="another type, in a new field beside the old one, with the values copied")
    convert.add_argument("entity")
    convert.add_argument("field")
    convert.add_argument("name", help="the new field's database name for ever; begins with c_")
    convert.add_argument("--type", required=True, help="text, choice, date, decimal …")
    convert.add_argument("--option", type=option, action="append", default=[], metavar="NAME=VALUE", help="like max_length=50 or places=2")
    convert.add_argument("--choice", type=pair, action="append", default=[], metavar="VALUE=LABEL", help="an entry of a choice, in order")
    convert.add_argument("--zone", default="", help="the time zone in which moments are read and written, like Asia/Shanghai; else UTC")
    convert.set_defaults(typed=_converted)
    found = {"add": add, "widen": widen, "convert": convert}
    for name, told in _PLAIN.items():
        found[name] = actions.add_parser(name, parents=[common], help=told)
        found[name].add_argument("entity")
        found[name].add_argument("field")
        found[name].set_defaults(typed=_plain(f"{name}_field"))
    return found


_PLAIN = {
    "retire": "hide a field everywhere; its values are kept",
    "restore": "bring a retired field back with its values",
    "purge": "delete a retired field with its values, after they were exported",
}


def _plain(kind: str) -> Any:
    return lambda told: {"operation": kind, "entity": told.entity, "field": told.field}


def _options(told: argparse.Namespace) -> dict[str, Json]:
    choices = [{"value": value, "label": label} for value, label in told.choice]
    return dict(told.option) | ({"choices": choices} if choices else {})


def _converted(told: argparse.Namespace) -> Json:
    document = {"operation": "convert_field", "entity": told.entity, "field": told.field, "name": told.name, "type": told.type}
    return document | ({"options": options} if (options := _options(told)) else {}) | ({"zone": told.zone} if told.zone else {})


def _added(told: argparse.Namespace) -> Json:
    options = _options(told)
    document = {"operation": "add_field", "entity": told.entity, "name": told.name, "type": told.type, "group": told.group, "label": told.label}
    more = {
        "labels": dict(told.label_in), "options": options, "default": told.default, "help": told.help_text, "before": told.before,
        "required": told.required, "searchable": told.searchable, "in_list": told.in_list,
    }  # fmt: skip
    return document | {name: value for name, value in more.items() if value not in (None, "", False, {})}
