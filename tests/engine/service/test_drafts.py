"""Drafts: kept for each administrator, with a cursor; the same draft gives the same catalog."""

from __future__ import annotations

import pytest

from engine import accounts
from engine.errors import BadOperation
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.schema.ops.change_field import ChangeField
from engine.schema.ops.move_fields import MoveFields
from engine.service import drafts
from engine.service.drafts import Draft


def required(field: str, on: bool = True) -> ChangeField:
    """A switch."""
    return ChangeField("customer", field, {"required": on})


def test_a_draft_is_kept_and_read_back(installed: Database) -> None:
    with installed.writing() as conn:
        one, two = (accounts.add_user(conn, name, "correct horse", "administrator", name=f"名{name}") for name in ("one", "two"))
        drafts.store(conn, one, drafts.with_operation(Draft(3), required("fax")))
    with installed.writing() as conn:
        found = drafts.fetch(conn, one, 9)
        assert (found.base, found.done, len(found.documents)) == (3, 1, 1)
        assert drafts.fetch(conn, two, 9) == Draft(9)
        assert [(name, count) for name, count, _ in drafts.others(conn, two)] == [("名one", 1)]
        assert drafts.others(conn, one) == []
        drafts.store(conn, one, Draft(3))
        assert drafts.others(conn, two) == []


def test_undone_changes_wait_until_something_else_is_done() -> None:
    draft = drafts.with_operation(drafts.with_operation(Draft(1), required("fax")), required("code"))
    back = Draft(1, draft.documents, 1)
    assert (back.undone, len(back.standing)) == (1, 1)
    after = drafts.with_operation(back, required("email"))
    assert [one["field"] for one in after.documents] == ["fax", "email"]


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (required("fax"), required("fax", False), 1),
        (required("fax"), required("code"), 2),
        (MoveFields("customer", ("fax",), "basic", "name"), MoveFields("customer", ("fax",), "finance"), 1),
        (MoveFields("customer", ("fax",), "basic", "name"), MoveFields("customer", ("code",), "finance"), 2),
        (ChangeField("customer", "fax", {"required": True, "help": "x"}), required("fax", False), 2),
    ],
    ids=["a switch twice", "two switches", "a move twice", "two moves", "more than one thing"],
)
def test_the_same_thing_changed_twice_is_one_change(first: ChangeField, second: ChangeField, kept: int) -> None:
    assert drafts.with_operation(drafts.with_operation(Draft(1), first), second).done == kept


def test_the_same_draft_gives_the_same_catalog_and_one_more_step_another(shared_catalog: Catalog) -> None:
    documents = [required("fax").to_json()]
    once = drafts.applied(shared_catalog, documents)
    assert drafts.applied(shared_catalog, documents).catalog is once.catalog
    more = drafts.applied(shared_catalog, [*documents, required("code").to_json()])
    assert more.steps[0] is once.steps[0]
    assert more.catalog.entity("customer").field("code").required


def test_what_does_not_fit_is_passed_over_and_named(shared_catalog: Catalog) -> None:
    found = drafts.applied(shared_catalog, [required("nothing").to_json(), required("fax").to_json()])
    assert [step.operation for step in found.refused] == [required("nothing")]
    assert found.catalog.entity("customer").field("fax").required


def test_a_draft_does_not_grow_for_ever() -> None:
    draft = Draft(1, tuple(required(f"f{n}").to_json() for n in range(drafts.MOST)), drafts.MOST)
    with pytest.raises(BadOperation):
        drafts.with_operation(draft, required("fax"))


def test_a_stored_version_is_what_the_draft_is_on(shared_database: Database, shared_catalog: Catalog) -> None:
    with shared_database.reading() as conn:
        assert drafts.fetch(conn, 999_999, shared_catalog.version).base == store.read_version(conn).catalog
