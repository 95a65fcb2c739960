"""`fieldloom schema …`: changes of the definitions, looked at, made, read in the journal, taken back."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from commands import operations as typed
from commands import telling_plan
from commands.telling import DONE, REFUSED, UNCONFIRMED, agreed, bar, refuse, say_json
from engine.errors import BrokenJournal, FieldloomError
from engine.metadata.database import Database
from engine.metadata.model import Json
from engine.service import schema_commands
from engine.service.schema_commands import Wish
from settings import BadSetting, Settings

EXIT = "exit status: 0 done, or nothing to do; 1 refused, or something was found; 2 not understood; 3 waits for a confirmation; 4 busy, try again"


def register(commands: typed.Actions) -> None:
    """Add the group to the command line."""
    group = commands.add_parser("schema", help="changes of the definitions", epilog=EXIT)
    actions = group.add_subparsers(required=True, metavar="action")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="one JSON document on the standard output")
    common = changing_arguments(as_json)
    plan = actions.add_parser("plan", parents=[as_json], help="say what operations would do: sentences, exact DDL, findings", epilog=EXIT)
    plan.add_argument("file", help="operations in JSON or YAML; - for the standard input")
    plan.set_defaults(run=_plan)
    apply = actions.add_parser("apply", parents=[common], help="make a change of these operations", epilog=EXIT)
    apply.add_argument("file", help="operations in JSON or YAML; - for the standard input")
    apply.set_defaults(run=_apply)
    for one in typed.add_shortcuts(actions, common).values():
        one.set_defaults(run=_typed)
    undo = actions.add_parser("undo", parents=[common], help="take a change back, as a change of its own", epilog=EXIT)
    undo.add_argument("change", type=typed.number, help="its number in the journal")
    undo.set_defaults(run=_undo)
    journal = actions.add_parser("journal", parents=[as_json], help="what was changed, newest first", epilog=EXIT)
    journal.add_argument("change", type=typed.number, nargs="?", help="one change, with its statements and events")
    journal.add_argument("--limit", type=typed.number, default=20)
    journal.add_argument("--before", type=typed.number, metavar="ID", help="only older ones")
    journal.add_argument("--verify", action="store_true", help="check that no entry was altered by hand")
    journal.set_defaults(run=_journal)
    check = actions.add_parser("check", parents=[as_json], help="what differs between definitions and database", epilog=EXIT)
    check.set_defaults(run=_check)
    repair = actions.add_parser("repair", parents=[as_json], help="end what was cut off, make again what is not there", epilog=EXIT)
    repair.add_argument("--apply", action="store_true", help="do it; on SQLite building an index of a large table stops writers meanwhile")
    repair.set_defaults(run=_repair)


def changing_arguments(as_json: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The arguments that every command which changes something takes."""
    common = argparse.ArgumentParser(add_help=False, parents=[as_json])
    common.add_argument("--plan", action="store_true", help="only say what it would do")
    common.add_argument("--yes", action="store_true", help="do not ask")
    common.add_argument("--confirm", nargs="+", action="extend", default=[], metavar="KEY", help="what destroys something, by its key in the plan")
    common.add_argument("--note", default="", help="why, for the journal")
    return common


def _plan(told: argparse.Namespace, settings: Settings) -> int:
    return guarded(told, settings, lambda database: _shown(told, schema_commands.look(database, typed.from_file(told.file))))


def _shown(told: argparse.Namespace, plan: dict[str, Json]) -> int:
    if told.json:
        say_json(plan)
    else:
        telling_plan.plan(plan)
    return DONE if plan["runs"] else REFUSED


def _apply(told: argparse.Namespace, settings: Settings) -> int:
    return guarded(told, settings, lambda database: changed(told, settings, database, typed.from_file(told.file)))


def _typed(told: argparse.Namespace, settings: Settings) -> int:
    return guarded(told, settings, lambda database: changed(told, settings, database, [told.typed(told)]))


def _undo(told: argparse.Namespace, settings: Settings) -> int:
    def run(database: Database) -> int:
        return changed(told, settings, database, schema_commands.reversal(database, told.change), undoes=told.change)

    return guarded(told, settings, run)


@dataclass(frozen=True, slots=True)
class Rows:
    """Entries of lists that come along with a change of definitions: how many, and what takes them."""

    counts: Mapping[str, int]
    take: Callable[[], Mapping[str, int]]


