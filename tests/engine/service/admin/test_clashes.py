"""Two administrators: what overlaps is asked thing by thing, what does not merges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.metadata.model import Catalog
from engine.schema.journal import Change, State
from engine.service.admin import clashes
from engine.service.drafts import Draft

REQUIRED = {"operation": "change_field", "entity": "customer", "field": "fax", "changes": {"required": True}}
OPTIONAL = {"operation": "change_field", "entity": "customer", "field": "fax", "changes": {"required": False}}
HELP = {"operation": "change_field", "entity": "customer", "field": "fax", "changes": {"required": True, "help": "x"}}
UP = {"operation": "move_fields", "entity": "customer", "fields": ["fax", "code"], "group": "basic", "before": "name"}
AWAY = {"operation": "move_fields", "entity": "customer", "fields": ["fax"], "group": "finance"}
NAMED = {"operation": "set_labels", "language": "zh-Hans", "texts": {"field.customer.fax.label": "传真机", "field.customer.code.label": "编号"}}
RENAMED = {"operation": "set_labels", "language": "zh-Hans", "texts": {"field.customer.fax.label": "传真号"}}
RETIRED = {"operation": "retire_field", "entity": "customer", "field": "c_x"}
ADDED = {"operation": "add_field", "entity": "customer", "name": "c_y", "type": "text", "group": "other", "label": "Y"}


def change(*operations: Mapping[str, Any], base: int = 5, reverses: Sequence[Mapping[str, Any]] = (), state: State = "applied") -> Change:
    """A change that somebody else published."""
    return Change(9, list(operations), list(reverses), (), base, 2, "王芳", "", None, datetime.now(UTC), state, {})


def draft(*documents: Mapping[str, Any], base: int = 5) -> Draft:
    """A draft with these operations."""
    return Draft(base, documents, len(documents))


@pytest.mark.parametrize(
    ("mine", "theirs", "keys"),
    [
        (REQUIRED, OPTIONAL, [("field", "customer", "fax", "required")]),
        (REQUIRED, REQUIRED, []),
        (HELP, OPTIONAL, [("field", "customer", "fax", "required")]),
        (UP, AWAY, [("place", "customer", "fax")]),
        (UP, REQUIRED, []),
        (NAMED, RENAMED, [("label", "zh-Hans", "field.customer.fax.label")]),
        (ADDED, REQUIRED, []),
        (RETIRED, REQUIRED, []),
    ],
    ids=["another value", "the same value", "one of two", "another place", "place and switch", "another name", "something new", "others"],
)
def test_only_what_both_set_differently_clashes(mine: dict[str, Any], theirs: dict[str, Any], keys: list[clashes.Key]) -> None:
    assert [one.key for one in clashes.find(draft(mine), [change(theirs)], 1)] == keys


def test_what_was_published_before_the_draft_began_is_no_clash() -> None:
    assert clashes.find(draft(REQUIRED, base=6), [change(OPTIONAL, base=5)], 1) == []


def test_what_did_not_happen_is_no_clash() -> None:
    assert clashes.find(draft(REQUIRED), [change(OPTIONAL, state="failed")], 1) == []


def test_a_clash_says_what_each_side_wants_and_what_it_was() -> None:
    (found,) = clashes.find(draft(RENAMED), [change(NAMED, reverses=[{**RENAMED, "texts": {"field.customer.fax.label": "传真"}}])], 1)
    assert (found.mine, found.theirs, found.before, found.author) == ("传真号", "传真机", "传真", "王芳")


@pytest.mark.parametrize(
    ("document", "key", "left"),
    [
        (HELP, ("field", "customer", "fax", "required"), {**HELP, "changes": {"help": "x"}}),
        (REQUIRED, ("field", "customer", "fax", "required"), None),
        (UP, ("place", "customer", "fax"), {**UP, "fields": ["code"]}),
        (NAMED, ("label", "zh-Hans", "field.customer.fax.label"), {**NAMED, "texts": {"field.customer.code.label": "编号"}}),
        (ADDED, ("field", "customer", "fax", "required"), ADDED),
    ],
    ids=["one of two", "all of it", "one of two places", "one of two names", "something else"],
)
def test_where_theirs_stands_the_own_change_is_dropped(document: dict[str, Any], key: clashes.Key, left: dict[str, Any] | None) -> None:
    assert clashes.without(document, frozenset({key})) == left


def test_a_settled_draft_is_looked_at_on_the_newest_definitions() -> None:
    after = clashes.settled(draft(HELP, UP), frozenset({("place", "customer", "fax")}), Catalog(8, {}, {}))
    assert after.base == 8
    assert [one.get("fields") for one in after.standing] == [None, ["code"]]
