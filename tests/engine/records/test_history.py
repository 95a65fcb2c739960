"""The history: who did what, when, from what to what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine import accounts
from engine.metadata.model import Json
from engine.records import history, write
from tests.engine.records.conftest import Shop


def test_every_act_is_told_newest_first(shop: Shop) -> None:
    with shop.database.writing() as conn:
        user = accounts.add_user(conn, f"historian {shop.database.dialect}", "correct horse", "user", name="Zhang 🍜")
    before = datetime.now(UTC) - timedelta(seconds=1)
    record = shop.add(shop.customer, by=user, name="a")
    shop.change(shop.customer, record, name="b")
    entries = shop.reading(lambda conn: history.of_record(conn, "customer", record.id))
    assert [(entry.action, entry.changes) for entry in entries] == [("update", {"name": ("a", "b")}), ("create", {"name": (None, "a")})]
    assert [(entry.user_id, entry.user_name) for entry in entries] == [(None, ""), (user, "Zhang 🍜")]
    assert all(before < entry.at <= datetime.now(UTC) and entry.at.tzinfo is UTC for entry in entries)
    assert [e.action for e in shop.reading(lambda conn: history.of_record(conn, "customer", record.id, limit=1))] == ["update"]
    assert shop.reading(lambda conn: history.newest(conn, ["customer", "contact"], 2)) == entries
    assert shop.reading(lambda conn: history.has_created(conn, "customer", user))
    assert shop.reading(lambda conn: history.newest(conn, ["no such entity"], 2)) == []
    assert not shop.reading(lambda conn: history.has_created(conn, "contact", user))


VALUES: dict[str, Json] = {
    "text": "宏远 🍜 'x' \\ \u202e", "number": 2**53 - 1, "decimal": "999999999999.999999", "yes": True, "no": False, "list": ["a", "b"], "nothing": None,
}  # fmt: skip


@pytest.mark.parametrize("case", VALUES)
def test_values_are_kept_exactly(case: str, shop: Shop) -> None:
    value = VALUES[case]
    with shop.database.writing() as conn:
        history.write(conn, "museum", 1, "update", {"x": (value, None), "y": (None, value)}, by=None)
        entry = history.of_record(conn, "museum", 1)[0]
    assert entry.changes == {"x": (value, None), "y": (None, value)}
    assert type(entry.changes["x"][0]) is type(value)


def test_a_long_text_is_kept_whole(shop: Shop) -> None:
    long = "界" * 100_000
    with shop.database.writing() as conn:
        history.write(conn, "museum", 2, "update", {"x": (long, long)}, by=None)
        assert history.of_record(conn, "museum", 2)[0].changes["x"] == (long, long)


def test_the_deleted_that_can_come_back(shop: Shop) -> None:
    gone, back = shop.add(shop.customer, name="gone"), shop.add(shop.customer, name="back")
    for record in (gone, back):
        batch = shop.delete((shop.customer, record.id))
    with shop.database.writing() as conn:
        write.restore(conn, shop.catalog, history.of_batch(conn, batch), by=None)
    deleted = shop.reading(lambda conn: history.deleted(conn, "customer"))
    assert gone.id in [entry.record_id for entry in deleted]
    assert back.id not in [entry.record_id for entry in deleted]
    found = shop.reading(lambda conn: history.deletion(conn, "customer", gone.id))
    assert found.changes["name"] == ("gone", None)
    assert shop.reading(lambda conn: history.deletion(conn, "customer", back.id)) is None
    assert shop.reading(lambda conn: history.deletion(conn, "customer", 10**15)) is None


def test_one_act_on_several_records_is_one_batch_in_order(shop: Shop) -> None:
    customer = shop.add(shop.customer, name="a")
    contact = shop.add(shop.contact, customer=customer.id, name="Li")
    batch = shop.delete((shop.contact, contact.id), (shop.customer, customer.id))
    entries = shop.reading(lambda conn: history.of_batch(conn, batch))
    assert [(entry.entity, entry.record_id) for entry in entries] == [("contact", contact.id), ("customer", customer.id)]
    assert shop.reading(lambda conn: history.of_batch(conn, "no such batch")) == []
