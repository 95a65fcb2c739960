"""Conversions: what is copied, what stays, what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import ChangeRefused, NotConfirmed
from engine.metadata import store
from engine.metadata.database import Database
from engine.records import history, write
from engine.schema import actual, effects, plan, running
from engine.schema.ops import (
    AddField,
    ChangeField,
    ConvertField,
    NarrowField,
    PurgeField,
    RestoreField,
    RetireField,
    WidenField,
)
from tests.engine.schema.acting import NOTE, Publish, catalog_of, change, found, in_step, save, taken_back, values_of


def deleted(database: Database, *ids: int) -> str:
    with database.writing() as conn:
        catalog = store.load(conn)
        return write.delete(conn, catalog, [(catalog.entity("customer"), id) for id in ids], by=None)


def restored(database: Database, batch: str) -> None:
    with database.writing() as conn:
        write.restore(conn, store.load(conn), history.of_batch(conn, batch), by=None)


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


def test_what_was_saved_since_and_then_deleted_is_asked_about_too(installed: Database, publish: Publish) -> None:
    """It could be restored, and would come back with what it was before."""
    publish(NOTE)
    ids = [save(installed, c_note=text) for text in ("12", "13", "14", "15")]
    before = deleted(installed, ids[3])
    done = publish(ConvertField("customer", "c_note", "c_count", "integer"))
    change(installed, ids[0], c_count=99)
    batch = deleted(installed, ids[0])
    deleted(installed, ids[1])
    back = taken_back(installed, done.change)
    with pytest.raises(NotConfirmed, match=f"1 deleted record .* number {ids[0]}"):
        publish(*back, undoes=done.change)
    publish(*back, undoes=done.change, confirmed=frozenset({"O2:customer:c_note"}))
    restored(installed, batch)
    restored(installed, before)
    assert [values_of(installed, id).get("c_note") for id in (ids[0], ids[3])] == ["12", "15"]


def test_a_conversion_keeps_its_time_zone(installed: Database, publish: Publish) -> None:
    """By whatever way a value goes over: copied, saved meanwhile, restored later; and taken back, nobody is asked about what nobody changed."""
    publish(NOTE)
    first, gone = (save(installed, c_note=text) for text in ("2026-01-02 07:30", "2026-01-02 08:00"))
    before = deleted(installed, gone)
    meanwhile: list[int] = []

    def told(*_: Any) -> None:
        if not meanwhile:
            meanwhile.append(save(installed, c_note="2026-01-02 09:00"))

    done = publish(ConvertField("customer", "c_note", "c_when", "datetime", zone="Asia/Shanghai"), told=told)
    restored(installed, before)
    wanted = {first: "2026-01-01T23:30:00Z", gone: "2026-01-02T00:00:00Z", meanwhile[0]: "2026-01-02T01:00:00Z"}
    assert {id: values_of(installed, id).get("c_when") for id in wanted} == wanted
    undone = publish(*taken_back(installed, done.change), undoes=done.change)
    assert values_of(installed, first)["c_note"] == "2026-01-02 07:30"
    publish(*taken_back(installed, undone.change), undoes=undone.change)
    late = deleted(installed, first)
    restored(installed, late)
    assert values_of(installed, first)["c_when"] == wanted[first]


def test_what_becomes_searchable_in_a_large_table_is_indexed_when_it_is_in_force(
    installed: Database, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the writers, and so in no transaction; the folded texts are copied before."""
    publish(replace(NOTE, options={"max_length": 100}))  # longer ones are not indexed everywhere
    id = save(installed, c_note="Where")
    monkeypatch.setattr(actual, "LARGE", -1)
    done = publish(ChangeField("customer", "c_note", {"searchable": True}))
    assert [one.table for one in done.later]
    assert found(installed, "c_note", "_contains", "where") == [id]
    assert running.build_later(installed, done.later) == ([] if installed.dialect != "sqlite" else list(done.later))
    converted = publish(ConvertField("customer", "c_note", "c_more", "multiline"))
    assert found(installed, "c_more", "_contains", "where") == [id]
    running.build_later(installed, converted.later)


def test_an_undo_does_not_say_what_only_restoring_one_field_means(installed: Database, publish: Publish) -> None:
    """D4 is for a restored field that no longer leads to the new one; an undo takes the new one away."""
    publish(NOTE)
    id = save(installed, c_note="12")
    batch = deleted(installed, id)
    done = publish(ConvertField("customer", "c_note", "c_count", "integer"))
    back = taken_back(installed, done.change)
    assert [one.code for operation in back for one in operation.check(catalog_of(installed))] == []
    publish(*back, undoes=done.change)
    restored(installed, batch)
    assert values_of(installed, id)["c_note"] == "12"


