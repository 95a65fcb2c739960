"""Changes on real databases: columns, metadata, version and journal go together; nothing is lost."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import BrokenJournal, ChangeRefused, ChangeUnderWay, NotConfirmed, Outdated, TableHeld
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.metadata.physical import tables
from engine.query import page, tree
from engine.records import read, write
from engine.schema import actual, apply, journal, lock, operation, stages
from engine.schema.apply import Applied, Orders
from engine.schema.operation import Operation
from engine.schema.ops import (
    JOURNALLED,
    AddEntity,
    AddField,
    ChangeEntity,
    ChangeField,
    ChangeGroup,
    ConvertField,
    NarrowField,
    PurgeEntity,
    PurgeField,
    RestoreEntity,
    RestoreField,
    RetireEntity,
    RetireField,
    SetLabels,
    WidenField,
)
from tests.engine.making import a_scope

GRADE = AddField("customer", "c_grade", "choice", "other", "Grade", {"zh-Hans": "客户等级"},
                 {"choices": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]}, searchable=True)  # fmt: skip
NOTE = AddField("customer", "c_note", "text", "basic", "Note")
COLOUR = AddEntity({
    "entity": "c_colour", "label": "Colour", "plural": "Colours", "kind": "dictionary",
    "groups": [{"name": "basic", "label": "Basic", "fields": [{"name": "name", "label": "Name", "type": "text", "required": True}]}],
})  # fmt: skip

Publish = Callable[..., Applied]


@pytest.fixture
def publish(installed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Publishes operations on a database of the test's own."""
    monkeypatch.setattr(stages, "GRACE", 0.01)

    def run(*operations: Operation, **told: Any) -> Applied:
        return apply.publish(installed, operations, Orders(author="Tester", archive=tmp_path / "purged", **told))

    return run


def catalog_of(database: Database) -> Catalog:
    with database.reading() as conn:
        return store.load(conn)


def save(database: Database, **values: Any) -> int:
    with database.writing() as conn:
        catalog = store.load(conn)
        return write.insert(conn, catalog, catalog.entity("customer"), {"name": "ACME", **values}, by=None)


def change(database: Database, id: int, **values: Any) -> None:
    with database.writing() as conn:
        catalog = store.load(conn)
        entity = catalog.entity("customer")
        write.update(conn, catalog, entity, read.fetch(conn, catalog, entity, id, lock=True), values, by=None)


def taken_back(database: Database, change: int) -> tuple[Operation, ...]:
    """The operations that the journal keeps for taking a change back."""
    with database.reading() as conn:
        told = journal.read_change(conn, change)
    assert told
    return operation.read(told.reverses, JOURNALLED)


def values_of(database: Database, id: int) -> dict[str, Any]:
    with database.reading() as conn:
        catalog = store.load(conn)
        return dict(read.fetch(conn, catalog, catalog.entity("customer"), id).values)


def found(database: Database, name: str, operator: str, value: str) -> list[int]:
    """The ids that a search finds."""
    with database.reading() as conn:
        catalog = store.load(conn)
        entity = catalog.entity("customer")
        query = tree.parse([(f"filter[{name}][{operator}]", value)], entity)
        return sorted(page.read(conn, catalog, entity, query, a_scope()).ids)


def in_step(database: Database) -> None:
    """Metadata and database say the same, and the journal is whole (I1, I2, I3)."""
    with database.reading() as conn:
        catalog = store.load(conn)
        for name, table in tables(catalog).items():
            assert set(actual.columns(conn, name)) == set(table.columns.keys()), name
        assert journal.open_one(conn) is None
        journal.check_chain(conn)


def test_a_field_becomes_a_column_that_is_filled_found_and_shown(installed: Database, publish: Publish) -> None:
    """3.1.6."""
    before = catalog_of(installed).version
    done = publish(GRADE, NOTE)
    assert done.version == catalog_of(installed).version == before + 1
    id = save(installed, c_grade="a", c_note="Möbel")
    assert values_of(installed, id) == {"name": "ACME", "c_grade": "a", "c_note": "Möbel"}
    assert found(installed, "c_grade", "_eq", "a") == [id]
    assert found(installed, "c_grade", "_eq", "b") == []
    in_step(installed)


def test_a_change_is_one_act(installed: Database, publish: Publish) -> None:
    """What is wrong in one operation stops all of them."""
    before = catalog_of(installed)
    with pytest.raises(ChangeRefused, match="begin with"):
        publish(NOTE, AddField("customer", "grade", "text", "basic", "X"))
    assert catalog_of(installed).version == before.version
    in_step(installed)


