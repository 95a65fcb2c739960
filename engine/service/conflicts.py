"""Two people edit one record: what each changed is worked out from the history, and both versions are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from engine.errors import BadValue, NotFound
from engine.messages import M_
from engine.metadata.model import Entity, Json
from engine.records import history, read, write
from engine.records.history import Entry
from engine.records.read import Record
from engine.render.bind import FILES, Bound, Submission, is_untouched
from engine.render.view import plain
from engine.service.known import known_to
from engine.service.screen import Screen
from engine.service.visit import Visit
from engine.service.writing import shown_values

Values = Mapping[str, Json]


@dataclass(frozen=True)
class Clash:
    """`base` is the record as this reader opened it; `mine` and `theirs` are the fields each changed since."""

    base: Values
    mine: Values
    theirs: Values
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Seen:
    """What a record's tag says: its own version, and for each other record on its card the id and version."""

    own: int
    parts: Mapping[str, tuple[int, int]]


def find(visit: Visit, entity: Entity, record: Record, tag: str, given: Values) -> Clash | None:
    """What collides when a card read as `tag` is saved now; None when the reader changed nothing that others did.

    Raises BadValue for a tag that the record never had.
    """
    base, entries = _as_seen(visit, entity, record, tag)
    current = shown_values(visit, entity, record)
    mine = _changed(visit, entity, base, given)
    theirs = {name: current.get(name) for name in entity.by_name if base.get(name) != current.get(name)}
    if not theirs or all(current.get(name) == value for name, value in mine.items()):
        return None
    return Clash(base, mine, theirs, entries)


def untouched_left_out(visit: Visit, entity: Entity, record: Record, tag: str, given: Values) -> Values:
    """Only the values that the reader changed: a stale card must not write old values over newer ones."""
    base, _ = _as_seen(visit, entity, record, tag)
    return _changed(visit, entity, base, given)


def _changed(visit: Visit, entity: Entity, base: Values, given: Values) -> Values:
    fields = entity.by_name
    return {name: value for name, value in given.items() if not is_untouched(fields[name], base.get(name), value, visit.region)}


def without_theirs(values: Values, sent: Submission) -> Values:
    """The values without those where the reader picked the other's version."""
    return {name: value for name, value in values.items() if sent.one(f"{name}__pick") != "theirs"}


def _as_seen(visit: Visit, entity: Entity, record: Record, tag: str) -> tuple[Values, tuple[Entry, ...]]:
    """The record as it was when its tag was `tag`, and what has happened since, newest first."""
    seen = _seen(entity, record, tag)
    base = dict(shown_values(visit, entity, record))
    since = _since(visit, entity.name, record.id, record.version - seen.own)
    _undo(base, since)
    for part in entity.vias:
        now, then = (record.via_ids or {}).get(part), seen.parts.get(part)
        names = {write.part_field(visit.catalog, one).name: one.name for one in entity.by_name.values() if one.via == entity.vias[part]}
        if then is None or then[0] != now:
            base |= dict.fromkeys(names.values())  # another record stands there now
        values, happened = _part_as_seen(visit, part, *then) if then else ({}, [])
        base |= {names[name]: values.get(name) for name in values if name in names} if then else {}
        since += happened if then and then[0] == now else history.of_record(visit.conn, part, now, limit=1) if now else happened
    return {name: value for name, value in base.items() if value is not None}, tuple(since)


def _seen(entity: Entity, record: Record, tag: str) -> Seen:
    own, *others = tag.split(".")
    parts: dict[str, tuple[int, int]] = {}
    for other in others:
        part, *numbers = other.rsplit("-", 2)
        if part in entity.vias and len(numbers) == 2 and all(_is_number(one) for one in numbers):
            parts[part] = (int(numbers[0]), int(numbers[1]))
    if not _is_number(own) or len(parts) != len(others) or int(own) > record.version:
        raise BadValue("version", M_("This form does not belong to this record as it is now. Load the record again."))
    return Seen(int(own), parts)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _since(visit: Visit, name: str, id: int, versions: int) -> list[Entry]:
    """The newest entries of a record that made so many versions, newest first."""
    if versions <= 0:
        return []
    found = history.of_record(visit.conn, name, id, limit=2 * versions + 2)  # deletions make no version
    return [one for one in found if one.action in ("update", "restore")][:versions]


def _undo(values: dict[str, Json], entries: Sequence[Entry]) -> None:
    """Take changes back. A restoration changed nothing: the record came back as it had been."""
    for entry in entries:
        if entry.action == "update":
            values.update(entry.before)


def _part_as_seen(visit: Visit, part: str, id: int, version: int) -> tuple[dict[str, Json], list[Entry]]:
    """A part's values as they were at a version, also when it has been deleted since, and what has happened to it."""
    entity = visit.catalog.entity(part)
    try:
        held = read.fetch(visit.conn, visit.catalog, entity, id)
        values, now = dict(held.values), held.version
    except NotFound:
        deletion = history.deletion(visit.conn, part, id)
        values = deletion.before if deletion else {}
        now = int(values.get("version") or version)
    since = _since(visit, part, id, now - version)
    complete = dict.fromkeys(entity.by_name) | values
    _undo(complete, since)
    return complete, since


def screen(visit: Visit, entity: Entity, record: Record, clash: Clash, bound: Bound, sent: Submission) -> Screen:
    """Both versions side by side; what only one of the two changed is kept by itself."""
    current = shown_values(visit, entity, record)
    known = known_to(visit, entity.by_name, [clash.base, clash.mine, current])
    rows = []
    for name, one in entity.by_name.items():
        if name not in clash.mine and name not in clash.theirs:
            continue
        mine = clash.mine.get(name, clash.base.get(name))
        before, ours, others = (plain(one, value, visit.view, visit.region, known) for value in (clash.base.get(name), mine, current.get(name)))
        controls = _controls(name, mine, bound, sent, one.type) if name in clash.mine else ""
        both = name in clash.mine and name in clash.theirs and ours != others
        row = {"name": name, "label": visit.view.label(one), "before": before, "mine": ours, "theirs": others}
        rows.append({**row, "clash": both, "controls": controls})
    newest = max(clash.entries, key=lambda one: one.at, default=None)
    context = {
        "heading": str(current.get(entity.title) or f"#{record.id}"),
        "action": f"/{entity.name}/{record.id}/edit",
        "version": record.tag,
        "who": newest.user_name if newest else "",
        "when": visit.moment(newest.at) if newest else "",
        "cancel_url": f"/{entity.name}/{record.id}",
        "rows": rows,
    }
    return Screen("conflict.html", context, 409)


def _controls(name: str, mine: Json, bound: Bound, sent: Submission, kind: str) -> Markup:
    """Hidden controls that send the reader's own value again."""
    if kind in FILES:
        end, values = ("__remove", ["1"]) if mine is None else ("__keep", [str(mine)])
        return Markup("").join(_hidden(name + end, value) for value in values)
    found = [_hidden(name, value) for value in bound.raw.get(name, ())]
    if f"{name}__shown" in sent:
        found.append(_hidden(f"{name}__shown", "1"))
    if name in bound.typed:
        found = [_hidden(name, "" if mine is None else str(mine))]
    return Markup("").join(found)


def _hidden(name: str, value: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, value)
