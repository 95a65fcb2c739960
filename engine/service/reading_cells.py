"""Cells of a file become values: numbers and dates in plain spelling or the reader's, names looked up, words for yes and no."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from babel import Locale

from engine.errors import BadValue
from engine.messages import M_, Message, Problem
from engine.metadata import labels
from engine.metadata.folding import fold
from engine.metadata.model import SOURCE_LANGUAGE, Entity, Field, Json
from engine.metadata.rows import Row, RowSet
from engine.metadata.types import TYPES, Invalid, Region
from engine.metadata.types.choice import Palette
from engine.query import suggest
from engine.records import read
from engine.records.read import Record
from engine.render.view import NO, YES
from engine.service.exporting import BETWEEN, NUMBERS
from engine.service.lookup import NOBODY, SEVERAL
from engine.service.visit import Visit

NO_CHOICE = M_("“%(text)s” is none of the choices.")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ID = re.compile(r"#([0-9]{1,18})")
TRUE, FALSE = ("true", "1", "yes", "y", "x", "✓", "是"), ("false", "0", "no", "n", "–", "-", "否")


class Names:
    """Who is called what, remembered for the rows of one file; new entries of a list are seen by the rows after them."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self._index: dict[str, dict[str, set[int]]] = {}
        self._cards: dict[tuple[str, str], list[int]] = {}

    def note(self, entity: Entity, id: int, values: Mapping[str, Json]) -> None:
        """An entry was added or changed: it is called so from now on."""
        self._cards = {key: ids for key, ids in self._cards.items() if key[0] != entity.name}
        held = self.visit.rows.of(entity.name)
        if held is None:
            return
        row = _noted(entity, held.rows.get(id), id, values, self.visit.language.chain[0])
        known = RowSet(held.title, {**held.rows, id: row})
        lists = replace(self.visit.rows, sets={**self.visit.rows.sets, entity.name: known})
        self.visit = replace(self.visit, view=replace(self.visit.view, dictionaries=lists))
        for one in self.visit.catalog.referrers.get(entity.name, ()):
            for name in names_of(self.visit, known, id, one.options.get("show", "title")) if one.id in self._index else ():
                self._index[one.id].setdefault(name, set()).add(id)

    def called(self, one: Field, text: str, kept: Json) -> list[int]:
        """The ids of all that a field may name so: in use, or `kept` by the record already."""
        if match := _ID.fullmatch(text):
            return [int(match[1])]
        found = self.visit.rows.of(one.target or "")
        if found is None:
            return self._card(one, text)
        ids = self._entries(one, found).get(fold(text), set())
        active = [id for id in sorted(ids) if found.rows[id].active or id == kept]
        shown = [id for id in active if fold(found.show(id, one.options.get("show", "title"), self.visit.view.languages)) == fold(text)]
        return shown if len(active) > 1 and shown else active

    def _entries(self, one: Field, found: RowSet) -> dict[str, set[int]]:
        if one.id not in self._index:
            index: dict[str, set[int]] = {}
            for id in found.rows:
                for name in names_of(self.visit, found, id, one.options.get("show", "title")):
                    index.setdefault(name, set()).add(id)
            self._index[one.id] = index
        return self._index[one.id]

    def _card(self, one: Field, text: str) -> list[int]:
        key = (one.target or "", fold(text))
        if key not in self._cards:
            target = self.visit.catalog.entity(one.target or "")
            pairs = suggest.by_title(self.visit.conn, self.visit.catalog, target, text, None, self.visit.scope(), limit=2, exact=True)
            self._cards[key] = [id for id, _ in pairs]
        return self._cards[key]


def _noted(entity: Entity, held: Row | None, id: int, values: Mapping[str, Json], language: str) -> Row:
    """An entry as it is after these values were written in a language."""
    row = held or Row(id, None, None, 0, active=True)
    texts = dict(row.texts)
    for name, value in values.items():
        if entity.by_name[name].type in ("text", "multiline"):
            texts[name] = {**texts.get(name, {}), language if held else SOURCE_LANGUAGE: value or ""}
    return replace(
        row,
        texts=texts,
        parent=values.get(entity.tree, row.parent) if entity.tree else None,
        position=int(values.get("position", row.position) or 0),
        active=values.get("active", row.active) is not False,
    )


