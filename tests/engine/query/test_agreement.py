"""One grammar, three readers: SQL on each database, Python and the browser give the same answer for every record."""

from __future__ import annotations

import json
import os
import random
import subprocess
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import babel
import pytest
from babel.numbers import get_decimal_symbol, get_group_symbol

from engine.metadata import rows, store
from engine.metadata.database import Database
from engine.metadata.folding import fold
from engine.metadata.model import Catalog, Entity, Json
from engine.metadata.physical import is_folded, tables
from engine.metadata.types import TYPES, Invalid, Region
from engine.metadata.types.base import ascii_digits
from engine.query import page
from engine.query.evaluate import document, evaluate, holds, kind_of, resolved
from engine.query.tree import Condition, Junction, Rule, from_json
from engine.query.values import Scope
from engine.records import write
from tests.engine.conftest import Once
from tests.engine.making import CHINESE, a_field, a_scope, an_entity, made
from tests.engine.query import random_conditions as some

SCRIPT = Path(__file__).with_name("conditions.mjs")
SEED = int(os.environ.get("FIELDLOOM_SEED") or (1 if os.environ.get("CI") else random.randrange(10**6)))
COLOURS = (("warm", None), ("red", "warm"), ("crimson", "red"))


@dataclass(frozen=True)
class Stored:
    """Random records in a database."""

    database: Database
    catalog: Catalog
    entity: Entity
    scope: Scope
    values: Mapping[int, Mapping[str, Json]]

    def found(self, condition: Condition) -> set[int]:
        """The ids that SQL finds."""
        with self.database.reading() as conn:
            return page.holding(conn, self.catalog, self.entity, condition, self.values, self.scope)


@pytest.fixture
def stored(backend: str, workshop: Database, once: Once) -> Stored:
    """The records on each database."""

    def make(stack: ExitStack) -> Stored:
        other = an_entity(a_field("name"), name="other")
        colour = an_entity(
            a_field("name"), a_field("parent", "tree", {"entity": "colour"}), name="colour", kind="dictionary", tree="parent"
        )  # fmt: skip
        entity = some.everything()
        catalog = stack.enter_context(made(workshop, other, colour, entity))
        chance = random.Random(SEED)
        with workshop.writing() as conn:
            for name in "abc":
                write.insert(conn, catalog, other, {"name": name}, by=None)
            ids: dict[str | None, int | None] = {None: None}
            for key, parent in COLOURS:
                ids[key] = write.insert(conn, catalog, colour, {"name": key, "parent": ids[parent]}, by=None)
                table = tables(catalog)["colour"]
                conn.execute(table.update().where(table.c.id == ids[key]).values(row_key=key))
            kept = [some.values_of(chance, entity) for _ in range(60)]
            values = dict(zip(write.insert_many(conn, catalog, entity, kept, by=None), kept, strict=True))
            known = rows.load(conn, catalog, store.Version(1, 1))
        return Stored(workshop, catalog, entity, a_scope(CHINESE, dictionaries=known), values)

    return once(backend, make)


def test_sql_and_python_agree(stored: Stored) -> None:
    folded = partial(is_folded, stored.catalog)
    for condition in some.conditions(random.Random(SEED), stored.entity, 500):
        ready = resolved(condition, stored.entity, stored.scope, folded=folded)
        met = {id for id, values in stored.values.items() if holds(ready, values)}
        assert met == stored.found(condition), f"seed {SEED}: {condition}"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_python_and_the_browser_agree(stored: Stored, tmp_path: Path) -> None:
    """Conditions with texts folded, as on a card, and exact, as SQL compares some of them."""
    cases: list[Json] = []
    for place, condition in enumerate(some.conditions(random.Random(SEED + 1), stored.entity, 500)):
        ready = resolved(condition, stored.entity, stored.scope, folded=partial(is_folded, stored.catalog) if place % 2 else lambda one: True)
        cases.append({"condition": document(ready), "holds": [holds(ready, values) for values in stored.values.values()]})
    answers = sum(sum(case["holds"]) for case in cases)
    assert 0.1 < answers / (500 * 60) < 0.9, "conditions that always give one answer would prove nothing"
    told = {"records": list(stored.values.values()), "cases": cases}
    assert asked_of_the_browser("meets", told, tmp_path) == [], f"seed {SEED}"


def test_the_browser_folds_as_the_server_does(tmp_path: Path) -> None:
    """Every character of the first plane beside others, and its digits; those aside that this Python has not heard of yet."""
    chars = [char for char in map(chr, range(1, 0x10000)) if unicodedata.category(char) not in ("Cs", "Cn")]
    texts = [f"a{char}B {char}" for char in chars] + [*some.TERMS, "  x\t y\n", "", "ΟΔΟΣ ΟΔΟΣ", "\U0001d7d8𝟗"]
    cases = [[text, fold(text), ascii_digits(text)] for text in texts]
    assert asked_of_the_browser("folds", cases, tmp_path) == []


