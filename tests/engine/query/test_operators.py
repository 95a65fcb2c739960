"""Every operator of every type finds the rows that plain Python finds, on each database."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine import files
from engine.errors import BadValue
from engine.metadata import rows, store
from engine.metadata.database import Database
from engine.metadata.folding import fold
from engine.metadata.model import Catalog, Entity, Json
from engine.metadata.physical import tables
from engine.metadata.types import TYPES
from engine.query import page, tree
from engine.query.operators import OPERATORS
from engine.query.values import Scope
from engine.records import write
from tests.engine.conftest import Once
from tests.engine.making import CHINESE, a_field, a_scope, an_entity, made

CHOICES = {"choices": [{"value": one, "label": one} for one in ("a", "b", "ab", "a-b", "a_b")]}
OPTIONS: Mapping[str, dict[str, Json]] = {
    "choice": CHOICES, "multiple_choice": CHOICES, "reference": {"entity": "other"}, "list": {"entity": "colour"}, "tree": {"entity": "colour"},
    "decimal": {"digits": 12, "places": 6},
}  # fmt: skip

# What stands in the rows: one value a row, None for a row without one. References are 1, 2, 3 (see `everything`).
VALUES: Mapping[str, Sequence[Json]] = {
    "text": [None, "Acme Ltd", "ACME", "宏远科技有限公司", "宏远", "Straße 5", "100%", "100_", "a/b", "Łódź", "🍜 面馆", "a  b"],
    "multiline": [None, "one\ntwo", "Two three", "100%\n50%", "宏远\n科技"],
    "rich_text": [None, "<p>one</p><p>two</p>", "<b>R&amp;D</b>", "<p>Straße</p>"],
    "email": [None, "li.wei@example.com", "LI.WEI@EXAMPLE.ORG", "a_b@example.com", "axb@example.com"],
    "phone": [None, "+86 (10) 1234-5678", "1012345678", "13800138000"],
    "url": [None, "https://example.com/a_b", "https://EXAMPLE.com/axb", "example.org"],
    "integer": [None, 0, -5, 5, 5, 17, 2**53 - 1],
    "decimal": [None, "0", "-0.5", "0.000001", "1.5", "99999.999999", "123456.000001"],
    "amount": [None, "100", "100.01", "-1"],
    "date": [None, "1999-12-31", "2026-11-23", "2026-11-24", "2026-11-25", "2026-12-01", "2027-01-01"],
    "time": [None, "00:00:00", "09:30:00", "14:30:00", "23:59:59"],
    "datetime": [None, "2026-11-23T15:59:59Z", "2026-11-23T16:00:00Z", "2026-11-24T12:30:00Z", "2026-11-24T16:00:00Z", "2026-11-24T12:30:00.000001Z"],
    "check": [None, True, False, True],
    "choice": [None, "a", "b", "ab", "a-b", "a_b"],
    "palette": [None, "red", "green", "blue"],
    "multiple_choice": [None, ["a"], ["a", "b"], ["ab"], ["a_b"], ["a-b"], ["b", "ab"]],
    "reference": [None, 1, 2, 2],
    "list": [None, 1, 2, 3],
    "tree": [None, 1, 2, 3],
    "attachment": [None, 1],
    "image": [None, 1],
}  # fmt: skip
TEXTS = ("text", "multiline", "email", "url", "phone")
COLOURS = (("warm", None), ("red", "warm"), ("crimson", "red"))
NOTHING = ("_null", "_nnull", "_empty", "_nempty")

# The values asked for, by type; those in lists are asked for by operators that take two or many.
ASKED: Mapping[str, Sequence[Json]] = {
    "text": ["acme", "ＡＣＭＥ", "宏远", "strasse", "%", "_", "/", "lodz", "🍜", "a b", "ltd", "公司", "no such", "100%", "\\", "'", '"'],
    "multiline": ["two", "%", "宏远 科技", "one two"],
    "rich_text": ["r&d", "one two", "p", "strasse"],
    "email": ["li.wei@example.com", "LI.WEI", "a_b", "example"],
    "phone": ["1012345678", "+86 10 1234 5678", "138-0013", "5678"],
    "url": ["https://example.com/a_b", "a_b", "EXAMPLE"],
    "integer": ["5", "-5", "0", "16", "1,000"], "decimal": ["0", "1.5", "0.000001", "-0.5", "123456.000001"], "amount": ["100", "100.01", "1,000"],
    "date": ["2026-11-24", "2026年11月24日", "2000-01-01", "$NOW"], "time": ["14:30", "00:00:00", "23:59:59"],
    "datetime": ["2026-11-24T20:30", "2026-11-24T12:30:00Z", "2026-11-24", "$NOW"],
    "check": ["true", "false", "1", "no", True, False], "choice": ["a", "a_b", "A", "no such"], "multiple_choice": ["a", "a_b", "ab", "no such"],
    "palette": ["red", "blue", "no such"],
    "reference": ["1", "2", "999"], "list": ["1", "red", "crimson"], "tree": ["1", "red", "warm"], "attachment": [], "image": [],
}  # fmt: skip


@dataclass(frozen=True)
class Everything:
    """A table of every type, and what stands in it."""

    database: Database
    catalog: Catalog
    entity: Entity
    scope: Scope
    stored: Mapping[str, Mapping[int, Json]]
    others: Mapping[int, int]

    def found(self, *pairs: tuple[str, str]) -> set[int]:
        """The ids that a query finds."""
        query = tree.parse([*pairs, ("page[size]", "200")], self.entity)
        with self.database.reading() as conn:
            found = page.read(conn, self.catalog, self.entity, query, self.scope)
        assert (len(found.ids), len(set(found.ids))) == (found.total, found.total)
        return set(found.ids)


@pytest.fixture
def everything(once: Once, workshop: Database, backend: str) -> Everything:
    """The table of every type."""
    return once(backend, lambda kept: _filled(workshop, kept))


def _filled(database: Database, kept: ExitStack) -> Everything:
    fields = [a_field(kind, kind, OPTIONS.get(kind, {}), searchable=True) for kind in VALUES]
    entity = an_entity(*fields, name="everything", title="text")
    other = an_entity(a_field("name"), name="other")
    colour = an_entity(a_field("name"), a_field("parent", "tree", {"entity": "colour"}), name="colour", kind="dictionary", tree="parent")
    catalog = kept.enter_context(made(database, colour, other, entity))
    with database.writing() as conn:
        keys: dict[str, int] = {}
        for key, parent in COLOURS:
            keys[key] = write.insert(conn, catalog, colour, {"name": key, **({"parent": keys[parent]} if parent else {})}, by=None)
            table = tables(catalog)["colour"]
            conn.execute(table.update().where(table.c.id == keys[key]).values(row_key=key))
        others = [write.insert(conn, catalog, other, {"name": name}, by=None) for name in ("x", "y")]
        file = files.store(conn, "a.txt", b"a", files.KINDS["txt"], by=None)
        ids = dict(enumerate(keys.values(), start=1))
        real = {"reference": dict(enumerate(others, start=1)), "list": ids, "tree": ids, "attachment": {1: file}, "image": {1: file}}
        stored: dict[str, dict[int, Json]] = {kind: {} for kind in VALUES}
        for place in range(max(len(found) for found in VALUES.values())):
            told = {kind: values[place] if place < len(values) else None for kind, values in VALUES.items()}
            row = {kind: real[kind][value] if value and kind in real else value for kind, value in told.items()}
            id = write.insert(conn, catalog, entity, row, by=None)
            for kind, value in row.items():
                stored[kind][id] = value
        dictionaries = rows.load(conn, catalog, store.Version(0, 0))
    scope = a_scope(CHINESE, dictionaries=dictionaries)
    return Everything(database, catalog, entity, scope, stored, real["reference"])


# -- the oracle: what each operator means, in Python ------------------------------------------------------

READ: Mapping[str, Callable[[Json], Any]] = {
    "integer": int, "decimal": Decimal, "amount": Decimal, "date": date.fromisoformat, "time": time.fromisoformat, "datetime": datetime.fromisoformat,
    "rich_text": lambda value: fold(value.replace("&amp;", "&").replace("<p>", " ").replace("</p>", " ").replace("<b>", "").replace("</b>", "")),
    "phone": lambda value: "".join(char for char in value if char.isdigit()),
}  # fmt: skip


def value_of(kind: str, stored: Json) -> Any:
    """A stored value as Python compares it."""
    if kind in ("text", "multiline", "email", "url"):
        return fold(stored)
    return READ[kind](stored) if kind in READ else stored


def asked_for(kind: str, typed: Json, everything: Everything) -> Any:
    """What was asked for, as Python compares it."""
    moments = {"2026-11-24T20:30": "2026-11-24T12:30:00+00:00", "2026-11-24": "2026-11-23T16:00:00+00:00", "$NOW": "2026-11-24T12:30:00+00:00"}
    match kind:
        case "integer" | "decimal" | "amount":
            return Decimal(typed.replace(",", ""))
        case "date":
            return date(2000, 1, 1) if typed == "2000-01-01" else date(2026, 11, 24)
        case "time":
            return time.fromisoformat(typed)
        case "datetime":
            return datetime.fromisoformat(str(moments.get(typed, typed)))
        case "check":
            return typed in ("true", "1", True)
        case "list" | "tree":
            keys = {row.key: id for id, row in everything.scope.dictionaries.sets["colour"].rows.items()}
            return keys[typed] if typed in keys else int(typed)
        case "reference":
            return int(typed)
        case "phone":
            return "".join(char for char in typed if char.isdigit())
        case "choice" | "multiple_choice" | "palette":
            return typed
    return fold(typed)


PLAIN: Mapping[str, Callable[[Any, Any], bool]] = {
    "_eq": operator.eq, "_lt": operator.lt, "_lte": operator.le, "_gt": operator.gt, "_gte": operator.ge,
    "_contains": lambda x, v: v in x, "_starts_with": lambda x, v: x.startswith(v), "_ends_with": lambda x, v: x.endswith(v),
    "_in": lambda x, v: x in v, "_between": lambda x, v: v[0] <= x <= v[1],
    "_any": lambda x, v: bool(set(v) & set(x)), "_all": lambda x, v: set(v) <= set(x),
}  # fmt: skip
NEGATED = {"_neq": "_eq", "_ncontains": "_contains", "_nin": "_in", "_none": "_any"}


def holds(name: str, value: Any, wanted: Any) -> bool:
    """Whether a row meets a condition; "is not" also holds where there is nothing."""
    if name in NEGATED:
        return value is None or not PLAIN[NEGATED[name]](value, wanted)
    return value is not None and PLAIN[name](value, wanted)


def expected(everything: Everything, kind: str, name: str, wanted: Any) -> set[int]:
    """The ids that Python finds."""
    values = {id: None if stored is None else value_of(kind, stored) for id, stored in everything.stored[kind].items()}
    return {id for id, value in values.items() if holds(name, value, wanted)}


CASES = [(kind, name) for kind in VALUES for name in TYPES[kind].operators if name not in (*NOTHING, "_under", "_relative")]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_an_operator_finds_what_python_finds(kind: str, name: str, everything: Everything) -> None:
    asked = ASKED[kind]
    arity = OPERATORS[name].arity
    told: list[Sequence[Json]] = [[one] for one in asked]
    if arity == 2:
        told = [[first, last] for first in asked for last in asked]
    elif arity == "many":
        told = [[one] for one in asked] + [list(asked), list(asked[:2])]
    for values in told:
        if arity != 1 and any("," in str(one) for one in values):
            continue
        wanted = [asked_for(kind, one, everything) for one in values]
        if kind == "datetime" and name in ("_lte", "_gt", "_between") and len(str(values[-1])) == len("2026-11-24"):
            wanted[-1] += timedelta(days=1, microseconds=-1)  # a day that is named alone counts to its end
        found = everything.found((f"filter[{kind}][{name}]", ",".join(str(one) for one in values)))
        assert found == expected(everything, kind, name, wanted[0] if arity == 1 else wanted), values


@pytest.mark.parametrize("kind", VALUES)
def test_having_a_value_or_none(kind: str, everything: Everything) -> None:
    without = {id for id, value in everything.stored[kind].items() if value is None}
    having = everything.stored[kind].keys() - without
    for name in TYPES[kind].operators:
        if name in NOTHING:
            empty = not name.startswith("_n") or name == "_null"
            assert everything.found((f"filter[{kind}][{name}]", "true")) == (without if empty else having)
            assert everything.found((f"filter[{kind}][{name}]", "false")) == (having if empty else without)
            assert everything.found((f"filter[{kind}][{name}]", "")) == (without if empty else having)


def test_a_node_and_everything_under_it(everything: Everything) -> None:
    """4.1: a condition on an industry means its children, too."""
    ids = {row.key: id for id, row in everything.scope.dictionaries.sets["colour"].rows.items()}
    under = {"warm": {"warm", "red", "crimson"}, "red": {"red", "crimson"}, "crimson": {"crimson"}}
    for key, found in under.items():
        wanted = {id for id, value in everything.stored["tree"].items() if value in {ids[name] for name in found}}
        for told in (key, str(ids[key])):
            assert everything.found(("filter[tree][_under]", told)) == wanted


# The reader is in Shanghai, where NOW is half past eight in the evening of 24 November 2026.
SPANS: Mapping[str, tuple[str, str]] = {
    "today": ("2026-11-24", "2026-11-25"),
    "yesterday": ("2026-11-23", "2026-11-24"),
    "last_7_days": ("2026-11-18", "2026-11-25"),
    "last_2_days": ("2026-11-23", "2026-11-25"),
    "next_7_days": ("2026-11-24", "2026-12-01"),
    "next_1_days": ("2026-11-24", "2026-11-25"),
    "next_30_days": ("2026-11-24", "2026-12-24"),
    "this_month": ("2026-11-01", "2026-12-01"),
    "this_year": ("2026-01-01", "2027-01-01"),
    "last_9999_days": ("1999-07-11", "2026-11-25"),
}


@pytest.mark.parametrize("span", SPANS)
def test_a_span_of_days_is_the_readers(span: str, everything: Everything) -> None:
    first, last = (date.fromisoformat(one) for one in SPANS[span])
    days = {id: value and date.fromisoformat(value) for id, value in everything.stored["date"].items()}
    assert everything.found(("filter[date][_relative]", span)) == {id for id, day in days.items() if day and first <= day < last}
    local = {id: value and datetime.fromisoformat(value).astimezone(CHINESE.timezone).date() for id, value in everything.stored["datetime"].items()}
    assert everything.found(("filter[datetime][_relative]", span)) == {id for id, day in local.items() if day and first <= day < last}


def test_conditions_are_joined(everything: Everything) -> None:
    cheap, dear = '{"integer": {"_lt": 5}}', '{"integer": {"_gt": 5}}'
    less, more = everything.found(("filter", cheap)), everything.found(("filter", dear))
    assert less
    assert more
    assert everything.found(("filter", f'{{"_or": [{cheap}, {dear}]}}')) == less | more
    assert everything.found(("filter", f'{{"_and": [{cheap}, {dear}]}}')) == set()
    assert everything.found(("filter[integer][_lt]", "5"), ("filter[integer][_gte]", "0")) == {i for i in less if everything.stored["integer"][i] == 0}
    nested = f'{{"_or": [{{"_and": [{cheap}, {{"text": {{"_nempty": true}}}}]}}, {dear}]}}'
    assert everything.found(("filter", nested)) == {i for i in less if everything.stored["text"][i]} | more


def test_conditions_as_json_and_in_the_address_are_the_same(everything: Everything) -> None:
    assert everything.found(("filter", '{"integer": 5}')) == everything.found(("filter[integer]", "5"))
    assert everything.found(("filter", '{"choice": {"_in": ["a", "b"]}}')) == everything.found(("filter[choice][_in]", "a,b"))
    assert everything.found(("filter", '{"check": {"_eq": false}}')) == everything.found(("filter[check]", "false"))
    assert everything.found(("filter", '{"decimal": {"_gt": 1.5, "_lt": 100000}}')) == everything.found(("filter[decimal]", "99999.999999"))


EMPTY: Mapping[str, tuple[str, bool]] = {
    "one of nothing": ('{"integer": {"_in": []}}', False),
    "none of nothing": ('{"integer": {"_nin": []}}', True),
    "any of nothing": ('{"multiple_choice": {"_any": []}}', False),
    "none of no choices": ('{"multiple_choice": {"_none": []}}', True),
    "no conditions": ("{}", True),
    "all of no conditions": ('{"_and": []}', True),
}


@pytest.mark.parametrize("case", EMPTY)
def test_conditions_of_nothing(case: str, everything: Everything) -> None:
    told, everyone = EMPTY[case]
    assert everything.found(("filter", told)) == (set(everything.stored["text"]) if everyone else set())


def test_a_choice_cannot_reach_out_of_its_quotes(everything: Everything) -> None:
    assert everything.found(("filter[multiple_choice][_any]", '"')) == set()
    assert everything.found(("filter", '{"multiple_choice": {"_any": ["a\\",\\"b"]}}')) == set()
    assert everything.found(("filter", '{"multiple_choice": {"_any": ["%"]}}')) == set()


def test_the_person_who_asks(everything: Everything, monkeypatch: pytest.MonkeyPatch) -> None:
    """`$CURRENT_USER` is the reader's own row in the person directory; a reader without one finds nothing."""
    with pytest.raises(BadValue):
        everything.found(("filter[reference]", "$CURRENT_USER"))  # it names no person
    monkeypatch.setattr("engine.query.values.PEOPLE", "other")
    mine = everything.others[2]
    for person, wanted in ((mine, {id for id, value in everything.stored["reference"].items() if value == mine}), (None, set())):
        asked = replace(everything, scope=replace(everything.scope, person=person))
        assert asked.found(("filter[reference]", "$CURRENT_USER")) == wanted


def test_the_table_knows_every_type_and_operator() -> None:
    assert VALUES.keys() == {name for name in TYPES if name != "hint"}
    assert {name for kind in VALUES for name in TYPES[kind].operators} == OPERATORS.keys()
