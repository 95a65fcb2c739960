"""`fieldloom export` and `fieldloom import`: records as CSV and XLSX files, in a user's name."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

from commands.operations import Actions
from commands.telling import DONE, REFUSED
from engine import sheets
from engine.metadata.database import Database
from engine.render.page import Pages
from engine.service import exporting, importing
from engine.service.visit import Site
from settings import BadSetting, Settings


def register(commands: Actions) -> None:
    """Add both commands to the command line."""
    out = commands.add_parser("export", help="write records to a CSV or XLSX file")
    out.add_argument("--query", default="", help="which records: the part of a list's address after the question mark")
    out.set_defaults(run=_export)
    into = commands.add_parser("import", help="store the rows of a CSV or XLSX file, all or none")
    into.add_argument("--dry-run", action="store_true", help="say what would happen and store nothing")
    into.set_defaults(run=_import)
    for one in (out, into):
        one.add_argument("entity")
        one.add_argument("file", type=Path)
        one.add_argument("--user", default="admin", help="in whose name; admin when left out")
        one.add_argument("--language", default="en", help="of names in the file; en when left out")


@contextmanager
def _site(settings: Settings) -> Iterator[Site]:
    """The program without its pages."""
    database = Database(settings.database_url)
    try:
        yield Site(database, Pages([], str), settings.locales, settings.default_language, settings.timezone)
    finally:
        database.close()


def _export(told: argparse.Namespace, settings: Settings) -> int:
    pairs = [*parse_qsl(told.query, keep_blank_values=True), ("format", told.file.suffix.lower().removeprefix("."))]
    with _site(settings) as site, site.visit_as(told.user, told.language) as visit:
        found = exporting.exported(visit, told.entity, pairs)
    told.file.write_bytes(found.content)
    print(f"{told.file} written.")
    return DONE


def _import(told: argparse.Namespace, settings: Settings) -> int:
    try:
        sheet = sheets.read(told.file.read_bytes())
    except OSError as error:
        raise BadSetting(f"{told.file}: {error.strerror}.") from None
    with _site(settings) as site, site.visit_as(told.user, told.language, write=True) as visit:
        report = importing.imported(visit, told.entity, sheet, dry=told.dry_run)
    for one in report.wrong:
        print(f"{told.file}: row {one.line}{f', {one.column}' if one.column else ''}: {one.text}", file=sys.stderr)
    counts = f"{report.created} new, {report.changed} changed, {report.unchanged} unchanged"
    if report.wrong:
        print(f"Nothing was imported. The other rows: {counts}.", file=sys.stderr)
        return REFUSED
    print(f"{'This would happen' if told.dry_run else 'Imported'}: {counts}.")
    return DONE
