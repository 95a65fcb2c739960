"""For random catalogs and whatever is typed into them: what is accepted is kept exactly, what is refused is refused everywhere."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import files, rules
from engine.metadata import formats
from engine.metadata.database import Database
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES, Invalid, Region
from engine.records import read, write
from tests.engine.making import CHINESE, ENGLISH, a_field, an_entity, made

NASTY = (
    "", " ", "0", "-0", "1,234.50", "１２３", "٣", "1e5", "NaN", "Infinity", "0x10", "1_000", "true", "null", "None", "宏远科技", "𠮷🍜",
    "a\x00b", "a\nb\r\n", "\u202eabc", "'; DROP TABLE x; --", "<script>alert(1)</script>", "{{7*7}}", "{0.__class__}", "%(x)s", "%", "\\", '"',
    "\ufeff", "2026-02-30", "24:00", "javascript:alert(1)",
    "a@b", "a@example.com", "https://example.com", "+86 10 1234 5678", "9" * 30, "0." + "0" * 30 + "1", "red",
    "1", "2", "3",
)  # fmt: skip
TEXT = st.sampled_from(NASTY) | st.text(max_size=30) | st.text(st.characters(max_codepoint=0x7F), max_size=30)
FRACTION = st.decimals(-(10**12), 10**12, places=3).map(lambda n: format(n, "f"))
NUMBER = st.integers(-(10**13), 10**13).map(str) | FRACTION | st.integers(0, 20).map("{}00.50".format)
MOMENT = st.datetimes().map(lambda one: one.isoformat(timespec="seconds"))
LIKELY: Mapping[str, st.SearchStrategy[str]] = {
    "integer": st.integers(-(2**60), 2**60).map(str) | st.integers(-200, 200).map(str),
    "decimal": NUMBER, "amount": NUMBER, "date": st.dates().map(str), "time": st.times().map(lambda one: one.isoformat("seconds")), "datetime": MOMENT,
    "palette": st.sampled_from(["red", "blue"]),
    "choice": st.sampled_from(["red", "blue"]), "multiple_choice": st.sampled_from(["red", "blue"]), "check": st.sampled_from(["", "true", "on", "0"]),
    "rich_text": st.sampled_from(["<p>a</p>", "<b onclick='x'>a</b>", "a & b < c", "&amp;lt;", "<a href='javascript:x'>a</a>", "<p>a<script>b</script>"]),
    "email": st.emails(), "phone": st.from_regex(r"\A\+?[0-9][0-9 ()\-]{0,12}\Z"), "url": st.sampled_from(["example.com", "https://a.b/c?d=e#f"]),
    **dict.fromkeys(("reference", "list", "tree", "attachment", "image"), st.sampled_from(["1", "2", "99"])),
}  # fmt: skip
CHOICES = {"choices": [{"value": one, "label": one} for one in ("red", "blue", "a_b")]}


@st.composite
def options(draw: st.DrawFn, kind: str) -> dict[str, Json]:
    """Options of a type, of which each may be left out."""
    found: dict[str, st.SearchStrategy[Json]] = {}
    needed: dict[str, Json] = {}
    match kind:
        case "text":
            found = {"max_length": st.integers(1, 60), "format": st.sampled_from(["email", "url"])}
        case "multiline" | "rich_text":
            found = {"max_length": st.integers(1, 100)}
        case "integer":
            found = {"minimum": st.integers(-100, 0), "maximum": st.integers(0, 10_000)}
        case "decimal" | "amount":
            found = {"digits": st.integers(6, 12), "places": st.integers(0, 6), "non_negative": st.booleans()}
        case "email" | "phone" | "url":
            found = {"max_length": st.integers(8, 40)}
        case "choice" | "multiple_choice":
            needed = CHOICES
        case "reference" | "list" | "tree":
            needed = {"entity": "target"}
    return needed | {name: draw(values) for name, values in found.items() if draw(st.booleans())}


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    """An entity of a few fields of any types and options."""
    kinds = draw(st.lists(st.sampled_from([name for name in TYPES if name != "hint"]), min_size=1, max_size=6))
    fields = [
        a_field(f"f{n}", kind, draw(options(kind)), required=draw(st.booleans()), searchable=draw(st.booleans())) for n, kind in enumerate(kinds)
    ]
    return an_entity(*fields, name="random")


def raw_for(field: Field) -> st.SearchStrategy[list[str]]:
    """What a control may send."""
    likely = LIKELY.get(field.type, TEXT)
    return st.lists(likely, max_size=3 if field.type == "multiple_choice" else 1) | st.lists(likely | TEXT, max_size=2)


@st.composite
def submissions(draw: st.DrawFn) -> tuple[Entity, list[dict[str, list[str]]], Region]:
    """An entity, and what several forms of it sent."""
    entity = draw(entities())
    form = st.fixed_dictionaries({field.name: raw_for(field) for field in entity.fields})
    return entity, draw(st.lists(form, min_size=1, max_size=6)), draw(st.sampled_from([CHINESE, ENGLISH]))


def bound(entity: Entity, sent: Mapping[str, Sequence[str]], region: Region) -> tuple[dict[str, Json], set[str]]:
    """The values of a form, and the names of fields that could not be read."""
    values: dict[str, Json] = {}
    unread: set[str] = set()
    for name, raw in sent.items():
        try:
            values[name] = TYPES[entity.by_name[name].type].parse(raw, region)
        except Invalid:
            unread.add(name)
    return values, unread


def problems(entity: Entity, values: Mapping[str, Json]) -> list[tuple[str | None, str]]:
    """(field, code) of what is wrong with a new record; both engines must agree."""
    document = rules.schema(entity, "create")
    fast = rules.fast_errors(document)
    assert fast is not None
    told = {name: value for name, value in values.items() if value is not None}
    found, reference = (rules.Judge(entity, errors).check(told) for errors in (fast, rules.reference_errors(document)))
    assert [(one.field, one.code) for one in found] == [(one.field, one.code) for one in reference]
    return [(one.field, one.code) for one in found]


def without_refused(entity: Entity, values: Mapping[str, Json], found: Sequence[tuple[str | None, str]]) -> dict[str, Json]:
    """The values that were accepted, each field for itself."""
    refused = {name for name, _ in found}
    return {name: value for name, value in values.items() if name in entity.by_name and name not in refused}


def kept_exactly(database: Database, entity: Entity, rows: Sequence[Mapping[str, Json]]) -> None:
    """Each row, stored and read again, is the same."""
    target = an_entity(a_field("name"), name="target", kind="dictionary")
    entity = an_entity(*entity.fields)  # a name of its own: connections keep the plans of a table's statements
    with made(database, target, entity) as catalog, database.writing() as conn:
        real = [write.insert(conn, catalog, target, {"name": name}, by=None) for name in "ab"]
        file = files.store(conn, "a.txt", b"a", files.KINDS["txt"], by=None)
        for row in rows:
            # That a reference exists is checked beside the schema: 1 and 2 stand for rows that there are.
            values = dict(row)
            for field in entity.fields:
                if field.name in row and (TYPES[field.type].refers or field.type in ("attachment", "image")):
                    known = {1: real[0], 2: real[1]} if TYPES[field.type].refers else {1: file}
                    values[field.name] = known.get(row[field.name])
            told = {name: value for name, value in values.items() if value is not None}
            id = write.insert(conn, catalog, entity, values, by=None)
            found = read.fetch(conn, catalog, entity, id)
            assert found.values == told
            assert {name: type(value) for name, value in found.values.items()} == {name: type(value) for name, value in told.items()}
            assert write.update(conn, catalog, entity, found, values, by=None) == {}, "saving again what was read changes nothing"


MANY = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
FEW = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def what_is_typed(database: Database, entity: Entity, forms: Sequence[Mapping[str, Sequence[str]]], region: Region) -> None:
    """Accepted forms are stored and read again unchanged; what a form refuses, JSON refuses."""
    accepted = []
    for sent in forms:
        values, unread = bound(entity, sent, region)
        found = problems(entity, values)
        as_json = rules.normalised(entity, values)
        assert as_json == values, "a form's value is spelt as JSON's"
        assert problems(entity, as_json) == found
        for name in unread:
            raw = {name: sent[name][0]}
            codes = problems(replace(entity, fields=(entity.field(name),)), rules.normalised(entity, raw))
            assert codes, f"{raw} was refused on the form and would be taken as JSON"
        accepted.append(without_refused(entity, values, found))
    kept_exactly(database, entity, accepted)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@MANY
@given(told=submissions())
def test_what_is_typed(told: tuple[Entity, list[dict[str, list[str]]], Region], workshop: Database) -> None:
    what_is_typed(workshop, *told)


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)
@FEW
@given(told=submissions())
def test_what_is_typed_on_a_server(told: tuple[Entity, list[dict[str, list[str]]], Region], workshop: Database) -> None:
    what_is_typed(workshop, *told)


ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.text(st.characters(codec=None), max_size=5) | NUMBER | MOMENT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[Entity, list[dict[str, Json]]]:
    """An entity, and JSON that somebody sends for it."""
    entity = draw(entities())
    likely = {field.name: st.lists(raw_for(field), min_size=1, max_size=1).map(_first) | ANY_JSON for field in entity.fields}
    unknown = st.dictionaries(st.text(st.characters(codec=None), max_size=3), ANY_JSON, max_size=1)
    document = st.tuples(st.fixed_dictionaries({}, optional=likely), unknown).map(lambda pair: pair[1] | pair[0])
    return entity, draw(st.lists(document, min_size=1, max_size=6))


def _first(raw: list[list[str]]) -> Json:
    return raw[0][0] if raw[0] else None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@MANY
@given(told=documents())
def test_whatever_json_is_sent_is_judged_and_what_is_taken_is_kept(told: tuple[Entity, list[dict[str, Json]]], workshop: Database) -> None:
    entity, sent = told
    accepted = []
    for document in sent:
        values = rules.normalised(entity, document)
        found = problems(entity, values)
        unknown = {name for name in values if name not in entity.by_name and values[name] is not None}
        assert {name for name, code in found if code == "unknown"} == unknown
        assert {name for name, _ in found} <= {*values, *entity.by_name}
        accepted.append(without_refused(entity, values, found))
    kept_exactly(workshop, entity, accepted)


@given(st.floats() | st.integers() | st.text(max_size=20) | NUMBER)
def test_a_decimal_has_one_spelling(sent: Json) -> None:
    kind = TYPES["decimal"]
    once = kind.normalise(sent)
    assert kind.normalise(once) == once or (isinstance(once, float) and math.isnan(once))


@given(NUMBER, st.sampled_from([CHINESE, ENGLISH]))
def test_a_typed_number_is_that_number(typed: str, region: Region) -> None:
    for kind in ("decimal", "amount"):
        value = TYPES[kind].parse([typed], region)
        assert Decimal(value) == Decimal(typed)
        shown = TYPES[kind].format(value, region, {"places": 6})
        assert Decimal(TYPES[kind].parse([shown], region)) == Decimal(typed)


@given(TEXT | st.text())
def test_markup_has_one_spelling(sent: str) -> None:
    kind = TYPES["rich_text"]
    once = kind.normalise(sent)
    assert kind.normalise(once) == once


@given(st.text())
def test_formats_answer_for_every_text(text: str) -> None:
    for name, holds in formats.FORMATS.items():
        assert holds(text) in (True, False), name