def names_of(visit: Visit, found: RowSet, id: int, how: str) -> set[str]:
    """What an entry may be called in a file: its name in any language, its key, and what the field shows of it."""
    row = found.rows[id]
    told = [*row.texts.get(found.title, {}).values(), row.key or "", found.show(id, how, visit.view.languages)]
    return {fold(text) for text in told if text}


def values_of(reader: Names, entity: Entity, cells: Mapping[str, str], record: Record | None) -> tuple[dict[str, Json], list[Problem]]:
    """The values of a row's cells, None for empty ones, and what cannot be read."""
    values: dict[str, Json] = {}
    problems: list[Problem] = []
    for name, text in cells.items():
        one = entity.by_name[name]
        try:
            values[name] = _value(reader, one, text.strip(), record.values.get(name) if record else None)
        except Invalid as error:
            problems.append(Problem(name, error.code, error.message))
        except BadValue as error:
            problems.append(Problem(name, "reference", error.message))
    return values, problems


def _value(reader: Names, one: Field, text: str, kept: Json) -> Json:
    """Raises Invalid, BadValue."""
    visit = reader.visit
    if not text:
        return None
    if TYPES[one.type].refers:
        return _reference(reader, one, text, kept)
    match one.type:
        case "check":
            return _check(visit, text)
        case "choice" | "multiple_choice":
            named = {fold(label): code for code, label in labels.choices(visit.catalog, one, visit.view.languages)}
            named |= {fold(choice["label"]): choice["value"] for choice in one.options["choices"]}
            named |= {fold(choice["value"]): choice["value"] for choice in one.options["choices"]}
            parts = [text] if one.type == "choice" else [part.strip() for part in text.split(BETWEEN.strip()) if part.strip()]
            found = [_chosen(named, part) for part in parts]
            return found[0] if one.type == "choice" else list(dict.fromkeys(found))
        case "palette":
            told = {fold(visit.translator.say(word)): name for name, word in Palette.colours.items()}
            return _chosen(told | {name: name for name in Palette.colours}, text)
    plain = one.type in NUMBERS and _PLAIN.fullmatch(text)
    return TYPES[one.type].parse([text], _plainly(visit.region) if plain else visit.region)


def _plainly(region: Region) -> Region:
    return Region(Locale("en"), region.timezone)


def _chosen(named: Mapping[str, str], text: str) -> str:
    if fold(text) not in named:
        raise Invalid("enum", M_(NO_CHOICE.text, text=text[:60]))
    return named[fold(text)]


def _check(visit: Visit, text: str) -> bool:
    for value, word, words in ((True, YES, TRUE), (False, NO, FALSE)):
        if fold(text) in {fold(one) for one in (*words, visit.translator.say(word))}:
            return value
    raise Invalid("enum", M_(NO_CHOICE.text, text=text[:60]))


def _reference(reader: Names, one: Field, text: str, kept: Json) -> int:
    if kept is not None and _is_kept(reader.visit, one, int(kept), text):
        return int(kept)  # several may be called so; the record names one of them already
    ids = reader.called(one, text, kept)
    if len(ids) != 1:
        message: Message = SEVERAL if ids else NOBODY
        raise BadValue(one.name, M_(message.text, label=reader.visit.view.label(one), text=text[:60]))
    return ids[0]


def _is_kept(visit: Visit, one: Field, id: int, text: str) -> bool:
    found = visit.rows.of(one.target or "")
    if found is not None:
        return fold(found.show(id, one.options.get("show", "title"), visit.view.languages)) == fold(text)
    return fold(read.titles(visit.conn, visit.catalog, one.target or "", [id]).get(id, "")) == fold(text)
