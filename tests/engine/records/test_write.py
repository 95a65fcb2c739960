"""Records: stored, changed under an optimistic lock, deleted whole and brought back, with their history, on three databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from engine.errors import NotFound, NotRestorable, Stale
from engine.metadata.database import Database
from engine.metadata.model import Json
from engine.metadata.physical import tables
from engine.records import history, read, uses, write
from tests.engine.making import a_field, an_entity, made
from tests.engine.records.conftest import Shop


def test_a_new_record_has_its_values_and_stamps(shop: Shop) -> None:
    before = datetime.now(UTC)
    found = shop.add(shop.customer, by=7, name="宏远科技 🍜", credit_amount="12345678.9", security_level=3, city=shop.row("city"))
    assert found.values == {"name": "宏远科技 🍜", "credit_amount": "12345678.9", "security_level": 3, "city": shop.row("city")}
    assert (found.version, found.created_by, found.updated_by, found.row_key, found.via_ids) == (1, 7, 7, None, {})
    assert before - timedelta(seconds=1) <= found.created_at == found.updated_at <= datetime.now(UTC)


def test_a_change_raises_the_version_and_tells_what_changed(shop: Shop) -> None:
    first = shop.add(shop.customer, name="old", code="A", fax="1")
    with shop.database.writing() as conn:
        changes = write.update(conn, shop.catalog, shop.customer, first, {"name": "new", "code": "A", "fax": None, "phone": "2"}, by=9)
    assert changes == {"name": ("old", "new"), "fax": ("1", None), "phone": (None, "2")}
    found = shop.get(shop.customer, first.id)
    assert found.values == {"name": "new", "code": "A", "phone": "2"}
    assert (found.version, found.updated_by, found.created_at) == (2, 9, first.created_at)
    assert found.tag != first.tag
    assert found.updated_at >= first.updated_at


def test_no_change_is_no_act(shop: Shop) -> None:
    first = shop.add(shop.customer, name="same")
    with shop.database.writing() as conn:
        assert write.update(conn, shop.catalog, shop.customer, first, {"name": "same", "fax": None}, by=None) == {}
    assert shop.get(shop.customer, first.id).tag == first.tag
    assert len(shop.reading(lambda conn: history.of_record(conn, "customer", first.id))) == 1


def test_of_two_who_change_a_record_the_second_is_told(shop: Shop) -> None:
    seen = shop.add(shop.customer, name="old")
    shop.change(shop.customer, seen, name="first")
    with pytest.raises(Stale):
        shop.change(shop.customer, seen, name="second")
    assert shop.get(shop.customer, seen.id).values["name"] == "first"


def test_a_change_of_a_record_that_is_gone_is_stale(shop: Shop) -> None:
    seen = shop.add(shop.customer, name="a")
    shop.delete((shop.customer, seen.id))
    with pytest.raises(Stale):
        shop.change(shop.customer, seen, name="b")


def test_what_fails_leaves_nothing_behind(shop: Shop) -> None:
    """A refused record is not half saved: neither its row nor its history."""

    def held() -> Json:
        return shop.reading(lambda conn: (read.total(conn, shop.catalog, shop.customer), history.newest(conn, ["customer"], 1)))

    before = held()
    with pytest.raises(IntegrityError):
        shop.add(shop.customer, name="a", city=10**15)
    assert held() == before


HOSTILE = {
    "quotes": "a'b\"c`d;--",
    "markup": "<script>alert(1)</script>",
    "templates": "{{7*7}} ${x} %(x)s %s {0.__class__}",
    "right to left": "\u202eabc שלום",
    "zero width": "a\u200bb\ufeff",
    "four bytes": "𠮷野家🍜👩‍👩‍👧",
    "backslashes": "a\\b\\\\c\\",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_text_is_only_a_text(case: str, shop: Shop) -> None:
    stored = shop.add(shop.customer, name=HOSTILE[case])
    assert stored.values["name"] == HOSTILE[case]
    assert shop.change(shop.customer, stored, name="x", address=HOSTILE[case]).values["address"] == HOSTILE[case]
    entries = shop.reading(lambda conn: history.of_record(conn, "customer", stored.id))
    assert entries[0].changes["name"] == (HOSTILE[case], "x")


# -- many at once ---------------------------------------------------------------------------------------


def test_many_records_are_stored_in_the_order_given(shop: Shop) -> None:
    rows: list[dict[str, Json]] = [{"name": f"many {n}", **({"fax": str(n)} if n % 2 else {}), "code": None} for n in range(700)]
    rows[3] |= {"contact_name": "Li", "job_title": None}
    rows[4] |= {"contact_name": None}
    with shop.database.writing() as conn:
        ids = write.insert_many(conn, shop.catalog, shop.customer, rows, by=5)
        found = read.fetch_many(conn, shop.catalog, shop.customer, ids)
        assert [one.values["name"] for one in found] == [row["name"] for row in rows]
        assert [one.values.get("fax") for one in found] == [row.get("fax") for row in rows]
        assert {(one.version, one.created_by) for one in found} == {(1, 5)}
        (entry,) = history.of_record(conn, "customer", ids[1])
        assert (entry.action, entry.changes, entry.user_id) == ("create", {"name": (None, "many 1"), "fax": (None, "1")}, 5)
        assert found[3].values["contact_name"] == "Li"
        assert [bool(one.via_ids) for one in found[:6]] == [False, False, False, True, False, False]
        assert write.insert_many(conn, shop.catalog, shop.customer, [], by=5) == []


# -- deleting and bringing back -------------------------------------------------------------------------


def test_a_deleted_record_comes_back_as_it_was(shop: Shop) -> None:
    person = shop.add(shop.catalog.entity("person"), name="Zhao").id
    first = shop.add(shop.customer, by=3, name="Back 𠮷", credit_amount="0.01", manager=person, introduction="a\nb")
    changed = shop.change(shop.customer, first, fax="1")
    batch = shop.delete((shop.customer, first.id))
    with pytest.raises(NotFound):
        shop.get(shop.customer, first.id)
    with shop.database.writing() as conn:
        write.restore(conn, shop.catalog, history.of_batch(conn, batch), by=4)
    found = shop.get(shop.customer, first.id)
    assert (found.values, found.created_at, found.created_by, found.updated_by) == (changed.values, first.created_at, 3, 4)
    entries = shop.reading(lambda conn: history.of_record(conn, "customer", first.id))
    assert [entry.action for entry in entries] == ["restore", "delete", "update", "create"]


def test_a_card_opened_before_the_deletion_is_stale_afterwards(shop: Shop) -> None:
    """Else an old card, saved late, would undo what was changed before the deletion."""
    opened = shop.add(shop.customer, name="old")
    changed = shop.change(shop.customer, opened, name="new")
    batch = shop.delete((shop.customer, opened.id))
    with shop.database.writing() as conn:
        write.restore(conn, shop.catalog, history.of_batch(conn, batch), by=None)
    for seen in (opened, changed):
        with pytest.raises(Stale):
            shop.change(shop.customer, seen, name="late")
    assert shop.get(shop.customer, opened.id).values["name"] == "new"


def test_a_restored_record_is_found_by_words_again(shop: Shop) -> None:
    record = shop.add(shop.customer, name="Wiederkehr Straße")
    batch = shop.delete((shop.customer, record.id))
    table = tables(shop.catalog)["customer"]
    with shop.database.writing() as conn:
        write.restore(conn, shop.catalog, history.of_batch(conn, batch), by=None)
        assert conn.execute(sa.select(table.c.s_name).where(table.c.id == record.id)).scalar() == "wiederkehr strasse"


def test_a_customer_goes_and_comes_back_with_its_parts(shop: Shop) -> None:
    customer = shop.add(shop.customer, name="Whole", contact_name="Li", job_title="Boss")
    second = shop.add(shop.contact, customer=customer.id, name="Wang")
    address = shop.add(shop.address, customer=customer.id, address_1="Street", contact=second.id)
    before = [shop.get(shop.customer, customer.id), shop.get(shop.contact, second.id), shop.get(shop.address, address.id)]
    with shop.database.writing() as conn:
        doomed = uses.with_parts(conn, shop.catalog, shop.customer, customer.id)
        batch = write.delete(conn, shop.catalog, doomed, by=None)
    assert [entity.name for entity, _ in doomed] == ["address", "contact", "contact", "customer"]
    with shop.database.writing() as conn:
        write.restore(conn, shop.catalog, history.of_batch(conn, batch), by=None)
    after = [shop.get(shop.customer, customer.id), shop.get(shop.contact, second.id), shop.get(shop.address, address.id)]
    assert [one.values for one in after] == [one.values for one in before]
    assert after[0].via_ids == before[0].via_ids


def test_what_refers_to_something_gone_cannot_come_back(shop: Shop) -> None:
    parent = shop.add(shop.customer, name="Parent")
    child = shop.add(shop.customer, name="Child", parent=parent.id)
    batch = shop.delete((shop.customer, child.id))
    shop.delete((shop.customer, parent.id))

    def restored() -> None:
        with shop.database.writing() as conn:
            write.restore(conn, shop.catalog, history.of_batch(conn, batch), by=None)

    with pytest.raises(NotRestorable):
        restored()
    with pytest.raises(NotFound):
        shop.get(shop.customer, child.id)
    assert shop.reading(lambda conn: history.deletion(conn, "customer", child.id)) is not None


def test_a_record_that_refers_to_itself_goes_and_comes_back(shop: Shop) -> None:
    record = shop.add(shop.customer, name="Ouroboros")
    shop.change(shop.customer, record, parent=record.id)
    batch = shop.delete((shop.customer, record.id))
    with shop.database.writing() as conn:
        write.restore(conn, shop.catalog, history.of_batch(conn, batch), by=None)
    assert shop.get(shop.customer, record.id).values["parent"] == record.id


def test_the_database_itself_refuses_to_delete_what_is_in_use(shop: Shop) -> None:
    """2.1: whoever asks, and also when the reference came in between the question and the act."""
    parent = shop.add(shop.customer, name="Parent")
    shop.add(shop.customer, name="Child", parent=parent.id)
    shop.add(shop.customer, name="Other", type=shop.row("customer_type", "partner"))
    with pytest.raises(IntegrityError):
        shop.delete((shop.customer, parent.id))
    with pytest.raises(IntegrityError):
        shop.delete((shop.catalog.entity("customer_type"), shop.row("customer_type", "partner")))
    assert shop.get(shop.customer, parent.id).values["name"] == "Parent"
    assert shop.reading(lambda conn: history.deletion(conn, "customer", parent.id)) is None


def test_deleting_what_is_gone_says_so(shop: Shop) -> None:
    record = shop.add(shop.customer, name="Gone")
    shop.delete((shop.customer, record.id))
    with pytest.raises(NotFound):
        shop.delete((shop.customer, record.id))


def test_one_that_cannot_go_keeps_all(shop: Shop) -> None:
    free, used = shop.add(shop.customer, name="Free"), shop.add(shop.customer, name="Used")
    shop.add(shop.customer, name="User", parent=used.id)
    with pytest.raises(IntegrityError):
        shop.delete((shop.customer, free.id), (shop.customer, used.id))
    assert shop.get(shop.customer, free.id).values["name"] == "Free"


def test_an_id_is_never_given_twice(shop: Shop) -> None:
    """A link to a deleted record must not lead to another one."""
    first = shop.add(shop.customer, name="first")
    shop.delete((shop.customer, first.id))
    assert shop.add(shop.customer, name="second").id > first.id


def test_a_dictionary_row_keeps_its_key_and_the_words_of_all_languages(shop: Shop) -> None:
    salutation = shop.catalog.entity("salutation")
    table = tables(shop.catalog)["salutation"]
    record = shop.add(salutation, name="Captain")
    with shop.database.writing() as conn:
        conn.execute(table.update().where(table.c.id == record.id).values(row_key=f"captain_{record.id}"))
        write.refold(conn, shop.catalog, salutation, record.id, 1, {"name": ["Captain", "船长", "Captain"]}, by=None)
    batch = shop.delete((salutation, record.id))
    with shop.database.writing() as conn:
        write.restore(conn, shop.catalog, history.of_batch(conn, batch), by=None)
        assert conn.execute(sa.select(table.c.s_name).where(table.c.id == record.id)).scalar() == "captain\n船长"
    assert shop.get(salutation, record.id).row_key == f"captain_{record.id}"


def test_parts_that_refer_to_each_other_go_and_come_back(workshop: Database) -> None:
    """In whatever order the database would have wanted them."""
    team = an_entity(a_field("name"), name="team", parts=("member",))
    member = an_entity(
        a_field("team", "reference", {"entity": "team"}), a_field("boss", "reference", {"entity": "member"}), name="member", owner="team", title="team"
    )
    with made(workshop, team, member) as catalog, workshop.writing() as conn:
        owner = write.insert(conn, catalog, team, {"name": "A"}, by=None)
        ids = [write.insert(conn, catalog, member, {"team": owner}, by=None) for _ in range(3)]
        for id, boss in zip(ids, (ids[1], ids[2], ids[0]), strict=True):
            write.update(conn, catalog, member, read.fetch(conn, catalog, member, id), {"boss": boss}, by=None)
        before = read.fetch_many(conn, catalog, member, ids)
        doomed = uses.with_parts(conn, catalog, team, owner)
        assert uses.uses_of(conn, catalog, doomed) == {}
        batch = write.delete(conn, catalog, doomed, by=None)
        assert read.total(conn, catalog, member) == 0
        write.restore(conn, catalog, history.of_batch(conn, batch), by=None)
        after = read.fetch_many(conn, catalog, member, ids)
        assert [one.values for one in after] == [one.values for one in before]


def test_disabled_fields_keep_their_data_through_deletion(workshop: Database) -> None:
    """3.1.6: disabling a field never loses data."""
    name, code = a_field("name"), a_field("code", searchable=True)
    with made(workshop, an_entity(name, code, name="kept")) as catalog, workshop.writing() as conn:
        id = write.insert(conn, catalog, catalog.entity("kept"), {"name": "a", "code": "Ä"}, by=None)
        entity = catalog.entity("kept")
        hidden = replace(entity, fields=(entity.fields[0], replace(entity.fields[1], enabled=False)))
        later = type(catalog)(2, {"kept": hidden}, {"en": {}})
        assert read.fetch(conn, later, hidden, id).values == {"name": "a"}
        batch = write.delete(conn, later, [(hidden, id)], by=None)
        write.restore(conn, later, history.of_batch(conn, batch), by=None)
        assert read.fetch(conn, catalog, entity, id).values == {"name": "a", "code": "Ä"}


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)
def test_a_record_that_is_being_changed_is_read_as_it_was(shop: Shop) -> None:
    """On SQLite writers follow one another from their first statement."""
    record = shop.add(shop.customer, name="old")
    with shop.database.writing() as first:
        seen = read.fetch(first, shop.catalog, shop.customer, record.id, lock=True)
        write.update(first, shop.catalog, shop.customer, seen, {"name": "first"}, by=None)
        assert shop.get(shop.customer, record.id).values["name"] == "old"
    assert shop.get(shop.customer, record.id).values["name"] == "first"


def test_defaults_fill_only_what_was_not_said(shop: Shop) -> None:
    assert write.with_defaults(shop.contact, {"name": "a"}) == {"language": "zh", "name": "a"}
    assert write.with_defaults(shop.contact, {"language": "en"}) == {"language": "en"}
    assert write.with_defaults(shop.contact, {"language": None}) == {"language": None}