def test_narrowing_tells_what_deleted_records_hold(installed: Database, publish: Publish) -> None:
    publish(NOTE)
    done = publish(WidenField("customer", "c_note", {"max_length": 500}))
    long, short = (save(installed, c_note=text) for text in ("x" * 400, "short"))
    deleted(installed, long, short)
    narrow = NarrowField("customer", "c_note", {"max_length": 255})
    with installed.reading() as conn:
        catalog = store.load(conn)
        seen = effects.seen(conn, plan.make(catalog, [narrow], actual.ground(conn, plan.touched([narrow], catalog))))
    (told,) = [one for one in seen.findings if one.code == "D2"]
    assert (told.level, str(told.message)) == (
        "warning", f"1 deleted record holds a value that would be wrong then, and will have it again if it is restored: number {long}."
    )
    publish(*taken_back(installed, done.change), undoes=done.change)


USERS = {
    "a condition": AddField("customer", "c_user", "text", "basic", "User", rules={"visible": {"c_note": {"_nempty": True}}}),
    "a choice of rows": AddField(
        "contact", "c_user", "reference", "basic", "User", options={"entity": "customer", "where": {"c_note": {"_nempty": True}}}
    ),
}


@pytest.mark.parametrize("user", USERS)
def test_nothing_goes_that_a_retired_field_could_not_come_back_without(installed: Database, publish: Publish, user: str) -> None:
    using = USERS[user]
    publish(NOTE, using)
    publish(RetireField(using.entity, using.name))
    publish(RetireField("customer", "c_note"))
    with pytest.raises(ChangeRefused, match="which is retired and could not come back without it") as refused:
        publish(PurgeField("customer", "c_note"), confirmed=frozenset({"D1:customer:c_note"}))
    assert refused.value.codes == ("X1",)
    both = frozenset({"D1:customer:c_note", f"D1:{using.entity}:c_user"})
    publish(PurgeField(using.entity, "c_user"), PurgeField("customer", "c_note"), confirmed=both)


ZONES = {
    "none": ("datetime", "", "warning"),
    "one": ("datetime", "Asia/Shanghai", "note"),
    "one that there is not": ("datetime", "Asia/Nowhere", "error"),
    "that of this machine": ("datetime", "localtime", "error"),
    "where no moment is read": ("multiline", "Asia/Shanghai", "error"),
}


@pytest.mark.parametrize(("into", "zone", "level"), ZONES.values(), ids=ZONES.keys())
def test_the_time_zone_is_told_before(installed: Database, publish: Publish, into: str, zone: str, level: str) -> None:
    publish(NOTE)
    found = ConvertField("customer", "c_note", "c_when", into, zone=zone).check(catalog_of(installed))
    assert level in {one.level for one in found if "zone" in str(one.message)}


def test_a_value_that_the_old_field_could_not_have_is_not_forgotten(installed: Database, publish: Publish) -> None:
    """It converts to nothing, as an empty one does: that makes it no less a value."""
    publish(AddField("customer", "c_note", "integer", "basic", "Note"))
    done = publish(ConvertField("customer", "c_note", "c_text", "text"))
    id = save(installed, c_text="no number")
    with pytest.raises(NotConfirmed, match=f"number {id}"):
        publish(*taken_back(installed, done.change), undoes=done.change)


def test_a_conversion_that_nobody_touched_is_taken_back_at_once(installed: Database, publish: Publish) -> None:
    publish(NOTE)
    id = save(installed, c_note=" 1,200 many")
    done = publish(ConvertField("customer", "c_note", "c_count", "integer"))
    undone = publish(*taken_back(installed, done.change), undoes=done.change)
    assert values_of(installed, id)["c_note"] == " 1,200 many"
    publish(*taken_back(installed, undone.change), undoes=undone.change)


def test_what_was_deleted_before_a_conversion_comes_back_converted(installed: Database, publish: Publish) -> None:
    """Also what does not stand on any card while values are copied: nobody misses it after restoring it."""
    publish(NOTE)
    ids = [save(installed, c_note=text) for text in ("12", "many", "7")]
    batch = deleted(installed, *ids)
    done = publish(ConvertField("customer", "c_note", "c_count", "integer"))
    restored(installed, batch)
    assert [values_of(installed, id).get("c_count") for id in ids] == [12, None, 7]
    publish(*taken_back(installed, done.change), undoes=done.change)
    assert [values_of(installed, id).get("c_note") for id in ids] == ["12", "many", "7"]
    change(installed, ids[0], c_note="13")
    in_step(installed)


