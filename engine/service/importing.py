"""A file's rows become records: read as a person would have typed them, judged like a card, stored as one act or not at all.

A row with an id changes that record. In a list, a row without one changes the entry of that name; all others are new.
A dry run does everything and takes it back, so what it says is what will happen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import BadUpload, FieldloomError, NotFound, Refused
from engine.messages import M_, Message, Problem
from engine.metadata.folding import fold
from engine.metadata.model import Entity, Json
from engine.records import read
from engine.records.read import Record
from engine.render.bind import is_untouched
from engine.service import fixed, reading_cells, writing
from engine.service.exporting import ID, columns
from engine.service.judging import judge, sentence
from engine.service.reading_cells import Names
from engine.service.visit import Visit
from engine.sheets import Sheet

MOST_PROBLEMS = 200
_NUMBER = re.compile(r"#?([0-9]{1,18})")
NO_COLUMN = M_("The column “%(name)s” is not a field here. The fields are: %(fields)s.")
TWICE = M_("The column “%(name)s” stands twice.")
NO_RECORD = M_("There is no record with the id %(id)s.")
SEVERAL = M_("Several entries are called “%(name)s”; name the one that is meant by its id.")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong in a row: its line in the file, the column's name, the sentence."""

    line: int
    column: str
    text: str


@dataclass
class Report:
    """What an import did, or would do."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows the file holds."""
        return self.created + self.changed + self.unchanged + len({one.line for one in self.wrong})


def imported(visit: Visit, name: str, sheet: Sheet, *, dry: bool) -> Report:
    """Store a sheet's rows, all or none; with `dry` none. Raises Forbidden, UnknownEntity, BadUpload for its header."""
    entity = visit.restricted(name, "create")
    visit.restricted(name, "update")
    places = header(visit, entity, sheet.header)
    report = Report()
    kept = visit.conn.begin_nested()
    reader = Names(visit)
    for line, cells in sheet.rows:
        wrong = _one(reader, entity, {places[at]: cells[at] for at in places}, report)
        report.wrong += [Wrong(line, *_told(reader.visit, entity, problem)) for problem in wrong]
        if len(report.wrong) >= MOST_PROBLEMS:
            break
    if dry or report.wrong:
        kept.rollback()
    else:
        kept.commit()
    return report


def header(visit: Visit, entity: Entity, names: Sequence[str]) -> dict[int, str]:
    """Column → field (or id): by its database name, or by its display name in any language. Raises BadUpload."""
    fields = columns(entity)
    known = {fold(ID): ID}
    for one in fields:
        told = [visit.catalog.labels[language].get(f"{one.key}.label", "") for language in visit.catalog.labels]
        known |= {fold(text): one.name for text in (*told, one.label, visit.view.label(one)) if text}
    known |= {one.name: one.name for one in fields}
    found: dict[int, str] = {}
    for at, name in enumerate(names):
        if not name:
            continue
        if fold(name) not in known:
            offered = visit.translator.text(", ").join(visit.view.label(one) for one in fields)
            raise BadUpload(M_(NO_COLUMN.text, name=name[:60], fields=offered))
        if known[fold(name)] in found.values():
            raise BadUpload(M_(TWICE.text, name=name[:60]))
        found[at] = known[fold(name)]
    return found


def _told(visit: Visit, entity: Entity, problem: Problem) -> tuple[str, str]:
    one = entity.by_name.get(problem.field or "")
    return visit.view.label(one) if one else problem.field or "", sentence(visit, entity, problem)


def _one(reader: Names, entity: Entity, cells: Mapping[str, str], report: Report) -> Sequence[Problem]:
    """Store one row; what is wrong with it."""
    try:
        record = _meant(reader.visit, entity, cells)
        values, problems = reading_cells.values_of(reader, entity, {name: text for name, text in cells.items() if name != ID}, record)
        wrong = {problem.field for problem in problems}
        if record is None:
            return _create(reader, entity, values, problems, wrong, report)
        return _change(reader, entity, record, values, problems, wrong, report)
    except Refused as error:
        return error.problems
    except FieldloomError as error:  # fixed, changed meanwhile, a loop in a tree
        return [Problem(None, "refused", error.message)]


def _meant(visit: Visit, entity: Entity, cells: Mapping[str, str]) -> Record | None:
    """The record that a row changes, or None for a new one. Raises Refused."""
    if number := cells.get(ID, "").strip():
        match = _NUMBER.fullmatch(number)
        try:
            return read.fetch(visit.conn, visit.catalog, entity, int(match[1]) if match else 0, lock=True)
        except NotFound:
            raise Refused([Problem(ID, "reference", M_(NO_RECORD.text, id=number[:40]))]) from None
    rows = visit.rows.of(entity.name)
    title = cells.get(entity.title, "").strip()
    if rows is None or not title:
        return None
    above = cells.get(entity.tree, "").strip() if entity.tree else ""
    named = [row for row in rows.rows.values() if fold(title) in (fold(text) for text in row.texts.get(rows.title, {}).values())]
    if above:
        named = [row for row in named if row.parent and fold(above) in reading_cells.names_of(visit, rows, row.parent, "path")]
    elif entity.tree and entity.tree in cells:
        named = [row for row in named if row.parent is None]
    if len(named) > 1:
        raise Refused([Problem(entity.title, "reference", M_(SEVERAL.text, name=title[:60]))])
    return read.fetch(visit.conn, visit.catalog, entity, named[0].id, lock=True) if named else None


def _create(
    reader: Names, entity: Entity, values: Mapping[str, Json], problems: Sequence[Problem], wrong: set[str | None], report: Report
) -> Sequence[Problem]:
    visit = reader.visit
    complete = writing.defaults(visit.rows, entity) | {name: value for name, value in values.items() if value is not None}
    if entity.locks.add:
        return [Problem(None, "fixed", fixed.LIST)]
    found = [*problems, *(one for one in judge(visit, entity, "create", complete) if one.field not in wrong)]
    if not found:
        reader.note(entity, writing.insert(visit, entity, complete), complete)
        report.created += 1
    return found


def _change(
    reader: Names, entity: Entity, record: Record, values: Mapping[str, Json], problems: Sequence[Problem], wrong: set[str | None], report: Report
) -> Sequence[Problem]:
    visit = reader.visit
    shown = writing.shown_values(visit, entity, record)
    changed = {name: value for name, value in values.items() if not is_untouched(entity.by_name[name], shown.get(name), value, visit.region)}
    locked = [name for name in fixed.locked_cells(entity, record) if name in changed]
    found = [*problems, *(Problem(name, "fixed", _cell(visit, entity, name)) for name in locked)]
    found += [one for one in judge(visit, entity, "update", changed, record) if one.field not in wrong and one.field not in locked]
    if not found and changed:
        writing.update(visit, entity, record, changed, spoken_language=True)
        reader.note(entity, record.id, changed)
        report.changed += 1
    elif not found:
        report.unchanged += 1
    return found


def _cell(visit: Visit, entity: Entity, name: str) -> Message:
    return M_(fixed.CELL.text, label=visit.view.label(entity.by_name[name]))
