"""`fieldloom catalog …`: definitions as files, from one installation to another."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from commands.operations import Actions
from commands.schema import EXIT, Rows, changed, changing_arguments, guarded
from commands.telling import DONE, REFUSED, say_json
from engine.metadata.database import Database
from engine.metadata.model import Json
from engine.service import schema_commands, transfer
from settings import BadSetting, Settings


def register(commands: Actions) -> None:
    """Add the group to the command line."""
    actions = commands.add_parser("catalog", help="definitions as files", epilog=EXIT).add_subparsers(required=True, metavar="action")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="one JSON document on the standard output")
    export = actions.add_parser("export", parents=[as_json], help="write the definitions in force, a file for each entity", epilog=EXIT)
    export.add_argument("folder", type=Path)
    export.add_argument("--rows", action="store_true", help="with the entries of lists")
    export.set_defaults(run=_export)
    diff = actions.add_parser("diff", parents=[as_json], help="say what leads from here to the definitions in a folder", epilog=EXIT)
    diff.set_defaults(run=_diff)
    apply = actions.add_parser("apply", parents=[changing_arguments(as_json)], help="make a change of that difference", epilog=EXIT)
    apply.set_defaults(run=_apply)
    for one in (diff, apply):
        one.add_argument("folder", type=Path)
        one.add_argument("--take-rows", action="store_true", help="entries that are different here become as in the folder; else it is only told")
        one.add_argument("--retire-missing", action="store_true", help="retire what the folder does not know; else it is only told")


def _export(told: argparse.Namespace, settings: Settings) -> int:
    def run(database: Database) -> int:
        try:
            files = transfer.export(database, told.folder, rows=told.rows)
        except OSError as error:
            raise BadSetting(f"{error.filename}: {error.strerror}.") from None
        if told.json:
            say_json({"files": files})
        else:
            print(f"{len(files)} definitions written to {told.folder}.")
        return DONE

    return guarded(told, settings, run)


def _found(told: argparse.Namespace, database: Database) -> dict[str, Json]:
    return transfer.compare(database, told.folder, retire_missing=told.retire_missing, take_rows=told.take_rows)


def _diff(told: argparse.Namespace, settings: Settings) -> int:
    def run(database: Database) -> int:
        found = _found(told, database)
        plan = schema_commands.look(database, found["operations"])
        if told.json:
            say_json(found | {"plan": plan})
        else:
            for step in plan["steps"]:
                print(step["sentence"])
                for one in step["findings"]:
                    if one["level"] in ("error", "confirm"):
                        print(f"  {one['level'].upper()} {one['code']}: {one['message']}")
            if not plan["steps"] and not any(found["rows"].values()):
                print("No difference that a change leads to.")
            _tell(found)
        return DONE if plan["runs"] else REFUSED

    return guarded(told, settings, run)


def _apply(told: argparse.Namespace, settings: Settings) -> int:
    def run(database: Database) -> int:
        found = _found(told, database)
        if not told.json:
            _tell(found)
        taken = partial(transfer.take_entries, database, told.folder, take_rows=told.take_rows)
        return changed(told, settings, database, found["operations"], rows=Rows(found["rows"], taken), findings=found["findings"])

    return guarded(told, settings, run)


def _tell(found: Mapping[str, Json]) -> None:
    for one in found["findings"]:
        print(f"{one['code']}: {one['message']}")
    if any(found["rows"].values()):
        print(f"Entries of lists: {found['rows']['new']} new, {found['rows']['changed']} changed.")
