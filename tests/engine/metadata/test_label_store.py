"""Labels as they are kept: states, history, what stood at a moment."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.metadata import label_store
from engine.metadata.database import Database
from engine.metadata.label_store import Kept, mark_of

SAVED = Kept("甲", "A", shipped="甲", origin="shipped")


def test_a_label_comes_back_as_it_was_kept(workshop: Database) -> None:
    kept = Kept("第一行\n🍜 \u200fع", "A", "approved", "own", "旧")
    with workshop.writing() as conn:
        label_store.write(conn, "xa", {"x.1": kept, "x.2": SAVED}, "edit", 7)
        held = label_store.read(conn, "xa")
        assert held == {"x.1": kept, "x.2": SAVED}
        assert held["x.1"].by == 7
        assert held["x.1"].at is not None
        assert label_store.read(conn, "xa", ["x.2", "x.3"]) == {"x.2": SAVED}


def test_what_does_not_change_leaves_no_trace(workshop: Database) -> None:
    with workshop.writing() as conn:
        label_store.write(conn, "xb", {"x.1": SAVED}, "edit")
        label_store.write(conn, "xb", {"x.1": SAVED, "x.2": None}, "edit")
        assert len(label_store.history(conn, "xb", "x.1")) == 1
        assert label_store.history(conn, "xb", "x.2") == []


def test_every_change_is_in_the_history_the_newest_first(workshop: Database) -> None:
    steps = [Kept("a", "A"), Kept("b", "A"), None, Kept("c", "A", "approved")]
    with workshop.writing() as conn:
        for step in steps:
            label_store.write(conn, "xc", {"x.1": step}, "edit")
        told = label_store.history(conn, "xc", "x.1")
        assert [(one.before, one.after) for one in reversed(told)] == list(zip([None, *steps], steps, strict=False))


def test_many_labels_are_one_batch(workshop: Database) -> None:
    many = {f"x.{number}": Kept(f"t{number}", "A") for number in range(450)}
    with workshop.writing() as conn:
        batch = label_store.write(conn, "xd", many, "import")
        assert {one.key: one.after for one in label_store.batch_of(conn, "xd", batch)} == many
        assert [(one.id, one.labels, one.action) for one in label_store.batches(conn, "xd")] == [(batch, 450, "import")]


def test_what_stood_at_a_moment_is_known(workshop: Database) -> None:
    with workshop.writing() as conn:
        label_store.write(conn, "xe", {"x.1": Kept("a", "A"), "x.3": Kept("z", "A")}, "edit")
    moment = datetime.now(UTC)
    with workshop.writing() as conn:
        label_store.write(conn, "xe", {"x.1": Kept("b", "A"), "x.2": Kept("n", "A")}, "edit")
        label_store.write(conn, "xe", {"x.1": Kept("c", "A")}, "edit")
        assert label_store.since(conn, "xe", moment) == {"x.1": Kept("a", "A"), "x.2": None}


def test_a_mark_names_text_source_and_state() -> None:
    marks = {mark_of(None), SAVED.mark, Kept("甲", "B").mark, Kept("乙", "A").mark, Kept("甲", "A", "approved").mark}
    assert len(marks) == 5
    assert Kept("甲", "A", origin="own").mark == SAVED.mark