NUMBERS = (
    "1,234.50", "1.234,50", "12,34", "1,2345", "１２３", "٣٫٥", "1e5", "NaN", "+5", "-0", "0.50",
     ".5", "5.", "-1,000", "+1,000", "01,000", "1 000", "。5", "－７", "x", "", " ",
)  # fmt: skip
MOMENTS = (
    *("2026-03-29T02:30", "2026-10-25T02:30", "2026-10-25T02:30:15", "2026-03-08T02:30", "2026-11-01T01:30"),
    *("2026-07-01T00:00", "1990-01-01T23:59"),
)


def test_the_browser_reads_controls_as_the_server_does(tmp_path: Path) -> None:
    """What is typed into numbers, dates, moments, texts and choices, in several languages and time zones."""
    chance = random.Random(SEED)
    numbers = [*NUMBERS, *(f"{chance.randint(-(10**7), 10**7) / 1000:,}" for _ in range(300)), *(str(chance.random()) for _ in range(100))]
    told: dict[str, Sequence[str]] = {
        "integer": numbers, "decimal": numbers, "date": ("2026-02-01", "", "x"), "time": ("09:30", "09:30:15", ""),
        "datetime": (*MOMENTS, *(f"20{n:02}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T{chance.randint(0, 23):02}:15" for n in range(99)), ""),
        "text": ("a", " a ", "\u3000a\u3000", "\u200b", "\u3164", "a\tb", "\u00ada", "\x1ca\x1d"), "multiline": ("a\r\nb", "\r\n", "a\rb"),
        "choice": ("a", ""), "reference": ("5", ""),
    }  # fmt: skip
    cases = []
    for locale, zone in (("en", "Europe/Berlin"), ("zh_Hans_CN", "Asia/Shanghai"), ("de", "America/New_York"), ("en", "Australia/Lord_Howe")):
        region = Region(babel.Locale.parse(locale), ZoneInfo(zone))
        how = {"decimal": get_decimal_symbol(region.locale), "group": get_group_symbol(region.locale), "zone": zone}
        for kind, texts in told.items():
            field = {"kind": kind_of(a_field("x", kind)), "whole": kind == "integer"}
            cases += [{"field": field, "raw": [text], "how": how, "value": _read(kind, [text], region)} for text in texts]
    assert len(cases) > 2000
    assert asked_of_the_browser("reads", cases, tmp_path) == []


def _read(kind: str, raw: Sequence[str], region: Region) -> Json:
    """The value as the browser names it: numbers and ids are texts to it, as no digit may be lost."""
    try:
        value = TYPES[kind].parse(raw, region)
    except Invalid:
        return None
    return value if value is None or isinstance(value, (bool, list)) else str(value)


def asked_of_the_browser(what: str, told: Json, folder: Path) -> Sequence[Json]:
    """What the script of the page answers otherwise than it should."""
    (folder / "cases.json").write_text(json.dumps(told), encoding="utf-8")
    done = subprocess.run(["node", str(SCRIPT), what, str(folder / "cases.json")], capture_output=True, text=True, check=True)
    found: list[Json] = json.loads(done.stdout)
    return found


CARD = an_entity(
    a_field("name"), a_field("age", "integer"), a_field("tags", "multiple_choice", some.CHOICES), a_field("vip", "check"),
    a_field("day", "date"), name="card",
)  # fmt: skip


@pytest.mark.parametrize(
    ("document", "values", "met"),
    [
        ({"name": "ACME"}, {"name": "acme"}, True),
        ({"name": {"_neq": "acme"}}, {}, True),
        ({"age": {"_lt": 5}}, {}, False),
        ({"age": {"_null": True}}, {"age": None}, True),
        ({"age": {"_in": []}}, {"age": 3}, False),
        ({"tags": {"_none": ["a"]}}, {}, True),
        ({"tags": {"_all": []}}, {}, True),
        ({"tags": {"_empty": True}}, {"tags": []}, True),
        ({"vip": False}, {}, False),
        ({"day": {"_relative": "today"}}, {"day": "2026-11-24"}, True),
        ({}, {}, True),
        ({"_or": []}, {}, True),
        ({"_or": [{"age": 1}, {"age": 2}]}, {"age": 2}, True),
    ],
)
def test_a_record_is_asked_without_a_database(document: Json, values: Mapping[str, Json], met: bool) -> None:
    assert evaluate(from_json(document, CARD, searchable_only=False), CARD, values, a_scope()) is met


def test_a_rule_may_name_a_field_of_the_card_whose_choices_it_limits() -> None:
    condition = from_json({"age": {"_gte": "$RECORD.least"}}, CARD, searchable_only=False)
    for least, met in ((5, True), (9, False), (None, False)):
        assert evaluate(condition, CARD, {"age": 7}, a_scope(record={"least": least})) is met


def test_a_condition_is_data_to_the_browser() -> None:
    condition = Junction("_and", (Rule("age", "_in", ("5", "7")), Junction("_or", (Rule("day", "_relative", "today"), Rule("name", "_eq", "ＡＢ")))))
    assert document(resolved(condition, CARD, a_scope())) == {
        "_and": [
            {"field": "age", "kind": "number", "operator": "_in", "value": ["5", "7"]},
            {
                "_or": [
                    {"field": "day", "kind": "date", "operator": "_relative", "value": ["2026-11-24", "2026-11-25"]},
                    {"field": "name", "kind": "text", "operator": "_eq", "value": "ab"},
                ]
            },
        ]
    }
