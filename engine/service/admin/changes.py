"""The draft looked at as a whole, published, and everything that was ever published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.access import Actor
from engine.errors import BadValue, ChangeRefused, NotConfirmed
from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import Catalog, Entity, Json
from engine.metadata.store import source_text
from engine.render.bind import Submission
from engine.schema import journal
from engine.schema.journal import Change
from engine.schema.operation import Operation
from engine.service import drafts, evolution
from engine.service.admin import clashes, room, rules, telling, typed
from engine.service.admin import desk as desks
from engine.service.admin.adding import WIDTHS
from engine.service.admin.clashes import Clash
from engine.service.admin.desk import Desk
from engine.service.evolution import Request
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

ICONS: Mapping[str, tuple[str, str]] = {
    "add_field": ("added", "plus"), "add_group": ("added", "plus"), "add_entity": ("added", "plus"), "restore_field": ("added", "archive-restore"),
    "restore_entity": ("added", "archive-restore"), "retire_field": ("removed", "archive"), "retire_entity": ("removed", "archive"),
    "remove_group": ("removed", "trash-2"), "purge_field": ("removed", "trash-2"), "purge_entity": ("removed", "trash-2"),
    "move_fields": ("changed", "move-vertical"), "move_group": ("changed", "move-vertical"), "set_labels": ("changed", "languages"),
}  # fmt: skip
STATES: Mapping[str, tuple[str, Message]] = {
    "applied": ("success", M_("In force")),
    "published": ("success", M_("In force, being completed")),
    "filling": ("warning", M_("Values are being copied")),
    "applying": ("warning", M_("Under way")),
    "giving_up": ("warning", M_("Being taken back")),
    "failed": ("danger", M_("Did not happen")),
}
LEFT = M_("In force, but not all could be dropped")
UNSETTLED = M_("Somebody else has changed the same things. Decide first which of them shall stand.")
UNFIT = M_("Some of your changes do not fit the definitions in force any more. Drop them first.")
NOTHING = M_("There is nothing to publish.")
UNSEEN = M_("Some of this has to be confirmed. Look at it first, and tick what is asked.")


@dataclass(frozen=True)
class Wanted:
    """A draft ready to be published."""

    actor: Actor
    request: Request
    documents: tuple[Mapping[str, Json], ...] = ()
    """The draft's entries, to be taken out of it afterwards."""


def show(
    visit: Visit, *, wrong: Sequence[str] = (), asked: dict[str, Json] | None = None, before: int | None = None, note: str = "", status: int = 200
) -> Screen:
    """The page; `asked` is what taking a change back waits for. Raises SignInNeeded, Forbidden."""
    desk = desks.open_desk(visit)
    published = journal.read_changes(visit.conn, limit=30, before=before)
    undone = journal.undone(visit.conn)
    found = _clashes(desk)
    context = {
        "bar": desks.bar(desk),
        "wrong": list(wrong),
        "asked": asked,
        "note": note,
        "steps": _steps(desk),
        "plan": _plan(desk),
        "clashes": [_clash(desk, one) for one in found],
        "unfit": [telling.of_step(visit, step) for step in desk.applied.refused],
        "newer": len(clashes.since(desk.draft.base, published)) if desk.draft.documents else 0,
        "history": [_entry(visit, one, undone) for one in published],
        "older": published[-1].id if len(published) == 30 else None,
        "at": visit.moment(desk.draft.at) if desk.draft.at else "",
    }
    return Screen("admin/changes.html", context, status)


def _clashes(desk: Desk) -> list[Clash]:
    if not desk.draft.documents or desk.draft.base >= desk.visit.catalog.version:
        return []
    return clashes.find(desk.draft, journal.read_changes(desk.visit.conn, limit=200), desk.actor.id)


def _steps(desk: Desk) -> list[dict[str, Json]]:
    found = []
    for place, step in enumerate(desk.applied.steps):
        style, icon = ICONS.get(step.operation.kind, ("changed", "pencil"))
        findings = [{"level": one.level, "text": telling.of_finding(desk.visit, step.before, one)} for one in step.findings]
        made = [] if step.refused else rules.changed(desk.visit, step.before, step.operation.apply_to(step.before), step.document)
        said = [{"state": state, "text": text} for state, text in made]
        told = {"place": place, "style": style, "icon": icon, "text": telling.of_step(desk.visit, step), "rules": said}
        found.append({**told, "findings": findings, "refused": bool(step.refused)})
    return found


def _operations(desk: Desk) -> tuple[Operation, ...]:
    return tuple(step.operation for step in desk.applied.steps if not step.refused)


