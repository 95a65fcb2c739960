"""The entries of lists in files of definitions: carried from one installation to another by their keys, with their texts in every language.

What is new comes. What is different here and there is told, and comes only where that is wished, so that nothing that was changed here is
written over unseen. Nothing is deleted, and what a file leaves out stays as it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from engine import rules
from engine.errors import BadCatalog
from engine.messages import M_, Message
from engine.metadata import rows as dictionaries
from engine.metadata import store
from engine.metadata.definition import Definition
from engine.metadata.folding import fold
from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity, Field, Json
from engine.metadata.physical import is_stored
from engine.metadata.rows import Dictionaries, RowSet, row_label_key
from engine.metadata.types import TYPES
from engine.records import read, write
from engine.schema.operation import Finding
from engine.service import shipped_labels

IN = "@"
"""What stands before a language where an entry's texts in it follow."""
Entry = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in an entry that is here and there: cells, and texts by language."""

    entity: str
    key: str
    cells: Mapping[str, Json]
    texts: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Entries that are not here, in the order in which they can come; what is different; what does not come, and why."""

    new: list[tuple[str, Entry]] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def entries(conn: Connection, catalog: Catalog) -> dict[str, list[dict[str, Json]]]:
    """The entries of every list in force, in the order in which they are offered."""
    known = dictionaries.load(conn, catalog, store.read_version(conn))
    return {name: list(_of_list(conn, catalog, catalog.entity(name), held, known)) for name, held in known.sets.items()}


def _of_list(conn: Connection, catalog: Catalog, entity: Entity, held: RowSet, known: Dictionaries) -> Iterator[dict[str, Json]]:
    records = {one.id: one for one in read.fetch_many(conn, catalog, entity, list(held.rows))}
    for row, _ in held.ordered:
        if row.key is None or row.id not in records:
            continue
        told: dict[str, Json] = {"key": row.key}
        for one in _carried(entity, known):
            value = records[row.id].values.get(one.name)
            target = known.of(one.target or "") if TYPES[one.type].refers else None
            if target is not None and value is not None:
                value = target.rows[value].key if value in target.rows else None
            if value is not None:
                told[one.name] = value
        translated = [one.name for one in entity.by_name.values() if one.options.get("translatable")]
        for language in sorted({tag for name in translated for tag in row.texts.get(name, {})} - {SOURCE_LANGUAGE}):
            told[IN + language] = {name: text for name in translated if (text := row.texts.get(name, {}).get(language))}
        yield told


def _carried(entity: Entity, known: Dictionaries) -> list[Field]:
    """The fields whose values mean the same elsewhere: no files, no references to records that are no entries."""
    fields = [one for one in entity.by_name.values() if one.via is None and is_stored(one) and one.type not in ("attachment", "image")]
    return [one for one in fields if not TYPES[one.type].refers or known.of(one.target or "") is not None]


def compare(conn: Connection, catalog: Catalog, wanted: Mapping[str, Definition]) -> Difference:
    """What the files hold and what is here. Lists that are not here yet are all new."""
    found, here = Difference(), entries(conn, catalog)
    for name in _in_turn(wanted):
        entity = catalog.entities.get(name)
        kept = {row["key"]: row for row in here.get(name, ())}
        names = {fold(str(row.get(entity.title))): row["key"] for row in kept.values()} if entity else {}
        coming = {row["key"] for row in wanted[name].rows}
        for row in wanted[name].rows:
            if entity is None:
                found.new.append((name, row))
            elif row["key"] in kept:
                found.changed.extend(_changed(entity, kept[row["key"]], row))
            elif entity.locks.add:
                _tell(found, entity, row, M_("“%(label)s” does not come: nothing can be added to this list.", label=_called(entity, row)))
            elif names.get(fold(_called(entity, row)), row["key"]) not in coming:
                _tell(found, entity, row, M_("“%(label)s” is here already, under another key; it does not come.", label=_called(entity, row)))
            else:
                found.new.append((name, row))
    return found


def _in_turn(wanted: Mapping[str, Definition]) -> list[str]:
    """The lists, each after those to whose entries its own refer."""
    left = {name: one for name, one in sorted(wanted.items()) if one.entity.is_dictionary and one.rows}
    found: list[str] = []
    while left:
        ready = [name for name, one in left.items() if not ({ref.target for ref in one.entity.fields} & (left.keys() - {name}))] or list(left)
        found += ready
        left = {name: one for name, one in left.items() if name not in ready}
    return found


def _called(entity: Entity, row: Entry) -> str:
    return str(row.get(entity.title) or row["key"])


def _tell(found: Difference, entity: Entity, row: Entry, message: Message) -> None:
    found.findings.append(Finding("T6", "warning", message, entity.name))


def _changed(entity: Entity, here: Entry, there: Entry) -> Iterator[Change]:
    fixed = {name for name, keys in entity.locks.change.items() if there["key"] in keys}  # is as the program ships it, here and there
    free = [name for name in entity.by_name if name not in fixed]
    cells = {name: there[name] for name in free if name in there and here.get(name) != there[name]}
    texts = {
        language[1:]: told
        for language, coming in there.items()
        if language.startswith(IN) and (told := {name: coming[name] for name in free if coming.get(name) not in (None, here.get(language, {}).get(name))})
    }
    if cells or texts:
        yield Change(entity.name, str(there["key"]), cells, texts)


