"""The labels that the program ships: taken over at set-up and with each upgrade, never over an installation's own."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polib
import sqlalchemy as sa
from sqlalchemy import Connection

from engine.i18n.languages import shipped_digest
from engine.metadata import label_store
from engine.metadata import tables as t
from engine.metadata.folding import fold
from engine.metadata.label_store import SHIPPED, Kept
from engine.metadata.model import Catalog, Entity, Field
from engine.metadata.physical import folded_column, is_folded, joined, tables
from engine.metadata.rows import row_label_key


def refresh(conn: Connection, catalog: Catalog, locales: Path, new: Collection[str] = ()) -> int:
    """Take over what the shipped labels of known entities say now; `new` names entities that have none yet.

    A label that the installation has put in its place stays, and only learns what is shipped. Returns how many changed.
    The version is the caller's to bump.
    """
    count = 0
    for language, path in meta_catalogs(locales):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if not new and shipped_digest(conn, language) == digest:
            continue
        coming = _coming(conn, language, _translations(path, catalog), new)
        label_store.write(conn, language, coming, "upgrade", recorded=not new)
        shipped_digest(conn, language, digest)
        count += len(coming)
    if count:
        fold_translations(conn, catalog)
    return count


def _coming(conn: Connection, language: str, told: Mapping[str, Kept], new: Collection[str]) -> dict[str, Kept]:
    """The labels that change."""
    held = label_store.read(conn, language)
    found = {}
    for key, kept in told.items():
        if new and key.split(".")[1] not in new:
            continue
        before = held.get(key)
        after = kept if before is None or before.origin == SHIPPED else replace(before, shipped=kept.text)
        if after != before:
            found[key] = after
    return found


def meta_catalogs(locales: Path) -> Iterator[tuple[str, Path]]:
    """(language, meta.po) of every shipped language."""
    for path in sorted(locales.glob("*/LC_MESSAGES/meta.po")):
        yield path.parent.parent.name.replace("_", "-"), path


def _translations(path: Path, catalog: Catalog) -> dict[str, Kept]:
    """The labels of a file that belong to an entity there is, by key. What the file calls fuzzy needs editing."""
    names = {one.name for one in catalog.stored}
    return {
        entry.msgctxt: Kept(entry.msgstr, entry.msgid, "needs_editing" if entry.fuzzy else "translated", SHIPPED, entry.msgstr)
        for entry in polib.pofile(str(path))
        if entry.msgctxt and entry.msgstr and not entry.obsolete and entry.msgctxt.split(".")[1] in names
    }


def fold_translations(conn: Connection, catalog: Catalog, only: Collection[str] = ()) -> None:
    """Let translatable texts of dictionary rows be found in every language: the folded column holds them all.

    `only` names the labels of the rows that this is about, where it is not about all.
    """
    about = {key.split(".")[1] for key in only}
    labels: dict[str, list[str]] = {}
    for key, text in conn.execute(sa.select(t.LABEL.c.label_key, t.LABEL.c.text).where(t.LABEL.c.label_key.like("row.%"))):
        labels.setdefault(key, []).append(text)
    for entity in (one for one in catalog.entities.values() if one.is_dictionary and (not about or one.name in about)):
        for field in entity.fields:
            if field.options.get("translatable") and is_folded(catalog, field):
                _fold_field(conn, catalog, entity, field, labels, only)


def _fold_field(
    conn: Connection, catalog: Catalog, entity: Entity, field: Field, labels: Mapping[str, Sequence[str]], only: Collection[str]
) -> None:
    table, home = tables(catalog)[entity.name], tables(catalog)[field.table]
    wanted = sa.select(table.c.id, table.c.row_key, home.c[field.column].label("text")).select_from(joined(catalog, entity, [field]))
    for row in conn.execute(wanted).all():
        key = row_label_key(entity.name, row.row_key, row.id, field.name)
        if only and key not in only:
            continue
        texts = [row.text or "", *labels.get(key, ())]
        folded = "\n".join(fold(text) for text in texts)
        conn.execute(sa.update(home).where(home.c.id == row.id).values({folded_column(field): folded}))
