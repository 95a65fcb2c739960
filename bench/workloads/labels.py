"""Workload i: the translators' workbench with 20,000 texts: opened after a change, saved, and filled from a file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import product
from bench.lines import Line
from bench.workloads.context import Context
from engine.i18n.book import Book
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Entity, Field, Group
from engine.service import label_care, label_commands, label_files

TEXTS, FIELDS = 20_000, 40
OPEN, IMPORT = 1.0, 10.0
LOCALES = Path(__file__).resolve().parents[2] / "locales"
NAME = "bench_texts"


def run(ctx: Context) -> None:
    """Give an entity 20,000 choices to translate, then open, export and import them."""
    database = ctx.product.database
    with database.writing() as conn:
        store.save_entity(conn, _entity())
        store.bump_version(conn)
    with _timed(ctx, "open a book of 20,000 texts, after a change", OPEN):
        book = _opened(database)
        _ = book.counts, book.findings
    for entry in book.entries.values():
        assert entry.unit.source
    content = label_files.written(book, book.entries.values(), "po").decode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "de.po")
        path.write_text(_filled(content), encoding="utf-8")
        with _timed(ctx, "take over a PO file of 20,000 texts", IMPORT):
            done = label_commands.take(database, LOCALES, "de", path, "fill", skip_failing=True, only_look=False)
    assert done.count >= TEXTS, done.count
    with _timed(ctx, "open it again, all translated", OPEN):
        book = _opened(database)
        _ = book.counts, book.findings
    with _timed(ctx, "write it as a PO file", IMPORT):
        label_files.written(book, book.entries.values(), "po")


def _entity() -> Entity:
    fields = tuple(_field(place) for place in range(FIELDS))
    group = Group("basic", "Basic", 0, system=False)
    return Entity(NAME, "Text", "Texts", "card", "f0", "file", 999, (group,), fields)


def _field(place: int) -> Field:
    choices = [{"value": f"c{number}", "label": f"Choice {place} number {number}"} for number in range(TEXTS // FIELDS)]
    return Field(f"{NAME}{place}", NAME, f"f{place}", "choice", "basic", f"Field {place}", place, NAME, f"f{place}", {"choices": choices})


def _filled(content: str) -> str:
    """The file as a translator fills it in, without a library's help: this is not what is measured."""
    found, source = [], ""
    for line in content.split("\n"):
        if line.startswith('msgid "Choice'):
            source = line[7:-1]
        filled = source and line == 'msgstr ""'
        found.append(f'msgstr "{source.replace("Choice", "Wahl").replace("number", "Nummer")}"' if filled else line)
        source = "" if filled else source
    return "\n".join(found)


def _opened(database: Database) -> Book:
    with database.reading() as conn:
        return label_care.desk(conn, LOCALES).read("de")


@contextmanager
def _timed(ctx: Context, name: str, target: float) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    ctx.add(Line("i labels", f"{product.NAME}, {name}", time.perf_counter() - begin, target=target, unit="s", absolute=True))