def test_what_was_deleted_before_two_conversions_comes_back_through_both(installed: Database, publish: Publish) -> None:
    """Whatever stands in one column after the other; what the first could not convert stays with the retired field."""
    publish(AddField("customer", "c_note", "text", "basic", "Note", searchable=True))
    ids = [save(installed, c_note=text) for text in ("12", "many", "7")]
    first = deleted(installed, ids[0], ids[1])
    publish(ConvertField("customer", "c_note", "c_amount", "integer"))
    change(installed, ids[2], c_amount=8)
    between = deleted(installed, ids[2])
    publish(ConvertField("customer", "c_amount", "c_a_text", "text"))
    for batch in (between, first):
        restored(installed, batch)
    told = [values_of(installed, id).get("c_a_text") for id in ids]
    assert told == ["12", None, "8"]
    assert found(installed, "c_a_text", "_contains", "12") == [ids[0]]
    in_step(installed)


def test_a_conversion_taken_back_and_made_again_goes_on_with_what_was_deleted(installed: Database, publish: Publish) -> None:
    publish(NOTE)
    id = save(installed, c_note="12")
    batch = deleted(installed, id)
    done = publish(ConvertField("customer", "c_note", "c_count", "integer"))
    undone = publish(*taken_back(installed, done.change), undoes=done.change)
    publish(*taken_back(installed, undone.change), undoes=undone.change)
    restored(installed, batch)
    assert values_of(installed, id).get("c_count") == 12


def test_what_was_emptied_after_a_conversion_stays_empty_when_it_is_restored(installed: Database, publish: Publish) -> None:
    publish(NOTE)
    id = save(installed, c_note="12")
    publish(ConvertField("customer", "c_note", "c_count", "integer"))
    change(installed, id, c_count=None)
    restored(installed, deleted(installed, id))
    assert values_of(installed, id).get("c_count") is None


def test_purging_what_was_converted_says_that_deleted_records_lose_the_value(installed: Database, publish: Publish) -> None:
    """Whichever field of a chain goes: the way from its value to the last one ends there."""
    publish(NOTE)
    batch = deleted(installed, save(installed, c_note="12"))
    publish(ConvertField("customer", "c_note", "c_middle", "decimal"))
    publish(ConvertField("customer", "c_middle", "c_last", "integer"))
    for name in ("c_note", "c_middle"):
        findings = PurgeField("customer", name).check(catalog_of(installed))
        assert [(one.code, one.level) for one in findings] == [("D1", "confirm"), ("D4", "warning")], name
    assert [one.code for one in RestoreField("customer", "c_middle").check(catalog_of(installed))] == ["D4"]  # in force again, it leads on no more
    assert "deleted before “Note” was converted to “Note” (c_last)" in str(findings[1].message)
    publish(PurgeField("customer", "c_middle"), confirmed=frozenset({"D1:customer:c_middle"}))
    assert [one.code for one in PurgeField("customer", "c_note").check(catalog_of(installed))] == ["D1"]
    restored(installed, batch)
    in_step(installed)


def test_a_choice_renamed_since_a_conversion_is_no_changed_value(installed: Database, publish: Publish) -> None:
    """One that came since and was chosen is."""
    metals: Any = {"choices": [{"value": "g", "label": "Gold"}, {"value": "s", "label": "Silver"}]}
    publish(NOTE)
    save(installed, c_note="gold")
    done = publish(ConvertField("customer", "c_note", "c_metal", "choice", metals))
    renamed: Any = [{"value": "g", "label": "Premium"}, {"value": "s", "label": "Silver"}, {"value": "b", "label": "Bronze"}]
    publish(WidenField("customer", "c_metal", {"choices": renamed}))
    undone = publish(*taken_back(installed, done.change), undoes=done.change)
    publish(*taken_back(installed, undone.change), undoes=undone.change)
    id = save(installed, c_metal="b")
    with pytest.raises(NotConfirmed, match=f"1 record .* number {id}"):
        publish(*taken_back(installed, done.change), undoes=done.change)


def test_a_default_is_converted_with_its_field(installed: Database, publish: Publish) -> None:
    more = AddField("customer", "c_more", "text", "basic", "More", default="many")
    publish(AddField("customer", "c_note", "text", "basic", "Note", default="12"), more)
    publish(ConvertField("customer", "c_note", "c_count", "integer"), ConvertField("customer", "c_more", "c_sum", "integer"))
    fields = catalog_of(installed).entity("customer").by_name
    assert (fields["c_count"].default, fields["c_sum"].default) == (12, None)


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