def _unconfirmed(told: argparse.Namespace, plan: Mapping[str, Json]) -> int:
    if told.json:
        say_json({"change": None, "plan": plan, "message": "Say --yes to make this change."})
    else:
        print("\nNothing was done. Say --yes to make this change.")
    return UNCONFIRMED


def changed(
    told: argparse.Namespace,
    settings: Settings,
    database: Database,
    operations: Json,
    *,
    undoes: int | None = None,
    rows: Rows | None = None,
    findings: Sequence[Json] = (),
) -> int:
    """Show what operations would do, ask, and do it; what comes along is taken last. What runs is what was shown.

    `findings` were told before; one JSON document holds all.
    """
    coming = rows is not None and any(rows.counts.values())
    if not operations and not coming:
        if told.json:
            say_json({"change": None, "left": []} | ({"rows": rows.counts} if rows else {}))
        else:
            print("Nothing to do.")
        return DONE
    if not told.plan and (ended := schema_commands.recovered(database, _wish(told, settings))) and not told.json:
        print(f"Change {ended} was begun and not ended; it has been brought to its end first.\n")
    plan = schema_commands.look(database, operations, undoes)
    plan["findings"] += findings if told.json else ()
    if told.plan or not plan["runs"]:
        return _shown(told, plan)
    if operations and not told.json:
        telling_plan.plan(plan)
    waiting = [key for key in plan["confirmations"] if key not in told.confirm]
    if not waiting and not told.yes and not agreed("\nMake this change?"):
        return _unconfirmed(told, plan)
    done: dict[str, Json] = {"change": None, "left": []}
    if operations:
        wish = replace(_wish(told, settings), note=told.note, seen=plan["hash"], confirmed=frozenset(told.confirm), undoes=undoes)
        done = schema_commands.carry_out(database, operations, wish)
        if not told.json:
            print()
            telling_plan.done(done)
    taken = rows.take() if rows is not None and coming else {}
    if told.json:
        say_json(done | {"plan": plan} | ({"rows": taken} if rows else {}))
    elif taken:
        print(f"Entries of lists taken over: {taken['new']} new, {taken['changed']} changed.")
    return DONE


def _wish(told: argparse.Namespace, settings: Settings) -> Wish:
    return Wish(settings.instance / "purged", told=None if told.json else bar())


def _journal(told: argparse.Namespace, settings: Settings) -> int:
    def run(database: Database) -> int:
        if told.verify:
            return _verified(told, database)
        if told.change:
            one = schema_commands.change(database, told.change)
            (say_json if told.json else telling_plan.change)(one)
            return DONE
        found = schema_commands.changes(database, limit=told.limit, before=told.before)
        if found or told.json:
            (say_json if told.json else telling_plan.changes)(found)
        else:
            print("Nothing was changed yet.")
        return DONE

    return guarded(told, settings, run)


def _verified(told: argparse.Namespace, database: Database) -> int:
    try:
        count = schema_commands.checked_chain(database)
    except BrokenJournal as error:
        if told.json:
            say_json({"events": None, "broken_at": error.entry, "message": str(error)})
            return REFUSED
        raise
    if told.json:
        say_json({"events": count, "broken_at": None})
    else:
        print(f"{count} entries, each fitting the one before.")
    return DONE


def _check(told: argparse.Namespace, settings: Settings) -> int:
    def run(database: Database) -> int:
        found = schema_commands.checked(database)
        _tell_drift(told, found)
        return REFUSED if any(one["level"] != "note" for one in found) else DONE

    return guarded(told, settings, run)


def _repair(told: argparse.Namespace, settings: Settings) -> int:
    def run(database: Database) -> int:
        made = schema_commands.repaired(database, replace(_wish(told, settings), note="repair")) if told.apply else []
        left = schema_commands.checked(database)
        if told.json:
            say_json({"changes": made, "left": left})
        else:
            for id in made:
                telling_plan.change(schema_commands.change(database, id))
            telling_plan.drift(left, offered=not told.apply)
        return REFUSED if told.apply and any(one["level"] != "note" for one in left) else DONE

    return guarded(told, settings, run)


def _tell_drift(told: argparse.Namespace, found: list[dict[str, Json]]) -> None:
    if told.json:
        say_json(found)
    else:
        telling_plan.drift(found)


def guarded(told: argparse.Namespace, settings: Settings, run: Callable[[Database], int]) -> int:
    """Run a command on the database; what is refused is said in the form that was asked for."""
    try:
        with closing(Database(settings.database_url)) as database, schema_commands.in_words(database):
            return run(database)
    except (FieldloomError, BadSetting) as error:
        return refuse(error, as_json=told.json)
