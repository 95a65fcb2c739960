"""Many rows of a tree at once, from a list whose indentation says what stands under what: first shown, then stored."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import Refused
from engine.messages import M_, Problem
from engine.metadata.folding import fold
from engine.metadata.model import Entity, Json
from engine.metadata.rows import DEEPEST, RowSet
from engine.records import read, write
from engine.service import writing
from engine.service.branches import row_of, screen_url, tree_of
from engine.service.judging import judge, sentence
from engine.service.screen import Done, Screen
from engine.service.visit import Visit
from engine.service.writing import POSITION, STEP

MOST_LINES = 5_000
TAB = 4
BULLETS = "-*•·–—"
WIDE_SPACE = "\u3000"


@dataclass
class Planted:
    """One line of the list: its name, its level from 0, the row that is there already, what is wrong, and what stands under it."""

    name: str
    depth: int
    there: int | None = None
    problem: str = ""
    children: list[Planted] = field(default_factory=list)


def parse(text: str) -> list[Planted]:
    """The list as a tree: a line further in than the one before stands under it. Raises Refused for a list that is too long."""
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    if len(lines) > MOST_LINES:
        raise Refused([Problem(None, "too_many", M_("A list has at most %(most)s lines.", most=MOST_LINES))])
    top: list[Planted] = []
    open_: list[tuple[int, Planted]] = []
    for line in lines:
        width = _width(line)
        while open_ and open_[-1][0] >= width:
            open_.pop()
        among = open_[-1][1].children if open_ else top
        name = _name(line)
        if not name:
            continue
        same = next((one for one in among if fold(one.name) == fold(name)), None)
        one = same or Planted(name, len(open_))
        if same is None:
            among.append(one)
        open_.append((width, one))
    return top


def _width(line: str) -> int:
    """How far in a line starts; a tab reaches to the next stop, a wide space counts as two."""
    width = 0
    for char in line:
        if char == "\t":
            width += TAB - width % TAB
        elif char == WIDE_SPACE:
            width += 2
        elif char.isspace():
            width += 1
        else:
            break
    return width


def _name(line: str) -> str:
    words = " ".join(line.split())
    return words[1:].strip() if words[:1] in BULLETS and words[1:2] in ("", " ") else words


def show(visit: Visit, name: str, under: int | None, text: str = "", *, told: bool = False) -> Screen:
    """The form, with what the list would make once one is `told`. Raises NotFound, Refused."""
    entity, rows, _ = tree_of(visit, name, "create")
    if under is not None:
        row_of(rows, name, under)
    planted = _judged(visit, entity, rows, under, parse(text)) if told else []
    everything = list(_walk(planted))
    new = [one for one in everything if one.there is None]
    problems = [f"{one.name[:60]}: {one.problem}" for one in everything if one.problem]
    context = {
        "entity": visit.view.named(entity),
        "under": under,
        "path": rows.show(under, "path", visit.view.languages) if under else "",
        "back_url": screen_url(name, under),
        "text": text,
        "planted": planted,
        "problems": problems,
        "told": told,
        "new": len(new),
        "summary": visit.translator.text("New: %(new)s. There already: %(there)s.", new=len(new), there=len(everything) - len(new)) if told else "",
    }
    return Screen("paste.html", context, 422 if problems else 200)


def plant(visit: Visit, name: str, under: int | None, text: str) -> Screen | Done:
    """Store what the list holds and is not there yet, as one act. Raises NotFound, Locked, Refused."""
    entity, rows, parent = tree_of(visit, name, "create")
    read.lock_tree(visit.conn, visit.catalog, entity)
    if under is not None:
        row_of(rows, name, under)
    planted = _judged(visit, entity, rows, under, parse(text))
    if not planted or any(one.problem for one in _walk(planted)):
        return show(visit, name, under, text, told=True)
    if entity.locks.add:
        writing.insert(visit, entity, {})
    batch, made = uuid.uuid4().hex, 0
    level: list[tuple[int | None, list[Planted]]] = [(under, planted)]
    while level:
        made += _store(visit, entity, rows, parent, level, batch)
        level = [(one.there, one.children) for _, found in level for one in found if one.children]
    writing.follow_many(visit, entity, ())
    said = visit.translator.count("%(n)s entry was added.", "%(n)s entries were added.", made)
    return Done(screen_url(name, under), said, undo=batch if made else "")


def _store(visit: Visit, entity: Entity, rows: RowSet, parent: str, level: Sequence[tuple[int | None, list[Planted]]], batch: str) -> int:
    """Store one level of the list; each line then knows its row."""
    start = writing.defaults(visit.rows, entity)
    new: list[Planted] = []
    values: list[Mapping[str, Json]] = []
    for under, found in level:
        last = max((row.position for row in rows.children.get(under, ())), default=0)
        fresh = [one for one in found if one.there is None]
        for place, one in enumerate(fresh, start=1):
            told = start | {entity.title: one.name, parent: under}
            values.append(told | ({POSITION: last + place * STEP} if POSITION in entity.by_name else {}))
        new += fresh
    complete = [{key: value for key, value in one.items() if value is not None} for one in values]
    ids = write.insert_many(visit.conn, visit.catalog, entity, complete, by=visit.signed_in().id, batch=batch)
    for one, id in zip(new, ids, strict=True):
        one.there = id
    return len(ids)


def _judged(visit: Visit, entity: Entity, rows: RowSet, under: int | None, planted: list[Planted]) -> list[Planted]:
    """The lines with the rows that are there already, and with what is wrong."""
    depth = len(rows.path(rows.rows[under])) if under else 0
    start = writing.defaults(visit.rows, entity)
    waiting: list[tuple[int | None, list[Planted], bool]] = [(under, planted, True)]
    while waiting:
        above, found, known = waiting.pop()
        names = {fold(text): row.id for row in rows.children.get(above, ()) for text in row.texts.get(rows.title, {}).values()} if known else {}
        for one in found:
            one.there = names.get(fold(one.name))
            if one.there is None:
                one.problem = _wrong(visit, entity, start | {entity.title: one.name}, depth + one.depth + 1)
            waiting.append((one.there, one.children, one.there is not None))
    return planted


def _wrong(visit: Visit, entity: Entity, values: Mapping[str, Json], depth: int) -> str:
    if depth > DEEPEST:
        return visit.translator.text("a tree has at most %(most)s levels.", most=DEEPEST)
    problems = judge(visit, entity, "create", {key: value for key, value in values.items() if value is not None})
    return sentence(visit, entity, problems[0]) if problems else ""


def _walk(planted: Sequence[Planted]) -> list[Planted]:
    found: list[Planted] = []
    waiting = list(reversed(planted))
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += reversed(one.children)
    return found


