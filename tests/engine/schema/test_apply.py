"""Changes on real databases: columns, metadata, version and journal go together; nothing is lost."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from engine.errors import BrokenJournal, ChangeRefused, ChangeUnderWay, NotConfirmed, Outdated, TableHeld
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.physical import tables
from engine.metadata.store import CatalogStore
from engine.records import write
from engine.schema import actual, journal, lock
from engine.schema.follow import follow
from engine.schema.ops import (
    AddEntity,
    AddField,
    ChangeField,
    NarrowField,
    PurgeEntity,
    PurgeField,
    RestoreEntity,
    RestoreField,
    RetireEntity,
    RetireField,
    WidenField,
)
from engine.schema.plan import Plan
from tests.engine.schema.acting import NOTE, Publish, catalog_of, change, found, in_step, save, values_of
from tests.engine.schema.beside import plain

GRADE = AddField("customer", "c_grade", "choice", "other", "Grade", {"zh-Hans": "客户等级"},
                 {"choices": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]}, searchable=True)  # fmt: skip
COLOUR = AddEntity({
    "entity": "c_colour", "label": "Colour", "plural": "Colours", "kind": "dictionary",
    "groups": [{"name": "basic", "label": "Basic", "fields": [{"name": "name", "label": "Name", "type": "text", "required": True}]}],
})  # fmt: skip

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


def test_words_that_are_written_while_a_change_is_on_its_way_refuse_it_not(installed: Database, publish: Publish) -> None:
    """A translator saves in the moment between the plan and the act: both are there, and a process that knew neither knows both."""
    following = CatalogStore(follow)
    with installed.reading() as conn:
        following.current(conn, store.read_version(conn))

    def meanwhile(conn: sa.Connection, made: Plan) -> Plan:
        with installed.writing() as other:
            store.save_labels(other, "de", [("field.customer.fax.label", "Fax", "Fernkopie")], origin="own")
            store.bump_version(other)
        return made

    done = publish(NOTE, more=meanwhile)
    catalog = catalog_of(installed)
    assert catalog.entity("customer").by_name["c_note"]
    assert catalog.labels["de"]["field.customer.fax.label"] == "Fernkopie"
    assert (done.version, done.catalog) == (catalog.version, None)
    with installed.reading() as conn:
        known = following.current(conn, store.read_version(conn))
    assert plain(known) == plain(catalog)


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


def an_entity(name: str) -> AddEntity:
    return AddEntity({**COLOUR.definition, "entity": name, "label": name, "plural": name})


def refers(entity: str, to: str) -> AddField:
    return AddField(entity, f"c_to_{to}", "list", "basic", to, options={"entity": to})


TOGETHER = {
    "to one that is made later": (refers("c_xa", "c_xb"),),
    "to one that is made before": (refers("c_xb", "c_xa"),),
    "to each other": (refers("c_xa", "c_xb"), refers("c_xb", "c_xa")),
    "to itself": (refers("c_xa", "c_xa"),),
}


@pytest.mark.parametrize("fields", TOGETHER.values(), ids=TOGETHER.keys())
def test_entities_that_are_made_at_once_may_refer_to_each_other(installed: Database, publish: Publish, fields: tuple[AddField, ...]) -> None:
    publish(an_entity("c_xa"), an_entity("c_xb"), *fields)
    in_step(installed)
    catalog = catalog_of(installed)
    with installed.writing() as conn:
        rows = {name: write.insert(conn, catalog, catalog.entity(name), {"name": name}, by=None) for name in ("c_xa", "c_xb")}
    for one in fields:
        table = tables(catalog)[one.entity]
        with installed.writing() as conn:
            conn.execute(sa.update(table).values({one.name: rows[one.options["entity"]]}))
        with pytest.raises(IntegrityError), installed.writing() as conn:
            conn.execute(sa.update(table).values({one.name: 77_777}))


@pytest.mark.parametrize(("owner", "target"), [("c_xa", "c_xb"), ("c_xb", "c_xa")])
def test_entities_that_are_purged_at_once_go_in_an_order_that_can_be(installed: Database, publish: Publish, owner: str, target: str) -> None:
    publish(an_entity("c_xa"), an_entity("c_xb"), refers(owner, target))
    publish(RetireEntity(owner), RetireEntity(target))
    done = publish(PurgeEntity(owner), PurgeEntity(target), confirmed=frozenset({"D1:c_xa", "D1:c_xb"}))
    assert done.left == ()
    with installed.reading() as conn:
        assert not actual.columns(conn, owner)
        assert not actual.columns(conn, target)
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