def test_what_was_shown_is_what_runs_or_nothing_does(installed: Database, publish: Publish) -> None:
    """I5: by the version it was looked at with, and by the hash of the plan."""
    version = catalog_of(installed).version
    publish(NOTE)
    with pytest.raises(Outdated):
        publish(GRADE, base=version)
    with pytest.raises(Outdated):
        publish(GRADE, seen="0" * 64)
    publish(GRADE, base=version + 1)
    in_step(installed)


def test_a_text_is_made_searchable_with_the_values_it_has(installed: Database, publish: Publish) -> None:
    publish(NOTE)
    ids = [save(installed, c_note=text) for text in ("Ärger im Büro", "ärger", "nichts")]
    publish(ChangeField("customer", "c_note", {"searchable": True}))
    assert found(installed, "c_note", "_contains", "ARGER") == ids[:2]
    later = save(installed, c_note="ARGERLICH")
    assert found(installed, "c_note", "_contains", "ärger") == [*ids[:2], later]
    publish(ChangeField("customer", "c_note", {"searchable": False}))
    unseen = save(installed, c_note="Ärgernis")
    publish(ChangeField("customer", "c_note", {"searchable": True}))
    assert unseen in found(installed, "c_note", "_contains", "arger")
    in_step(installed)


def test_a_retired_field_keeps_its_values_and_brings_them_back(installed: Database, publish: Publish) -> None:
    """3.1.6: removing never loses data silently."""
    publish(NOTE)
    id = save(installed, c_note="kept")
    publish(RetireField("customer", "c_note"))
    assert "c_note" not in values_of(installed, id)
    with pytest.raises(KeyError):
        save(installed, c_note="unseen")
    publish(RestoreField("customer", "c_note"))
    assert values_of(installed, id)["c_note"] == "kept"
    in_step(installed)


def test_a_deleted_record_comes_back_with_the_value_of_a_retired_field(installed: Database, publish: Publish) -> None:
    from engine.records import history

    publish(NOTE)
    id = save(installed, c_note="kept")
    publish(RetireField("customer", "c_note"))
    with installed.writing() as conn:
        catalog = store.load(conn)
        batch = write.delete(conn, catalog, [(catalog.entity("customer"), id)], by=None)
        write.restore(conn, catalog, history.of_batch(conn, batch), by=None)
    publish(RestoreField("customer", "c_note"))
    assert values_of(installed, id)["c_note"] == "kept"


def test_purging_waits_for_its_own_confirmation_and_exports_first(installed: Database, publish: Publish, tmp_path: Path) -> None:
    """I7."""
    publish(NOTE)
    ids = [save(installed, c_note=text) for text in ("one", "=two", "三")]
    publish(RetireField("customer", "c_note"))
    with pytest.raises(NotConfirmed) as refused:
        publish(PurgeField("customer", "c_note"), confirmed=frozenset({"D1:customer:c_other"}))
    assert refused.value.keys == ("D1:customer:c_note",)
    done = publish(PurgeField("customer", "c_note"), confirmed=frozenset({"D1:customer:c_note"}))
    path = tmp_path / "purged" / f"change-{done.change}-customer.c_note.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["id", "c_note"], *([str(id), f'"{text}"'] for id, text in zip(ids, ("one", "=two", "三"), strict=True))]
    with installed.reading() as conn:
        published = next(one for one in journal.events_of(conn, done.change) if one.state == "published")
    assert published.detail["archive"][0]["rows"] == 3
    with pytest.raises(ChangeRefused, match="used before"):
        publish(NOTE)
    in_step(installed)


def test_a_field_is_not_retired_and_purged_in_one_act(installed: Database, publish: Publish) -> None:
    """Whoever has a card open could still write to it while it is exported."""
    publish(NOTE)
    with pytest.raises(ChangeRefused, match="by a change of its own"):
        publish(RetireField("customer", "c_note"), PurgeField("customer", "c_note"), confirmed=frozenset({"D1:customer:c_note"}))


def test_a_reference_is_a_real_foreign_key_and_can_be_purged(installed: Database, publish: Publish) -> None:
    publish(AddField("customer", "c_boss", "reference", "basic", "Boss", options={"entity": "person"}))
    with pytest.raises(sa.exc.IntegrityError):
        save(installed, c_boss=999_999)
    publish(RetireField("customer", "c_boss"))
    publish(PurgeField("customer", "c_boss"), confirmed=frozenset({"D1:customer:c_boss"}))
    in_step(installed)


def test_converting_copies_what_it_can_and_keeps_the_rest(installed: Database, publish: Publish) -> None:
    """3.1.3: never in place. What does not convert stays with the retired field."""
    publish(NOTE)
    ids = [save(installed, c_note=text) for text in ("12", "1,200", "many", "7.5")]
    publish(ConvertField("customer", "c_note", "c_count", "integer"))
    assert [values_of(installed, id).get("c_count") for id in ids] == [12, 1200, None, None]
    with installed.reading() as conn:
        held = conn.execute(sa.text("SELECT c_note FROM customer ORDER BY id")).scalars().all()
    assert held == ["12", "1,200", "many", "7.5"]
    in_step(installed)


