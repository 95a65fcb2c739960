"""A process that follows changes by the journal knows what one knows that reads the metadata afresh; what it cannot follow it reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.i18n.languages import LanguageStore, sentence_key
from engine.metadata import label_store, store
from engine.metadata.database import Database
from engine.metadata.label_store import Kept
from engine.metadata.rows import DictionaryStore
from engine.metadata.store import CatalogStore
from engine.schema import apply, stages
from engine.schema.follow import follow
from engine.schema.operation import Operation
from engine.schema.ops import (
    AddEntity,
    AddField,
    AddGroup,
    ChangeEntity,
    ChangeField,
    ChangeGroup,
    ConvertField,
    MoveFields,
    MoveGroup,
    PurgeField,
    RemoveGroup,
    RestoreEntity,
    RestoreField,
    RetireEntity,
    RetireField,
    SetLabels,
    WidenField,
)  # fmt: skip
from engine.schema.running import Orders
from tests.engine.schema.beside import plain
from tests.faults.conftest import a_definition

CHANGES: list[tuple[Operation, ...]] = [
    (AddField("customer", "c_one", "text", "basic", "One", {"zh-Hans": "一", "de": "Eins"}, before="name"),),
    (AddField("contact", "c_two", "list", "basic", "Two", options={"entity": "industry"}, searchable=True),),
    (ChangeField("customer", "c_one", {"help": "Help", "label": "First", "in_list": True}),),
    (WidenField("customer", "c_one", {"max_length": 400}),),
    (AddGroup("customer", "c_group", "Group", {"zh-Hans": "组"}, columns=3), MoveFields("customer", ("c_one", "fax"), "c_group")),
    (ChangeGroup("customer", "c_group", {"label": "Own", "collapsed": True}), MoveGroup("customer", "c_group", "basic")),
    (MoveFields("customer", ("fax", "c_one"), "basic", "name"), RemoveGroup("customer", "c_group")),
    (SetLabels("zh-Hans", {"field.customer.c_one.label": "第一", "field.customer.name.label": None}),),
    (AddEntity(a_definition("c_thing", {"name": "code", "label": "Code", "type": "text"}), {"zh-Hans": {"entity.c_thing.label": "东西"}}),),
    (ChangeEntity("c_thing", {"label": "Things", "icon": "box"}),),
    (RetireEntity("c_thing"),),
    (RestoreEntity("c_thing"),),
    (ChangeField("customer", "c_one", {"searchable": True}),),
    (ConvertField("customer", "c_one", "c_three", "integer"),),
    (RetireField("contact", "c_two"), RetireField("customer", "c_three")),
    (PurgeField("customer", "c_three"),),
    (RestoreField("contact", "c_two"), RestoreField("customer", "c_one")),
]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # rows are read back alike everywhere; the random changes run on all
def test_what_is_followed_is_what_is_read(installed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "GRACE", 0.0)
    following, known = CatalogStore(follow), None
    for place, operations in enumerate(CHANGES):
        with installed.reading() as conn:
            following.current(conn, store.read_version(conn))
        confirmed = frozenset({"D1:customer:c_three"})
        done = apply.publish(installed, operations, Orders(confirmed=confirmed, archive=tmp_path, known=known))
        with installed.reading() as conn:
            read = plain(store.load(conn))
            assert plain(following.current(conn, store.read_version(conn))) == read, place
        assert done.catalog is None or plain(done.catalog) == read
        known = done.catalog


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_did_not_change_stays_the_same_object(installed: Database) -> None:
    following, rows = CatalogStore(follow), DictionaryStore()
    with installed.reading() as conn:
        version = store.read_version(conn)
        before = following.current(conn, version)
        held = rows.current(conn, before, version)
    apply.publish(installed, CHANGES[0], Orders())
    with installed.reading() as conn:
        version = store.read_version(conn)
        after = following.current(conn, version)
        assert after.entities["contact"] is before.entities["contact"]
        assert after.entities["customer"] is not before.entities["customer"]
        assert rows.current(conn, after, version).sets is held.sets
        assert rows.current(conn, after, version).version == version


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_somebody_else_wrote_is_read(installed: Database) -> None:
    following = CatalogStore(follow)
    with installed.reading() as conn:
        before = following.current(conn, store.read_version(conn))
    apply.publish(installed, CHANGES[0], Orders())
    with installed.writing() as conn:
        store.save_labels(conn, "zh-Hans", [("field.customer.fax.label", "Fax", "传真机")], origin="own")
        store.bump_version(conn)
    with installed.reading() as conn:
        version = store.read_version(conn)
        after = following.current(conn, version)
    assert after.version == version.catalog
    assert after.labels["zh-Hans"]["field.customer.fax.label"] == "传真机"
    assert after.entities["contact"] is not before.entities["contact"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_change_of_fields_leaves_the_languages_and_one_of_words_does_not(installed: Database) -> None:
    """Nobody reads the program's own sentences again because a field came; whoever writes a word makes everybody read them."""
    spoken = LanguageStore()
    with installed.reading() as conn:
        before = spoken.current(conn, store.read_version(conn).languages)
    apply.publish(installed, CHANGES[0], Orders())
    with installed.reading() as conn:
        assert spoken.current(conn, store.read_version(conn).languages) is before
    with installed.writing() as conn:
        label_store.write(conn, "zh-Hans", {sentence_key("Save"): Kept("存起来", "Save")}, "edit")
        store.bump_version(conn)
    with installed.reading() as conn:
        after = spoken.current(conn, store.read_version(conn).languages)
    assert after.own["zh-Hans"]["Save"] == ["存起来"]