def _plan(desk: Desk) -> dict[str, Json] | None:
    wanted = _operations(desk)
    if not wanted:
        return None
    made = evolution.preview(desk.visit, wanted)
    seen = {(one.key, one.level) for step in desk.applied.steps for one in step.findings}
    more = [one for one in made.findings if (one.key, one.level) not in seen]
    return {
        "statements": [telling.of_cost(desk.visit, one) for one in made.effects.costs],
        "undoable": made.reverses is not None,
        "findings": [{"level": one.level, "text": telling.of_finding(desk.visit, made.before, one)} for one in more],
        "confirm": [{"key": one.key, "text": telling.of_finding(desk.visit, made.before, one)} for one in evolution.waiting(made.findings)],
        "room": room.left(desk.visit, made.after, [str(document.get("entity", "")) for document in made.operations]),
    }


def _entry(visit: Visit, change: Change, undone: frozenset[int]) -> dict[str, Json]:
    style, state = STATES.get(change.state, ("warning", M_("Under way")))
    told = []
    for document in change.operations:
        (operation,) = evolution.read_journalled([document])
        kind, icon = ICONS.get(operation.kind, ("changed", "pencil"))
        entity = str(document.get("entity", ""))
        told.append({"style": kind, "icon": icon, "text": telling.sentence(visit, visit.catalog, operation.describe(visit.catalog), entity)})
    return {
        "id": change.id,
        "author": change.author,
        "when": visit.moment(change.at),
        "note": change.note,
        "state": visit.translator.say(LEFT if change.detail.get("left") else state),
        "style": "warning" if change.detail.get("left") else style,
        "reason": str(change.detail.get("reason", "")),
        "steps": told,
        "statements": [f"{one['sql']};" for one in change.statements],
        "undoes": change.undoes,
        "undone": change.id in undone,
        "brings_back": _brings_back(visit, change),
        "can_undo": change.state == "applied" and change.reverses is not None and change.id not in undone,
    }


def _brings_back(visit: Visit, change: Change) -> bool:
    """Whether taking a change back puts something in force again that had been taken back."""
    found, depth = change, 0
    while found.undoes is not None:
        before = journal.read_change(visit.conn, found.undoes)
        if before is None:
            break
        found, depth = before, depth + 1
    return depth % 2 == 1


def _clash(desk: Desk, one: Clash) -> dict[str, Json]:
    """A clash as people see it."""
    visit, catalog = desk.visit, desk.visit.catalog
    kind, *rest = one.key
    entity = catalog.entities.get(rest[0]) if kind != "label" else None
    sides = {"mine": one.mine, "theirs": one.theirs, "before": one.before}
    values = {side: _value(visit, catalog, entity, one.key, value) for side, value in sides.items()}
    return {"key": one.name, "title": _title(visit, catalog, entity, one.key), "author": one.author, **values}


def _title(visit: Visit, catalog: Catalog, entity: Entity | None, key: clashes.Key) -> str:
    say = visit.translator.say
    if key[0] == "label":
        language = visit.languages.all[key[1]].name if key[1] in visit.languages.all else key[1]
        return f"{say(telling.ATTRIBUTES['label'])}: {_labelled(visit, catalog, key[2])} · {language}"
    if entity is None:
        return " · ".join(key[1:])
    named = _group_name if key[0] in ("group", "group_place") else _field_name
    name = named(visit, catalog, entity, key[2])
    attribute = telling.attribute(visit, key[3]) or key[3] if len(key) > 3 else say(M_("Place"))
    return f"{name} · {attribute}"


def _value(visit: Visit, catalog: Catalog, entity: Entity | None, key: clashes.Key, value: Json) -> str:
    say = visit.translator.say
    if isinstance(value, bool):
        return say(M_("On")) if value else say(M_("Off"))
    if key[0] == "place" and entity is not None and value:
        group, before = value
        told = {"group": _group_name(visit, catalog, entity, group), "field": _field_name(visit, catalog, entity, before or "")}
        return say(M_("%(group)s, before “%(field)s”") if before else M_("%(group)s, at the end"), **told)
    if key[0] == "group_place" and entity is not None:
        return say(M_("before “%(field)s”", field=_group_name(visit, catalog, entity, str(value)))) if value else say(M_("at the end"))
    if value is None or value == "":
        return "–"
    if key[0] == "field" and key[3] == "rules" and entity is not None and isinstance(value, Mapping):
        return "\n".join(rules.of_field(visit, catalog, entity, key[2], value)) or "–"
    if key[0] == "group" and key[3] == "visible" and entity is not None:
        return rules.condition(visit, catalog, entity, value)
    if key[0] == "field" and key[3] == "width":
        return next((say(text) for name, text in WIDTHS if name == value), str(value))
    if key[0] == "option" and isinstance(value, list):
        return ", ".join(str(one.get("label", one)) if isinstance(one, Mapping) else str(one) for one in value)
    return str(value)


