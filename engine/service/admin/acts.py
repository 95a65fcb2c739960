"""What a press on the table of fields means, as operations. A drag, a menu entry, a key and a check box all end here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import BadValue, UnknownField
from engine.messages import M_
from engine.metadata.model import Entity, Field
from engine.schema.operation import Operation
from engine.schema.ops.change_field import ChangeField
from engine.schema.ops.move_fields import MoveFields
from engine.schema.ops.retire_field import RetireField
from engine.service.admin.locks import FLAGS

STEPS = ("up", "down", "first", "last", "previous", "next")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form of the table sent: the button, the chosen fields, and where they shall go."""

    do: str
    chosen: tuple[str, ...] = ()
    group: str = ""
    before: str = ""


def operations(entity: Entity, sent: Sent) -> tuple[Operation, ...]:
    """The operations for a press; none where nothing would change. Raises BadValue for one that does not exist, UnknownField."""
    act, *told = sent.do.split(":")
    match act, told:
        case "toggle", [flag, name, "on" | "off" as turn] if flag in FLAGS:
            return (ChangeField(entity.name, name, {flag: turn == "on"}),)
        case "bulk", ["move"]:
            return moved(entity, sent.chosen, sent.group, None)
        case "bulk", [flag, "on" | "off" as turn] if flag in FLAGS:
            want = turn == "on"
            names = [one.name for one in entity.fields if one.name in sent.chosen and getattr(one, flag) != want]
            return tuple(ChangeField(entity.name, name, {flag: want}) for name in names)
        case "move", []:
            return moved(entity, sent.chosen, sent.group, sent.before or None)
        case "step", [how, name] if how in STEPS:
            return step(entity, name, how)
        case "retire", [name]:
            return (RetireField(entity.name, name),)
    raise BadValue("do", M_("There is nothing called “%(name)s” to be done here.", name=sent.do[:60]))


def moved(entity: Entity, names: Sequence[str], group: str, before: str | None) -> tuple[Operation, ...]:
    """Fields, in the order of the card, put into a group before a field or at its end; nothing where they stand there already."""
    chosen = tuple(one.name for one in entity.fields if one.name in names) + tuple(name for name in names if not _stands(entity, name))
    if not chosen:
        return ()
    while before in chosen:
        before = _after(entity, before or "")
    inside = [one.name for one in entity.fields if one.group == group]
    rest = [name for name in inside if name not in chosen]
    at = rest.index(before) if before in rest else len(rest)
    if inside == [*rest[:at], *chosen, *rest[at:]]:
        return ()
    return (MoveFields(entity.name, chosen, group, before),)


def step(entity: Entity, name: str, how: str) -> tuple[Operation, ...]:
    """A field one place on, to an end of its group, or to the group above or below. Raises UnknownField."""
    one = _named(entity, name)
    inside = [field.name for field in entity.fields if field.group == one.group]
    place = inside.index(name)
    match how:
        case "up" if place > 0:
            return moved(entity, (name,), one.group, inside[place - 1])
        case "down" if place + 1 < len(inside):
            return moved(entity, (name,), one.group, inside[place + 2] if place + 2 < len(inside) else None)
        case "first":
            return moved(entity, (name,), one.group, inside[0])
        case "last":
            return moved(entity, (name,), one.group, None)
    names = [group.name for group in entity.groups]
    at = names.index(one.group)
    if how in ("up", "previous") and at > 0:
        return moved(entity, (name,), names[at - 1], None)
    if how in ("down", "next") and at + 1 < len(names):
        first = next((field.name for field in entity.fields if field.group == names[at + 1]), None)
        return moved(entity, (name,), names[at + 1], first)
    return ()


def _named(entity: Entity, name: str) -> Field:
    found = next((one for one in entity.fields if one.name == name), None)
    if found is None:
        raise UnknownField(entity.name, name)
    return found


def _stands(entity: Entity, name: str) -> bool:
    return any(one.name == name for one in entity.fields)


def _after(entity: Entity, name: str) -> str | None:
    one = _named(entity, name)
    inside = [field.name for field in entity.fields if field.group == one.group]
    place = inside.index(name) + 1
    return inside[place] if place < len(inside) else None
