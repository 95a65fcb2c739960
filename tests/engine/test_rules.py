"""The judge: one schema for form and API, the same verdict and code from both engines, and from the draft-07 profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from engine import rules
from engine.metadata import formats
from engine.metadata.model import Json
from engine.metadata.types import TYPES
from engine.rules import Judge, Mode
from tests.engine.making import a_catalog, a_field, an_entity

RED_BLUE = {"choices": [{"value": "red", "label": "Red"}, {"value": "blue", "label": "Blue"}]}
OK = ""

# type, options → (value, code of the problem, or OK)
CORPUS: tuple[tuple[str, dict[str, Json], tuple[tuple[Json, str], ...]], ...] = (
    ("text", {"max_length": 5}, (
        ("abc", OK), ("宏远科技公", OK), ("𠮷𠮷𠮷𠮷𠮷", OK), ("'\"\\<&>"[:5], OK), ("{{7*}", OK), ("\u200fab", OK), (None, OK),
        ("abcdef", "maxLength"), ("𠮷𠮷𠮷𠮷𠮷𠮷", "maxLength"), ("a\nb", "pattern"), ("a\tb", "pattern"), ("a\x00", "pattern"), ("abc\n", "pattern"),
        ("\x7f", "pattern"), (7, "type"), (True, "type"), (["a"], "type"), ({"a": 1}, "type"),
    )),
    ("text", {"format": "email"}, (("a@example.com", OK), ("a", "format"), ("a@b", "format"), ("a@example.com\n", "format"), (5, "type"))),
    ("text", {"format": "url"}, (("example.com", OK), ("ftp://example.com", "format"), ("javascript:alert(1)", "format"))),
    ("multiline", {"max_length": 10}, (
        ("a\nb\tc", OK), ("a\r\nb", OK), ("\u0085", OK), ("a\x00b", "pattern"), ("a\x0bb", "pattern"), ("01234567890", "maxLength"), (1, "type"),
    )),
    ("rich_text", {"max_length": 20}, (("<p>a</p>", OK), ("<p>" + "a" * 20 + "</p>", "maxLength"), ("a\x00", "pattern"), (["a"], "type"))),
    ("integer", {}, (
        (0, OK), (-5, OK), (3.0, OK), (2**53 - 1, OK), (2**53, "maximum"), (-(2**53), "minimum"), (10**400, "maximum"), (1e300, "maximum"),
        (1.5, "type"), ("5", "type"), (True, "type"), (False, "type"), ([5], "type"),
    )),
    ("integer", {"minimum": 0, "maximum": 100}, ((0, OK), (100, OK), (-1, "minimum"), (101, "maximum"), (100.5, "type"))),
    ("decimal", {"digits": 5, "places": 2}, (
        ("0", OK), ("-0.5", OK), ("999.99", OK), ("999", OK), ("0.01", OK), ("1000", "pattern"), ("0.001", "pattern"), ("1.", "pattern"),
        (".5", "pattern"), ("01", "pattern"), ("+1", "pattern"), ("1e2", "pattern"), ("1,000", "pattern"), ("NaN", "pattern"), ("１", "pattern"),
        ("1.5\n", "pattern"), ("", "pattern"), (1.5, "type"), (1, "type"), (True, "type"),
    )),
    ("decimal", {"places": 0, "non_negative": True}, (("0", OK), ("7", OK), ("-7", "pattern"), ("7.0", "pattern"))),
    ("amount", {"digits": 12, "places": 6}, (("123456.654321", OK), ("1234567", "pattern"), ("0.1234567", "pattern"))),
    ("date", {}, (
        ("2026-11-24", OK), ("0001-01-01", OK), ("2028-02-29", OK), ("2026-02-29", "format"), ("2026-11-31", "format"), ("2026-1-1", "format"),
        ("20261124", "format"), ("2026-W48-2", "format"), ("2026-11-24 ", "format"), ("2026-11-24T00:00:00Z", "format"), ("２０２６-11-24", "format"),
        ("tomorrow", "format"), ("", "format"), (20261124, "type"),
    )),
    ("time", {}, (
        ("00:00:00", OK), ("23:59:59", OK), ("24:00:00", "pattern"), ("14:30", "pattern"), ("14:30:60", "pattern"), ("14:30:00Z", "pattern"),
        ("14:30:00\n", "pattern"), ("1430", "pattern"), (1430, "type"),
    )),
    ("datetime", {}, (
        ("2026-11-24T14:30:00Z", OK), ("2026-11-24T14:30:00.123456+08:00", OK), ("2026-11-24t14:30:00z", OK), ("2026-11-24T14:30:00", "format"),
        ("2026-11-24 14:30:00Z", "format"), ("2026-11-24T14:30Z", "format"), ("20261124T143000Z", "format"), ("2026-11-24T14:30:00,5Z", "format"),
        ("2026-02-30T00:00:00Z", "format"), ("2026-11-24T14:30:61Z", "format"), ("0001-01-01T00:00:00Z", "format"), ("9999-01-01T00:00:00Z", "format"),
        ("2026-11-24", "format"), (0, "type"),
    )),
    ("check", {}, ((True, OK), (False, OK), ("true", "type"), (1, "type"), (0, "type"), ("", "type"))),
    ("palette", {}, (("red", OK), (None, OK), ("Red", "enum"), ("", "enum"), (1, "type"))),
    ("choice", RED_BLUE, (("red", OK), (None, OK), ("Red", "enum"), ("green", "enum"), ("", "enum"), ("red\n", "enum"), (1, "type"), (["red"], "type"))),
    ("multiple_choice", RED_BLUE, (
        (["red"], OK), (["blue", "red"], OK), ([], OK), (["red", "red"], "uniqueItems"), (["green"], "enum"), (["red", 1], "type"), ([None], "type"),
        ([["red"]], "type"), ("red", "type"), ({"red": True}, "type"),
    )),
    ("reference", {"entity": "person"}, (
        (1, OK), (2**63 - 1, OK), (7.0, OK), (0, "minimum"), (-1, "minimum"), (2**63, "maximum"), ("1", "type"), (1.5, "type"), (True, "type"),
    )),
    ("list", {"entity": "city"}, ((3, OK), ("beijing", "type"))),
    ("tree", {"entity": "industry"}, ((3, OK), ("it", "type"))),
    ("attachment", {}, ((3, OK), ("3", "type"), (-3, "minimum"))),
    ("image", {}, ((3, OK), ("data:image/png;base64,AAAA", "type"))),
    ("email", {}, (
        ("li.wei@example.com", OK), ("a+b_c@sub.example.co.uk", OK), ("李伟@例子.广告", OK), ("o'brien@example.com", OK), ("a@b", "format"),
        ("@example.com", "format"), ("a b@example.com", "format"), ("a@@example.com", "format"), ("a@example..com", "format"), ("a@-b.com", "format"),
        ('"a b"@example.com', "format"), ("a@[127.0.0.1]", "format"), ("a@example.com\x00", "format"), ("a@example.com, b@example.com", "format"),
        ("a" * 300 + "@example.com", "maxLength"), (5, "type"),
    )),
    ("phone", {}, (
        ("110", OK), ("+86 (10) 1234-5678", OK), ("010/12345678", OK), ("1234 ext. 5", OK), ("010-12345678转8", OK), ("１３８００", OK), ("12", "format"),
        ("---", "format"), ("call me", "format"), ("12\n34", "format"), ("+", "format"), ("1" * 41, "maxLength"), (13800138000, "type"),
    )),
    ("url", {}, (
        ("https://example.com", OK), ("example.com/a?b=c#d", OK), ("example.com:8080", OK), ("http://例子.测试/路径", OK), ("HTTP://EXAMPLE.COM", OK),
        ("javascript:alert(1)", "format"), ("data:text/html,x", "format"), ("ftp://example.com", "format"), ("mailto:a@example.com", "format"),
        ("localhost", "format"), ("http://", "format"), ("http://a b.com", "format"), ("http://a.b/\x00", "format"), ("http://a.b/\n", "format"),
        ("https://a.b/\"onclick=", "format"), ("http://[::1", "format"), ("//example.com", "format"), (5, "type"),
    )),
)  # fmt: skip

CASES = [(kind, options, value, code) for kind, options, told in CORPUS for value, code in told]
IDS = [f"{place}-{kind}-{code or 'ok'}" for place, (kind, _, _, code) in enumerate(CASES)]


def entity_of(kind: str, options: dict[str, Json], **told: Any) -> Any:
    """An entity whose one field is called x."""
    return an_entity(a_field("x", kind, options, **told))


def judged_by(engine: Any, entity: Any, mode: Mode, values: Mapping[str, Json]) -> list[tuple[str | None, str]]:
    """(field, code) of every problem that one engine sees."""
    errors = engine(rules.schema(entity, mode))
    assert errors is not None
    return [(problem.field, problem.code) for problem in Judge(entity, errors).check(values)]


@pytest.mark.parametrize("engine", [rules.reference_errors, rules.fast_errors], ids=["reference", "fast"])
@pytest.mark.parametrize(("kind", "options", "value", "code"), CASES, ids=IDS)
def test_the_corpus(engine: Any, kind: str, options: dict[str, Json], value: Json, code: str) -> None:
    entity = entity_of(kind, options)
    for mode in ("create", "update"):
        assert judged_by(engine, entity, mode, {"x": value}) == ([("x", code)] if code else [])


def test_the_corpus_knows_every_type() -> None:
    assert {kind for kind, _, _ in CORPUS} == {name for name in TYPES if name != "hint"}


@pytest.mark.parametrize(("kind", "options", "value", "code"), CASES, ids=IDS)
def test_the_draft_07_profile_gives_the_same_verdict(kind: str, options: dict[str, Json], value: Json, code: str) -> None:
    document = rules.schema(entity_of(kind, options), "create", draft="draft-07")
    validator = jsonschema_rs.Draft7Validator(document, formats=formats.FORMATS, validate_formats=True)
    assert validator.is_valid({"x": value}) == (code == OK)


@pytest.mark.parametrize("kind", [name for name in TYPES if name != "hint"])
@pytest.mark.parametrize("required", [False, True], ids=["optional", "required"])
def test_schemas_are_schemas(kind: str, required: bool) -> None:
    entity = entity_of(kind, {**RED_BLUE, "entity": "city"}, required=required)
    for mode in ("create", "update"):
        Draft202012Validator.check_schema(rules.schema(entity, mode))
        Draft7Validator.check_schema(rules.schema(entity, mode, draft="draft-07"))


def test_every_format_that_a_schema_names_is_one_of_ours() -> None:
    """A format that an engine does not know passes silently."""
    named = {kind.json_schema({**RED_BLUE, "format": one}).get("format") for kind in TYPES.values() for one in ("email", "url")}
    assert named - {None} == formats.FORMATS.keys()


CARD = an_entity(
    a_field("name", "text", {"max_length": 5}, required=True),
    a_field("colour", "choice", RED_BLUE, required=True),
    a_field("status", "list", {"entity": "status"}, required=True, default="basic"),
    a_field("tags", "multiple_choice", RED_BLUE),
    a_field("credit", "decimal", {"digits": 10, "places": 2}),
    a_field("note", "hint"),
    a_field("gone", "text", enabled=False),
    name="card",
)
ENGINES = pytest.mark.parametrize("engine", [rules.reference_errors, rules.fast_errors], ids=["reference", "fast"])

# (mode, values, every problem in the card's order)
RECORDS: dict[str, tuple[Mode, dict[str, Json], list[tuple[str, str]]]] = {
    "all is well": ("create", {"name": "a", "colour": "red"}, []),
    "missing fields land on their fields": ("create", {}, [("name", "required"), ("colour", "required")]),
    "a required field that is null": ("create", {"name": None, "colour": None}, [("name", "required"), ("colour", "required")]),
    "a required field may not be emptied": ("update", {"name": None, "colour": None}, [("name", "required"), ("colour", "required")]),
    "a required field with a default may be left out": ("create", {"name": "a", "colour": "red"}, []),
    "a required field with a default may not be emptied": ("update", {"status": None}, [("status", "required")]),
    "an update leaves out what stays": ("update", {"credit": "1.5"}, []),
    "another field may be emptied": ("update", {"tags": None, "credit": None}, []),
    "unknown keys are refused": ("update", {"naem": "a"}, [("naem", "unknown")]),
    "several unknown keys": ("update", {"b": 1, "a": 2}, [("a", "unknown"), ("b", "unknown")]),
    "a disabled field is unknown": ("update", {"gone": "a"}, [("gone", "unknown")]),
    "a hint takes no value": ("update", {"note": "a"}, [("note", "unknown")]),
    "columns of the program are no fields": ("update", {"id": 1, "version": 2}, [("id", "unknown"), ("version", "unknown")]),
    "one problem a field, in the card's order": (
        "update", {"credit": "x", "tags": ["a", "a"], "colour": 5, "name": "a\nbcdef"},
        [("name", "maxLength"), ("colour", "type"), ("tags", "enum"), ("credit", "pattern")],
    ),
    "half a character": ("update", {"name": "a\ud800"}, [("name", "encoding")]),
    "half a character in a list": ("update", {"tags": ["\udfff"]}, [("tags", "encoding")]),
    "half a character in a name": ("update", {"\ud800": "a"}, [("\ud800", "unknown")]),
    "half a character where something must stand": ("create", {"name": "\ud800", "colour": "red"}, [("name", "encoding")]),
    "lists within lists": ("update", {"name": [[[[1]]]], "tags": [[["red"]]]}, [("name", "type"), ("tags", "type")]),
    "not a number": ("update", {"credit": float("nan")}, [("credit", "type")]),
}  # fmt: skip


@ENGINES
@pytest.mark.parametrize("case", RECORDS)
def test_records(engine: Any, case: str) -> None:
    mode, values, problems = RECORDS[case]
    assert judged_by(engine, CARD, mode, values) == problems


@ENGINES
def test_values_that_are_nested_for_ever(engine: Any) -> None:
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    assert judged_by(engine, CARD, "update", {"name": deep, "tags": {"a": deep}}) == [("name", "type"), ("tags", "type")]


@ENGINES
def test_ten_thousand_unknown_keys(engine: Any) -> None:
    assert len(judged_by(engine, CARD, "update", {f"k{n}": n for n in range(10_000)})) == 10_000


SENTENCES: dict[str, tuple[str, dict[str, Json], Json, str]] = {
    "how long it may be, and is": ("text", {"max_length": 5}, "abcdef", "“X” may be at most 5 characters long; this has 6."),
    "how large it may be": ("integer", {"maximum": 5}, 6, "“X” must be at most 5."),
    "how small it may be": ("integer", {"minimum": 5}, 4, "“X” must be at least 5."),
    "how many digits it may have": ("decimal", {"digits": 10, "places": 2}, "0.001", "at most 8 digits before and 2 after the point."),
    "that it may not be below zero": ("decimal", {"digits": 10, "non_negative": True}, "-1", "must be a number from 0"),
    "that a decimal is a number": ("decimal", {}, [], "must be a number with at most 10 digits"),
    "what a time looks like": ("time", {}, "noon", "like 14:30:00"),
    "what a date looks like": ("date", {}, "noon", "like 2026-11-24"),
    "what a moment looks like": ("datetime", {}, "noon", "like 2026-11-24T14:30:00Z"),
    "what an address looks like": ("email", {}, "noon", "like name@example.com"),
    "what a web address looks like": ("url", {}, "noon", "like https://example.com"),
    "what a phone number looks like": ("phone", {}, "noon", "like +86 10 1234 5678"),
    "that a choice must be offered": ("choice", RED_BLUE, "noon", "one of the choices"),
    "that a choice stands twice": ("multiple_choice", RED_BLUE, ["red", "red"], "twice"),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_a_problem_says(case: str) -> None:
    kind, options, value, words = SENTENCES[case]
    entity = entity_of(kind, options)
    (problem,) = rules.judge(a_catalog(entity), entity, "create").check({"x": value})
    told = problem.message.text % {**problem.message.params, "label": "X"}
    assert words in told


def test_a_judge_is_compiled_once_for_a_catalog() -> None:
    entity = entity_of("text", {})
    catalog = a_catalog(entity)
    assert rules.judge(catalog, entity, "create") is rules.judge(catalog, entity, "create")
    assert rules.judge(catalog, entity, "create") is not rules.judge(catalog, entity, "update")


def test_json_is_brought_to_one_spelling_and_unknown_names_stay() -> None:
    sent = {"name": " a ", "credit": 1.50, "tags": [], "naem": " a "}
    assert rules.normalised(CARD, sent) == {"name": "a", "credit": "1.5", "tags": None, "naem": " a "}


def test_without_the_fast_engine_the_reference_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "fast_errors", lambda document: None)
    entity = entity_of("integer", {})
    assert [problem.code for problem in rules.judge(a_catalog(entity), entity, "create").check({"x": "5"})] == ["type"]


def test_a_plain_client_with_the_published_schema_agrees_on_what_is_wrong() -> None:
    """What /schema gives out is read by others' validators, with their own ideas of formats."""
    validator = jsonschema.validators.validator_for(rules.schema(CARD, "create"))(rules.schema(CARD, "create"), format_checker=FormatChecker())
    assert validator.is_valid({"name": "a", "colour": "red"})
    assert not validator.is_valid({"name": "a", "colour": "red", "naem": "b"})
    assert not validator.is_valid({"name": "a"})
