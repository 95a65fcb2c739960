"""`fieldloom labels …`: translations out to a file, in from one, and how far each language is."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from commands.operations import Actions
from commands.telling import DONE, REFUSED
from engine.i18n.book import STATES
from engine.i18n.exchange import BadFile
from engine.i18n.merge import MODES
from engine.metadata.database import Database
from engine.service import label_commands
from engine.service.label_files import FORMATS
from settings import BadSetting, Settings


def register(commands: Actions) -> None:
    """Add the group to the command line."""
    group = commands.add_parser("labels", help="translations of labels and of the program's sentences")
    actions = group.add_subparsers(required=True, metavar="action")
    export = actions.add_parser("export", help="write a file for translators")
    export.add_argument("language", help="like de or zh-Hant")
    export.add_argument("-o", "--output", type=Path, help="the file; its ending says the format. Left out: to the standard output")
    export.add_argument("--format", choices=FORMATS, help="po when left out")
    export.add_argument("--state", choices=STATES, help="only what is in this state")
    export.set_defaults(run=_export_labels)
    take = actions.add_parser("import", help="take a translator's file over; nothing changes where a line fails")
    take.add_argument("language")
    take.add_argument("file", type=Path)
    take.add_argument("--mode", choices=[one.replace("_", "-") for one in MODES], default="fill", help="fill takes only what is missing here")
    take.add_argument("--skip-failing", action="store_true", help="take the other lines")
    take.add_argument("--dry-run", action="store_true", help="only say what would change")
    take.set_defaults(run=_import_labels)
    report = actions.add_parser("report", help="how far each language is")
    report.add_argument("language", nargs="*", help="all languages when left out")
    report.add_argument("--fail-under", type=float, default=0, metavar="PERCENT", help="exit with 1 below this coverage, or where checks fail")
    report.set_defaults(run=_report_labels)


def _export_labels(told: argparse.Namespace, settings: Settings) -> int:
    ending = told.output.suffix.lstrip(".") if told.output else ""
    kind = told.format or (ending if ending in FORMATS else "po")
    with closing(Database(settings.database_url)) as database:
        content = label_commands.export(database, settings.locales, told.language, kind, told.state)
    if told.output:
        told.output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
    return DONE


def _import_labels(told: argparse.Namespace, settings: Settings) -> int:
    mode = told.mode.replace("-", "_")
    try:
        with closing(Database(settings.database_url)) as database:
            done = label_commands.take(
                database, settings.locales, told.language, told.file, mode, skip_failing=told.skip_failing, only_look=told.dry_run
            )
    except BadFile as error:
        for line, what in error.mistakes:
            print(f"{told.file}:{line or 1}: {what}", file=sys.stderr)
        print("Nothing was changed.", file=sys.stderr)
        return REFUSED
    except OSError as error:
        raise BadSetting(f"{told.file}: {error.strerror}.") from None
    for line, what in label_commands.failing(done.difference):
        print(f"{told.file}:{line}: {what}", file=sys.stderr)
    counts = ", ".join(f"{kind} {len(rows)}" for kind, rows in done.difference.by_kind.items())
    print(f"{counts}, same {done.difference.same}, newer here {done.difference.newer}")
    print("Only looked." if told.dry_run else f"{done.count} labels changed.")
    if done.live:
        print(f"Readers may choose {told.language} now.")
    return DONE


def _report_labels(told: argparse.Namespace, settings: Settings) -> int:
    with closing(Database(settings.database_url)) as database:
        found = label_commands.report(database, settings.locales, told.language)
    print(f"{'language':12}{'done':>8}" + "".join(f"{state:>15}" for state in STATES) + f"{'failing':>9}")
    for one in found:
        states = "".join(f"{one.states.get(state, 0):>15}" for state in STATES)
        print(f"{one.language.tag:12}{one.percent:>7.1f}%{states}{one.failing:>9}{'' if one.language.live else '  (not live)'}")
    behind = [one for one in found if told.fail_under and (one.percent < told.fail_under or one.failing)]
    return REFUSED if behind else DONE
