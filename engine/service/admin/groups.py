"""The groups of a card (3.3): names, order, layout; own ones can be added, and removed once empty."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import BadOperation, BadValue, ChangeRefused, Unknown
from engine.messages import M_
from engine.metadata import labels
from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity, Group, Json
from engine.render.bind import Submission
from engine.schema.operation import Operation
from engine.schema.ops.groups import AddGroup, ChangeGroup, MoveGroup, RemoveGroup
from engine.schema.ops.set_labels import SetLabels
from engine.service.admin import conditions, naming, seen, telling, typed
from engine.service.admin import desk as desks
from engine.service.admin.adding import language_order
from engine.service.admin.desk import Desk
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

STEPS = ("up", "down", "first", "last")
LAYOUT, COLUMNS = ("collapsed", "tab"), ("1", "2", "3", "4")


def show(visit: Visit, name: str) -> Screen:
    """The page. Raises Forbidden, UnknownEntity."""
    desk = desks.open_desk(visit)
    return _page(desk, desk.catalog.entity(name), None, ())


def act(visit: Visit, name: str, sent: Submission) -> Screen | Done:
    """Change, add, move or remove a group in the draft; or the page with why not."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    wrong = [text for texts in typed.problems(visit, sent).values() for text in texts]
    try:
        sent, clashing = _met(desk, entity, sent)
        if wrong := list(dict.fromkeys([*wrong, *clashing])):
            return _page(desk, entity, sent, wrong)
        wanted = list(operations(desk, entity, sent))
        after = desks.perform(desk, *wanted)
    except (Unknown, BadValue, BadOperation) as error:
        if sent.one("do").partition(":")[0] not in ("change", "add"):
            raise
        return _page(desk, entity, sent, [visit.translator.say(error.message)])
    except ChangeRefused as error:
        return _page(desk, entity, sent, [telling.sentence(visit, desk.catalog, reason, name) for reason in error.reasons])
    last = after.applied.steps[-1] if wanted and after.applied.steps else None
    return Done(f"/admin/{name}/groups", telling.of_step(visit, last) if last else visit.translator.text("Nothing was changed."), "info")


def drawn(desk: Desk, entity: Entity, group: Group) -> dict[str, Json]:
    """What the controls of a group's form say as it is drawn; its condition as it is kept."""
    found: dict[str, Json] = {f"label.{tag}": named(desk.catalog, entity, group, tag) for tag in desk.visit.languages.all}
    found |= {"columns": str(group.columns)} | {name: "on" if getattr(group, name) else "" for name in LAYOUT}
    return found | {"visible": group.visible}


def _met(desk: Desk, entity: Entity, sent: Submission) -> tuple[Submission, list[str]]:
    """The form of a group as if it had been drawn just now, and what clashes with what was changed since it was: see `seen`."""
    act, _, rest = sent.one("do").partition(":")
    before = seen.read(sent)
    if act != "change" or not before:
        return sent, []
    now = drawn(desk, entity, entity.group(rest))
    mine: dict[str, Json] = {name: seen.text(sent, name) for name in now if name in sent or (name in LAYOUT and "columns" in sent)}
    if "visible.joiner" in sent:
        mine["visible"] = conditions.read_condition(desk.view, desk.visit.region, entity, "visible", sent, before.get("visible"))
    found = seen.meet(before, now, mine)
    texts = {name: now[name] for name in found.untouched - {"visible"}}
    told = [f"{_control(desk, name)}: {_became(desk, entity, name, now[name])}" for name in found.clashing]
    return seen.with_texts(seen.without(sent, found.untouched & {"visible"}), texts), told


def _became(desk: Desk, entity: Entity, name: str, value: Json) -> str:
    say = desk.visit.translator.say
    if name == "visible":
        value = conditions.builder(desk.view, desk.visit.region, entity, name, "", value)["words"]
    elif name in LAYOUT:
        value = say(M_("On") if value else M_("Off"))
    return seen.became(desk.visit.translator, str(value))


def _control(desk: Desk, name: str) -> str:
    """What a control is called."""
    tag = name.removeprefix("label.")
    return desk.visit.languages.all[tag].name if tag != name else desk.visit.translator.say(telling.ATTRIBUTES[name])


def operations(desk: Desk, entity: Entity, sent: Submission) -> Iterator[Operation]:
    """What a press means. Raises BadValue for one that does not exist, UnknownField."""
    act, _, rest = sent.one("do").partition(":")
    if act == "add":
        yield _added(desk, entity, sent)
    elif act == "change":
        yield from _changed(desk, entity, entity.group(rest), sent)
    elif act == "remove":
        yield RemoveGroup(entity.name, entity.group(rest).name)
    elif act == "move":
        yield from moved(entity, entity.group(rest).name, sent.one("before") or None)
    elif act in STEPS:
        yield from step(entity, entity.group(rest).name, act)
    else:
        raise BadValue("do", M_("There is nothing called “%(name)s” to be done here.", name=sent.one("do")[:60]))


def moved(entity: Entity, name: str, before: str | None) -> tuple[Operation, ...]:
    """A group before another or at the end; nothing where it stands there already."""
    names = [one.name for one in entity.groups]
    rest = [one for one in names if one != name]
    at = rest.index(before) if before in rest else len(rest)
    return () if names == [*rest[:at], name, *rest[at:]] else (MoveGroup(entity.name, name, before),)