def told(catalog: Catalog, found: Difference, *, take: bool) -> list[Finding]:
    """What there is to know of the difference; with `take` what is different comes, and is not told as staying."""
    said = list(found.findings)
    for one in found.changed if not take else ():
        entity = catalog.entity(one.entity)
        what = ", ".join(dict.fromkeys([*one.cells, *(f"{name}@{language}" for language, texts in one.texts.items() for name in texts)]))
        message = M_("The entry “%(key)s” of “%(label)s” is different there (%(what)s); here it stays.", key=one.key, label=entity.label, what=what)
        said.append(Finding("T5", "warning", message, one.entity))
    return said


def take(conn: Connection, catalog: Catalog, found: Difference, *, changed: bool) -> dict[str, int]:
    """Store what is new, and with `changed` what is different. Raises BadCatalog for an entry that cannot be; then the caller takes all back."""
    known = dictionaries.load(conn, catalog, store.read_version(conn))
    ids = {(name, key): id for name, held in known.sets.items() for key, id in held.by_key.items()}
    batch, waiting, count = uuid.uuid4().hex, list(found.new), 0
    while waiting:
        ready = [(name, row) for name, row in waiting if _resolved(catalog, name, row, ids)]
        if not ready:
            name, row = waiting[0]
            raise BadCatalog(f"{name}.yaml", name, "", f"the entry {row['key']!r} names an entry that there is not")
        for name, row in ready:
            entity = catalog.entity(name)
            values = _values(catalog, entity, row, ids)
            _check(catalog, entity, row["key"], "create", values)
            ids[name, row["key"]] = write.insert(conn, catalog, entity, write.with_defaults(entity, values), by=None, batch=batch, key=row["key"])
            _label(conn, entity, row["key"], values, {language[1:]: texts for language, texts in row.items() if language.startswith(IN)})
            count += 1
        waiting = [(name, row) for name, row in waiting if (name, row["key"]) not in ids]
    altered = sum(_alter(conn, catalog, one, ids, batch) for one in found.changed) if changed else 0
    if count or altered:
        shipped_labels.fold_translations(conn, catalog)
        store.bump_version(conn, "dictionaries")
    return {"new": count, "changed": altered}


Ids = Mapping[tuple[str, str], int]


def _resolved(catalog: Catalog, name: str, row: Entry, ids: Ids) -> bool:
    """Whether all that an entry names is there."""
    entity = catalog.entity(name)
    refers = [one for one in entity.by_name.values() if one.name in row and TYPES[one.type].refers]
    return all((one.target or "", row[one.name]) in ids for one in refers)


def _values(catalog: Catalog, entity: Entity, row: Entry, ids: Ids) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, value in row.items():
        one = entity.by_name.get(name)
        if one is not None and one.via is None:
            found[name] = ids.get((one.target or "", str(value))) if TYPES[one.type].refers else value
    return found


def _check(catalog: Catalog, entity: Entity, key: str, mode: rules.Mode, values: Mapping[str, Json]) -> None:
    for problem in rules.judge(catalog, entity, mode).check(values):
        one = entity.by_name.get(problem.field or "")
        said = Message(problem.message.text, {"label": one.label if one else problem.field or "", **problem.message.params})
        raise BadCatalog(f"{entity.name}.yaml", entity.name, problem.field or "", f"entry {key!r}: {said}")


def _label(conn: Connection, entity: Entity, key: str, sources: Mapping[str, Json], texts: Mapping[str, Mapping[str, str]]) -> None:
    for language, coming in texts.items():
        named = {name: row_label_key(entity.name, key, 0, name) for name in coming if name in entity.by_name}
        store.save_labels(conn, language, [(named[name], str(sources.get(name) or ""), coming[name]) for name in named], origin="own")


def _alter(conn: Connection, catalog: Catalog, one: Change, ids: Ids, batch: str) -> int:
    """Make an entry what it is there. Returns 1."""
    entity = catalog.entity(one.entity)
    record = read.fetch(conn, catalog, entity, ids[one.entity, one.key], lock=True)
    if not _resolved(catalog, one.entity, one.cells, ids):
        raise BadCatalog(f"{entity.name}.yaml", entity.name, "", f"the entry {one.key!r} names an entry that there is not")
    values = _values(catalog, entity, one.cells, ids)
    _check(catalog, entity, one.key, "update", values)
    if entity.tree in values:
        _check_loop(conn, catalog, entity, record.id, values[entity.tree or ""], one.key)
    write.update(conn, catalog, entity, record, values, by=None, batch=batch)
    _label(conn, entity, one.key, {**record.values, **values}, one.texts)
    return 1


def _check_loop(conn: Connection, catalog: Catalog, entity: Entity, id: int, parent: int | None, key: str) -> None:
    if dictionaries.misplaced(read.lock_tree(conn, catalog, entity), id, parent):
        raise BadCatalog(f"{entity.name}.yaml", entity.name, entity.tree or "", f"the entry {key!r} would stand below itself, or too deep")