def test_converted_texts_are_found(installed: Database, publish: Publish) -> None:
    """What search reads beside a text is made with it: by the copying, and by a save meanwhile."""
    publish(AddField("customer", "c_number", "integer", "basic", "Number", searchable=True))
    ids = [save(installed, c_number=n) for n in (1_007, 7_002)]

    def told(*_: Any) -> None:
        if len(ids) == 2:
            ids.append(save(installed, c_number=3_007))

    publish(ConvertField("customer", "c_number", "c_text", "text"), told=told)
    assert found(installed, "c_text", "_contains", "007") == [ids[0], ids[2]]
    assert found(installed, "c_text", "_eq", "7002") == [ids[1]]


def test_a_conversion_is_taken_back_knowing_what_was_saved_since(installed: Database, publish: Publish) -> None:
    """Nothing that somebody saved disappears from cards without a confirmation, in either direction."""
    publish(NOTE)
    ids = [save(installed, c_note=text) for text in ("12", "1,200", "many")]
    done = publish(ConvertField("customer", "c_note", "c_count", "integer"))
    back = taken_back(installed, done.change)
    new = save(installed, c_count=5)
    change(installed, ids[0], c_count=13)
    with pytest.raises(NotConfirmed, match=f"2 records .* numbers {ids[0]}, {new}"):
        publish(*back, undoes=done.change)
    undone = publish(*back, undoes=done.change, confirmed=frozenset({"O2:customer:c_note"}))
    assert [values_of(installed, id).get("c_note") for id in (*ids, new)] == ["12", "1,200", "many", None]
    again = taken_back(installed, undone.change)
    publish(*again, undoes=undone.change, confirmed=frozenset({"O2:customer:c_count"}))
    assert [values_of(installed, id).get("c_count") for id in (*ids, new)] == [13, 1200, None, 5]
    in_step(installed)


def test_a_conversion_that_nobody_touched_is_taken_back_at_once(installed: Database, publish: Publish) -> None:
    publish(NOTE)
    id = save(installed, c_note=" 1,200 many")
    done = publish(ConvertField("customer", "c_note", "c_count", "integer"))
    undone = publish(*taken_back(installed, done.change), undoes=done.change)
    assert values_of(installed, id)["c_note"] == " 1,200 many"
    publish(*taken_back(installed, undone.change), undoes=undone.change)


NAMED = "field.customer.c_note.label"
LAYERS = {
    "a label": (
        ChangeField("customer", "c_note", {"label": "Two"}), ChangeField("customer", "c_note", {"label": "Three", "help": "x"}), "O1:customer:c_note",
    ),
    "an option": (
        WidenField("customer", "c_note", {"max_length": 300}), WidenField("customer", "c_note", {"max_length": 400}), "O1:customer:c_note",
    ),
    "a group": (ChangeGroup("customer", "basic", {"columns": 3}), ChangeGroup("customer", "basic", {"columns": 4}), "O1:customer:basic"),
    "an entity": (ChangeEntity("customer", {"icon": "user"}), ChangeEntity("customer", {"icon": "users"}), "O1:customer"),
    "a translation": (SetLabels("zh-Hans", {NAMED: "二"}), SetLabels("zh-Hans", {NAMED: "三"}), f"O1:{NAMED}"),
}  # fmt: skip


@pytest.mark.parametrize(("first", "second", "key"), LAYERS.values(), ids=LAYERS)
def test_what_was_changed_again_since_is_not_taken_back_silently(
    first: Operation, second: Operation, key: str, installed: Database, publish: Publish
) -> None:
    publish(AddField("customer", "c_note", "text", "basic", "Note", options={"max_length": 200}))
    one = publish(first)
    two = publish(second)
    back = taken_back(installed, one.change)
    with pytest.raises(NotConfirmed, match="changed again since") as refused:
        publish(*back, undoes=one.change)
    assert list(refused.value.keys) == [key]
    publish(*taken_back(installed, two.change), undoes=two.change)
    publish(*back, undoes=one.change)  # in their order both go at once