def _labelled(visit: Visit, catalog: Catalog, key: str) -> str:
    """What a label belongs to, as people know it."""
    kind, entity, *rest = key.split(".")
    held = catalog.entities.get(entity)
    if held is None or kind not in ("field", "group") or len(rest) < 2:
        return f"{source_text(catalog, key) or key}"
    name = (_group_name if kind == "group" else _field_name)(visit, catalog, held, rest[0])
    return name if rest[1:] == ["label"] else f"{name} · {rest[-1]}"


def _group_name(visit: Visit, catalog: Catalog, entity: Entity, name: str) -> str:
    group = next((one for one in entity.groups if one.name == name), None)
    return labels.group_label(catalog, entity, group, visit.view.languages) if group else name


def _field_name(visit: Visit, catalog: Catalog, entity: Entity, name: str) -> str:
    field = next((one for one in entity.stored if one.name == name), None)
    return labels.field_label(catalog, field, visit.view.languages) if field else name


def wanted(visit: Visit, *, confirmed: Sequence[str] = (), note: str = "") -> Wanted:
    """What the draft asks to be published. Raises ChangeRefused where something has to be decided before."""
    desk = desks.open_desk(visit)
    if _clashes(desk):
        raise ChangeRefused([UNSETTLED], ["M1"])
    if desk.applied.refused:
        raise ChangeRefused([UNFIT], ["M2"])
    operations = _operations(desk)
    if not operations:
        raise ChangeRefused([NOTHING], ["M0"])
    if told := typed.too_long(visit, note, typed.NOTE):
        raise ChangeRefused([M_("A word about it, for the history: %(problem)s", problem=told)], ["M3"])
    said = "".join(char if char.isprintable() else " " for char in note).strip()
    return Wanted(desk.actor, Request(operations, note=said, base=visit.catalog.version, confirmed=frozenset(confirmed)), desk.draft.standing)


def published(visit: Visit, done: Wanted) -> str:
    """Empty the draft of what has been published, and say so. What another window added while that ran stays."""
    drafts.forget(visit.conn, done.actor.id, done.documents, visit.catalog.version)
    n = len(done.request.operations)
    return visit.translator.count(
        "%(n)s change is in force. Everybody sees it on the next page.", "%(n)s changes are in force. Everybody sees them on the next page.", n
    )


def decide(visit: Visit, sent: Submission) -> Done:
    """Settle clashes, drop an operation, or move the draft's cursor. Raises BadValue."""
    desk = desks.open_desk(visit)
    act, _, rest = sent.one("do").partition(":")
    if act == "settle":
        found = _clashes(desk)
        theirs = frozenset(one.key for one in found if sent.one(one.name) == "theirs")
        open_ones = [one for one in found if sent.one(one.name) not in ("mine", "theirs")]
        if open_ones:
            raise BadValue(open_ones[0].name, UNSETTLED)
        desk.with_draft(clashes.settled(desk.draft, theirs, visit.catalog))
        return Done("/admin/changes", visit.translator.text("Decided. Your draft fits the definitions in force again."), "info")
    if act == "drop" and rest.isascii() and rest.isdigit() and len(rest) < 6:
        desk.with_draft(clashes.dropped(desk.draft, {int(rest)}))
        return Done("/admin/changes")
    if act == "drop_unfit":
        unfit = {place for place, step in enumerate(desk.applied.steps) if step.refused}
        desk.with_draft(clashes.dropped(desk.draft, unfit))
        return Done("/admin/changes", visit.translator.count("%(n)s change was dropped.", "%(n)s changes were dropped.", len(unfit)), "info")
    raise BadValue("do", M_("There is nothing called “%(name)s” to be done here.", name=sent.one("do")[:60]))


def asked(visit: Visit, change: int, error: NotConfirmed) -> dict[str, Json]:
    """What taking a change back waits for, in the reader's language."""
    catalog = visit.catalog
    confirm = []
    for key, reason in zip(error.keys, error.reasons, strict=True):
        entity = key.split(":")[1] if ":" in key else ""
        confirm.append({"key": key, "text": telling.sentence(visit, catalog, reason, entity)})
    return {"id": change, "confirm": confirm}


def in_words(visit: Visit, error: ChangeRefused | NotConfirmed) -> list[str]:
    """Why something was not published, in the reader's language."""
    desk = desks.open_desk(visit)
    entities = [str(document.get("entity", "")) for document in desk.draft.standing]
    name = next((one for one in entities if one), "")
    return [telling.sentence(visit, desk.catalog, reason, name) for reason in error.reasons]
