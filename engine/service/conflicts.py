"""Two people edit one record: what each changed is worked out from the history, and both versions are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from engine.metadata.model import Entity, Json
from engine.records import history, write
from engine.records.history import Entry
from engine.records.read import Record
from engine.render.bind import FILES, Bound, Submission
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


def find(visit: Visit, entity: Entity, record: Record, tag: str, given: Values) -> Clash | None:
    """What collides when a card read as `tag` is saved now; None when the reader changed nothing that others did."""
    entries = tuple(_entries_since(visit, entity, record, tag))
    current = dict(shown_values(visit, entity, record))
    base = _base(current, entries)
    mine = {name: value for name, value in given.items() if base.get(name) != value}
    theirs = {name: current.get(name) for name in entity.by_name if base.get(name) != current.get(name)}
    if not theirs or all(current.get(name) == value for name, value in mine.items()):
        return None
    return Clash(base, mine, theirs, entries)


def untouched_left_out(visit: Visit, entity: Entity, record: Record, tag: str, given: Values) -> Values:
    """Only the values that the reader changed: a stale card must not write old values over newer ones."""
    base = _base(dict(shown_values(visit, entity, record)), tuple(_entries_since(visit, entity, record, tag)))
    return {name: value for name, value in given.items() if base.get(name) != value}


def without_theirs(values: Values, sent: Submission) -> Values:
    """The values without those where the reader picked the other's version."""
    return {name: value for name, value in values.items() if sent.one(f"{name}__pick") != "theirs"}


def _entries_since(visit: Visit, entity: Entity, record: Record, tag: str) -> Iterator[Entry]:
    """The history entries after the state named by `tag`, newest first, in the words of this card."""
    seen = _versions(tag)
    own = [one for one in history.of_record(visit.conn, entity.name, record.id, limit=200) if one.action == "update"]
    yield from own[: max(record.version - seen.get("", record.version), 0)]
    for part, id in (record.via_ids or {}).items():
        now = _versions(record.tag).get(str(id), 1)
        found = [one for one in history.of_record(visit.conn, part, id, limit=200) if one.action == "update"]
        for entry in found[: max(now - seen.get(str(id), now), 0)]:
            yield _on_card(visit, entity, entry)


def _versions(tag: str) -> dict[str, int]:
    """Version by part id ('' is the record's own) of a record's tag; what is no tag counts as the first version."""
    found: dict[str, int] = {}
    for part in tag.split("."):
        id, _, version = part.rpartition("-")
        found[id] = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 1
    return found


def _on_card(visit: Visit, entity: Entity, entry: Entry) -> Entry:
    """A part's entry with the names that its fields have on this card."""
    names = {write.part_field(visit.catalog, one).name: one.name for one in entity.by_name.values() if one.via is not None}
    changes = {names[name]: pair for name, pair in entry.changes.items() if name in names}
    return Entry(entry.id, entry.entity, entry.record_id, entry.action, entry.at, entry.user_id, entry.user_name, changes, entry.batch)


def _base(current: dict[str, Json], entries: tuple[Entry, ...]) -> Values:
    base = dict(current)
    for entry in entries:
        for name, (before, _) in entry.changes.items():
            base[name] = before
    return base


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