def test_what_is_converted_twice_at_once_is_refused(installed: Database, publish: Publish) -> None:
    """Values are copied from where they are: not from a field that comes with the same change."""
    publish(NOTE)
    id = save(installed, c_note="12")
    with pytest.raises(ChangeRefused, match="change of its own"):
        publish(ConvertField("customer", "c_note", "c_count", "integer"), ConvertField("customer", "c_count", "c_sum", "decimal"))
    publish(RetireField("customer", "c_note"))
    with pytest.raises(ChangeRefused, match="change of its own"):
        publish(RestoreField("customer", "c_note"), ConvertField("customer", "c_note", "c_count", "integer"))
    publish(RestoreField("customer", "c_note"))
    publish(ConvertField("customer", "c_note", "c_count", "integer"))
    publish(ConvertField("customer", "c_count", "c_sum", "decimal"))
    assert values_of(installed, id)["c_sum"] == "12"


def test_a_save_while_values_are_converted_writes_both_places(installed: Database, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(NOTE)
    id = save(installed, c_note="1")
    saved: list[int] = []

    def told(*_: Any) -> None:
        if not saved:
            saved.append(save(installed, c_note="33"))
            change(installed, id, c_note="2")

    publish(ConvertField("customer", "c_note", "c_count", "integer"), told=told)
    assert [values_of(installed, one)["c_count"] for one in (id, *saved)] == [2, 33]


def test_widening_is_taken_back_only_while_no_value_needs_the_width(installed: Database, publish: Publish) -> None:
    publish(AddField("customer", "c_short", "text", "basic", "Short", options={"max_length": 3}))
    publish(WidenField("customer", "c_short", {"max_length": 10}))
    back = NarrowField("customer", "c_short", {"max_length": 3})
    id = save(installed, c_short="long one")
    with pytest.raises(ChangeRefused, match=f"number {id}"):
        publish(back)
    change(installed, id, c_short=None)
    publish(back)


def test_an_own_dictionary_has_a_table_rows_and_fields_that_refer_to_it(installed: Database, publish: Publish) -> None:
    publish(COLOUR, AddField("customer", "c_colour", "list", "other", "Colour", options={"entity": "c_colour"}))
    with installed.writing() as conn:
        catalog = store.load(conn)
        red = write.insert(conn, catalog, catalog.entity("c_colour"), {"name": "Red"}, by=None)
    id = save(installed, c_colour=red)
    assert values_of(installed, id)["c_colour"] == red
    with pytest.raises(ChangeRefused, match="used by"):
        publish(RetireEntity("c_colour"))
    publish(RetireField("customer", "c_colour"))
    publish(RetireEntity("c_colour"))
    assert "c_colour" not in catalog_of(installed).entities
    with pytest.raises(ChangeRefused, match="used by"):
        publish(PurgeEntity("c_colour"), confirmed=frozenset({"D1:c_colour"}))
    publish(RestoreEntity("c_colour"), RestoreField("customer", "c_colour"))
    assert values_of(installed, id)["c_colour"] == red
    in_step(installed)


def test_an_own_dictionary_is_purged_with_its_table(installed: Database, publish: Publish) -> None:
    publish(COLOUR)
    publish(RetireEntity("c_colour"))
    publish(PurgeEntity("c_colour"), confirmed=frozenset({"D1:c_colour"}))
    with installed.reading() as conn:
        assert not actual.columns(conn, "c_colour")
    with pytest.raises(ChangeRefused, match="used before"):
        publish(COLOUR)
    in_step(installed)


# -- others -------------------------------------------------------------------------------------------------


def test_one_change_at_a_time(installed: Database, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Database(installed.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(lock.evolving.__wrapped__, "__defaults__", (0.1,))  # type: ignore[attr-defined]
    with lock.evolving(other), pytest.raises(ChangeUnderWay):
        publish(NOTE)
    publish(NOTE)
    other.close()


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)
def test_a_table_that_somebody_holds_is_not_waited_for_in_a_queue(installed: Database, publish: Publish) -> None:
    save(installed)
    other = Database(installed.engine.url.render_as_string(hide_password=False))
    with other.engine.connect() as holder:
        holder.execute(sa.text("SELECT count(*) FROM customer"))
        with pytest.raises(TableHeld) as told:
            publish(NOTE, patience=0.3)
        assert told.value.table == "customer"
        holder.rollback()
    in_step(installed)
    publish(NOTE)
    other.close()


def test_the_chain_names_the_first_entry_that_was_altered(installed: Database, publish: Publish) -> None:
    for n in range(3):
        publish(AddField("customer", f"c_f{n}", "check", "other", f"F{n}"))
    with installed.reading() as conn:
        assert journal.check_chain(conn) >= 3
        second = journal.read_changes(conn)[1].id
    with installed.writing() as conn:
        conn.execute(sa.text("UPDATE fl_change SET operations = '[]' WHERE id = :id"), {"id": second})
    with installed.reading() as conn, pytest.raises(BrokenJournal) as broken:
        journal.check_chain(conn)
    with installed.reading() as conn:
        assert broken.value.entry == journal.events_of(conn, second)[0].id