def step(entity: Entity, name: str, how: str) -> tuple[Operation, ...]:
    """A group one place on, or to an end."""
    names = [one.name for one in entity.groups]
    at = names.index(name)
    target = {"up": max(at - 1, 0), "down": at + 2, "first": 0, "last": len(names)}[how]
    return moved(entity, name, names[target] if target < len(names) else None)


def _told(desk: Desk, sent: Submission) -> dict[str, str]:
    return {tag: text for tag in desk.visit.languages.all if (text := sent.one(f"label.{tag}").strip())}


def _added(desk: Desk, entity: Entity, sent: Submission) -> AddGroup:
    told = _told(desk, sent)
    label = told.get(SOURCE_LANGUAGE) or next(iter(told.values()), "")
    if not label:
        raise ChangeRefused([M_("Enter a name for the group.")], ["L0"])
    stem = naming.plain(told.get("zh-Hans") or label)[:30].strip("_") or f"g{len(entity.groups) + 1}"
    name, n = f"c_{stem}", 2
    while any(one.name == name for one in entity.groups):
        name, n = f"c_{stem}_{n}", n + 1
    others = {tag: text for tag, text in told.items() if tag != SOURCE_LANGUAGE}
    return AddGroup(entity.name, name, label, others)


def _changed(desk: Desk, entity: Entity, group: Group, sent: Submission) -> Iterator[Operation]:
    key = f"group.{entity.name}.{group.name}.label"
    changes: dict[str, Json] = {}
    for tag in desk.visit.languages.all:
        text = sent.one(f"label.{tag}").strip()
        if f"label.{tag}" not in sent or text == named(desk.catalog, entity, group, tag):
            continue
        if tag != SOURCE_LANGUAGE:
            yield SetLabels(tag, {key: text or None})
        elif text:
            changes["label"] = text
    if sent.one("columns") in COLUMNS and int(sent.one("columns")) != group.columns:
        changes["columns"] = int(sent.one("columns"))
    if "columns" in sent:
        changes |= {name: bool(sent.one(name)) for name in LAYOUT if bool(sent.one(name)) != getattr(group, name)}
    if "visible.joiner" in sent:
        visible = conditions.read_condition(desk.view, desk.visit.region, entity, "visible", sent, group.visible)
        changes |= {} if visible == group.visible else {"visible": visible}
    if changes:
        yield ChangeGroup(entity.name, group.name, changes)


def named(catalog: Catalog, entity: Entity, group: Group, tag: str) -> str:
    """A group's own name in a language, without falling back."""
    held = catalog.labels.get(tag, {}).get(f"group.{entity.name}.{group.name}.label", "")
    return held or (group.label if tag == SOURCE_LANGUAGE else "")


def _condition(desk: Desk, entity: Entity, group: Group, sent: Submission | None) -> dict[str, Json]:
    """The rows of the condition on which a group stands on the card; as they were sent if it was refused."""
    label = desk.visit.translator.text("On the card only when")
    return conditions.builder(desk.view, desk.visit.region, entity, "visible", label, group.visible, sent)


def _name(desk: Desk, entity: Entity, group: Group, tag: str, sent: Submission | None) -> str:
    return sent.one(f"label.{tag}") if sent is not None and f"label.{tag}" in sent else named(desk.catalog, entity, group, tag)


def _page(desk: Desk, entity: Entity, sent: Submission | None, wrong: object) -> Screen:
    visit = desk.visit
    languages = visit.languages.all
    tags = language_order(visit)
    typed = sent if sent is not None and sent.one("do") == "add" else Submission({})
    blank = [{"tag": tag, "label": languages[tag].name, "dir": languages[tag].direction, "value": typed.one(f"label.{tag}")} for tag in tags]
    found = []
    for group in entity.groups:
        mine = sent if sent is not None and sent.one("do") == f"change:{group.name}" else None
        layout = mine if mine is not None and "columns" in mine else None
        held = sum(one.group == group.name for one in entity.fields)
        if group.system:
            fixed = M_("A default group: it can be renamed and moved, not removed.")
        else:
            fixed = M_("It holds fields. Move them elsewhere first, then it can be removed.")
        found.append(
            {
                "name": group.name,
                "label": labels.group_label(desk.catalog, entity, group, visit.view.languages),
                "count": held,
                "via": group.via is not None,
                "system": group.system,
                "fixed": visit.translator.say(fixed) if group.system or held else "",
                "columns": group.columns if layout is None or layout.one("columns") not in COLUMNS else int(layout.one("columns")),
                **{name: getattr(group, name) if layout is None else bool(layout.one(name)) for name in LAYOUT},
                seen.CONTROL: seen.stamp(drawn(desk, entity, group)),
                "condition": _condition(desk, entity, group, mine),
                "open": mine is not None,
                "names": [{**one, "value": _name(desk, entity, group, str(one["tag"]), mine)} for one in blank],
            }
        )
    offered = conditions.offered(desk.view, entity)
    told = list(wrong) if isinstance(wrong, (list, tuple)) else []
    context = {**desks.head(desk, entity), "groups": found, "offered": offered, "names": blank, "wrong": told}
    return Screen("admin/groups.html", context, 422 if wrong else 200)
