"""The stored metadata: an immutable snapshot that every process renews by itself when the version says so."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace

import pytest
import sqlalchemy as sa

from engine.errors import UnknownEntity, UnknownField
from engine.metadata import definition, store
from engine.metadata import tables as t
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.metadata.store import CatalogStore, Version
from tests.databases import CATALOGS, ROOT, url_of

READER = """
import sys
from engine.metadata import store
from engine.metadata.database import Database
kept, database = store.CatalogStore(), Database(sys.argv[1])
for line in sys.stdin:
    with database.reading() as conn:
        catalog = kept.current(conn, store.read_version(conn))
    field = catalog.entity("customer").by_name.get("fax")
    print(field.label if field else "hidden", flush=True)
"""


def test_another_process_shows_a_change_on_its_next_page(installed: Database) -> None:
    """0: with no restart and no code."""
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, url_of(installed)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdin is not None
    assert reader.stdout is not None

    def next_page() -> str:
        assert reader.stdin is not None
        assert reader.stdout is not None
        reader.stdin.write("\n")
        reader.stdin.flush()
        return reader.stdout.readline().strip()

    try:
        assert next_page() == "Fax"
        with installed.writing() as conn:
            fax = store.load(conn).entity("customer").field("fax")
            store.save_field(conn, replace(fax, label="传真 🍜"))
            store.bump_version(conn)
        assert next_page() == "传真 🍜"
        with installed.writing() as conn:
            store.save_field(conn, replace(fax, enabled=False))
            store.bump_version(conn)
        assert next_page() == "hidden"
    finally:
        reader.stdin.close()
        reader.wait(timeout=30)
        reader.stdout.close()


def test_a_catalog_is_kept_until_the_version_changes(installed: Database) -> None:
    first, second = CatalogStore(), CatalogStore()
    with installed.reading() as conn:
        version = store.read_version(conn)
        held = first.current(conn, version)
        assert first.current(conn, version) is held
        assert second.current(conn, version) is not held
    with installed.writing() as conn:
        store.bump_version(conn)
    with installed.reading() as conn:
        later = store.read_version(conn)
        assert later == Version(version.catalog + 1, version.dictionaries, version.languages + 1)
        assert first.current(conn, later).version == later.catalog
        assert held.version == version.catalog, "who works with the old one goes on with it"


def test_a_change_of_rows_leaves_the_catalog_alone(installed: Database) -> None:
    kept = CatalogStore()
    with installed.reading() as conn:
        version = store.read_version(conn)
        held = kept.current(conn, version)
    with installed.writing() as conn:
        store.bump_version(conn, "dictionaries")
    with installed.reading() as conn:
        later = store.read_version(conn)
        assert (later.catalog, later.dictionaries) == (version.catalog, version.dictionaries + 1)
        assert kept.current(conn, later) is held


def test_a_change_that_is_taken_back_is_seen_by_nobody(installed: Database) -> None:
    def fails() -> None:
        with installed.writing() as conn:
            store.save_field(conn, replace(store.load(conn).entity("customer").field("fax"), label="never"))
            store.bump_version(conn)
            raise ZeroDivisionError

    with installed.reading() as conn:
        version = store.read_version(conn)
    with pytest.raises(ZeroDivisionError):
        fails()
    with installed.reading() as conn:
        assert store.read_version(conn) == version
        assert store.load(conn).entity("customer").field("fax").label == "Fax"


def test_threads_share_one_catalog(installed: Database) -> None:
    kept, found = CatalogStore(), []

    def ask() -> None:
        with installed.reading() as conn:
            found.append(kept.current(conn, store.read_version(conn)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({id(one) for one in found}) == 1


def test_what_is_stored_is_what_the_catalog_files_say(shared_catalog: Catalog) -> None:
    """Nothing is lost on the way through the tables: labels, options, order, groups, via, locks."""
    for one in definition.read(CATALOGS):
        found = shared_catalog.entity(one.entity.name)
        told = {name: getattr(found, name) for name in vars(one.entity) if name not in ("position", "by_name", "vias")}
        assert told == {name: getattr(one.entity, name) for name in told}


def test_a_catalog_cannot_be_changed(shared_catalog: Catalog) -> None:
    customer = shared_catalog.entity("customer")
    for thing, name in ((shared_catalog, "version"), (customer, "label"), (customer.fields[0], "label"), (customer.groups[0], "label")):
        with pytest.raises((FrozenInstanceError, AttributeError)):
            setattr(thing, name, "changed")
    assert isinstance(customer.fields, tuple)
    assert isinstance(customer.groups, tuple)


def test_unknown_names(shared_catalog: Catalog) -> None:
    with pytest.raises(UnknownEntity):
        shared_catalog.entity("custmer")
    with pytest.raises(UnknownField):
        shared_catalog.entity("customer").field("naem")
    with pytest.raises(UnknownField):
        shared_catalog.entity("customer").group("naem")


def test_a_disabled_field_is_kept_and_not_shown(shared_catalog: Catalog) -> None:
    """3.1.5."""
    customer = shared_catalog.entity("customer")
    hidden = replace(customer, fields=tuple(replace(one, enabled=one.name != "fax") for one in customer.fields))
    assert "fax" not in hidden.by_name
    assert "fax" not in [one.name for one in hidden.fields_of(hidden.group("basic"))]
    assert "fax" in [one.name for one in hidden.fields]
    with pytest.raises(UnknownField):
        hidden.field("fax")


def test_a_narrowed_entity_has_only_those_fields(shared_catalog: Catalog) -> None:
    narrow = shared_catalog.entity("customer").narrowed(frozenset({"name", "fax"}))
    assert list(narrow.by_name) == ["name", "fax"]


def test_who_refers_to_what(shared_catalog: Catalog) -> None:
    referrers = {name: {(one.entity, one.name) for one in found} for name, found in shared_catalog.referrers.items()}
    assert referrers["customer"] == {("customer", "agent"), ("customer", "parent"), ("contact", "customer"), ("address", "customer")}
    assert referrers["salutation"] == {("contact", "salutation")}, "the customer card only shows the contact's"


LABELS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "the reader's language": (("zh-Hans",), "甲"),
    "the first that has a text": (("zh-Hant", "zh-Hans"), "甲"),
    "the source language": (("de",), "A"),
    "an empty text is none": (("fr",), "A"),
    "no language": ((), "A"),
}


@pytest.mark.parametrize("case", LABELS)
def test_a_label_falls_back(case: str) -> None:
    """3.2.2."""
    languages, text = LABELS[case]
    catalog = Catalog(1, {}, {"en": {"a": "A"}, "zh-Hans": {"a": "甲"}, "fr": {"a": ""}})
    assert catalog.text("a", languages) == text
    assert catalog.text("b", languages) == ""


def test_labels_are_written_over_those_of_the_same_key_and_language(workshop: Database) -> None:
    with workshop.writing() as conn:
        store.save_labels(conn, "zh-Hans", [(f"x.{n}", "A", "甲") for n in range(450)], origin="shipped")
        store.save_labels(conn, "de", [("x.1", "A", "Ä")], origin="shipped")
        store.save_labels(conn, "zh-Hans", [("x.1", "A", "乙 🍜")], origin="own")
        labels = store.load(conn).labels
        assert (len([key for key in labels["zh-Hans"] if key.startswith("x.")]), labels["zh-Hans"]["x.1"], labels["de"]["x.1"]) == (450, "乙 🍜", "Ä")
        assert labels["zh-Hans"]["x.2"] == "甲"
        conn.execute(sa.delete(t.LABEL).where(t.LABEL.c.label_key.like("x.%")))


def test_saving_a_field_that_there_is_not(installed: Database) -> None:
    with installed.writing() as conn:
        fax = store.load(conn).entity("customer").field("fax")
        with pytest.raises(UnknownField):
            store.save_field(conn, replace(fax, id="nobody"))
        store.add_field(conn, replace(fax, id="c1", name="c_motto", column="c_motto", default="x", system=False, required=True))
        found = store.load(conn).entity("customer").field("c_motto")
    assert (found.default, found.system, found.required, found.column) == ("x", False, True, "c_motto")


