"""What a field's form said as it was drawn, against what it says as it comes back and what the field has become: see `seen`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.errors import BadValue, Unknown
from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity, Field, Json
from engine.metadata.types import TYPES
from engine.render.bind import Submission
from engine.service.admin import conditions, locks, offers, options, seen, telling
from engine.service.admin.adding import WIDTHS
from engine.service.admin.desk import Desk

CONDITIONS: Mapping[str, Message] = {"visible": M_("On the card only when"), "required": M_("Required when")}


def named(catalog: Catalog, one: Field, tag: str) -> str:
    """A field's own name in a language, without falling back; '' where it has none."""
    held = catalog.labels.get(tag, {}).get(f"{one.key}.label", "")
    return held or (one.label if tag == SOURCE_LANGUAGE else "")


def drawn(desk: Desk, one: Field) -> dict[str, Json]:
    """What the controls of the form say as it is drawn; conditions as they are kept."""
    found: dict[str, Json] = {f"label.{tag}": named(desk.catalog, one, tag) for tag in desk.visit.languages.all}
    found |= held(desk, one)
    found |= {flag: "on" if getattr(one, flag) else "" for flag in locks.FLAGS}
    for control in options.controls(desk, one.type, one.options):
        value = control["value"]
        found[str(control["name"])] = ("on" if value else "") if control["widget"] == "switch" else str(value)
    return found | {what: one.rules.get(what) for what in (*CONDITIONS, offers.STEM)}


def held(desk: Desk, one: Field) -> dict[str, Json]:
    """What stands in the plain controls of the form."""
    default = "" if one.default is None or TYPES[one.type].refers else TYPES[one.type].edit(one.default, desk.visit.region, one.options)
    return {"help": one.help, "placeholder": one.placeholder, "width": one.width, "default": default, "group": one.group}


def met(desk: Desk, entity: Entity, one: Field, sent: Submission) -> tuple[Submission, dict[str, list[str]]]:
    """The form as if it had been drawn just now, and what clashes with what was changed since it was."""
    before, now = seen.read(sent), drawn(desk, one)
    if not before:
        return sent, {}
    found = seen.meet(before, now, dict(_mine(desk, entity, one, sent, before, now)))
    say = desk.visit.translator.say
    wrong = {}
    for name in found.clashing:
        told = say(seen.AS_NOW) if name == offers.STEM else seen.became(desk.visit.translator, _in_words(desk, entity, name, now[name]))
        wrong[name] = [f"{_control(desk, name)}: {told}"]
    rules = (*CONDITIONS, offers.STEM)
    stays = found.untouched - ({"group"} if "after" in sent and sent.one("after") != "=" else set())
    gone = [name for name in rules if name in stays or (name in wrong and name == offers.STEM)]
    return seen.with_texts(seen.without(sent, gone), {name: now[name] for name in stays if name not in rules}), wrong


def _mine(desk: Desk, entity: Entity, one: Field, sent: Submission, before: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """What the controls of the form say as it was sent. A condition that cannot be read is none that anybody has."""
    switches = sent.texts.get("switches", ())
    then = replace(one, rules={**one.rules, offers.STEM: before[offers.STEM]} if before.get(offers.STEM) else {})
    for name in now:
        try:
            if name in CONDITIONS:
                if f"{name}.joiner" in sent:
                    yield name, conditions.read_condition(desk.view, desk.visit.region, entity, name, sent, before.get(name))
            elif name == offers.STEM:
                if f"{name}.0.joiner" in sent and offers.choices(desk.view, one) is not None:
                    yield name, offers.read(desk.view, desk.visit.region, entity, then, sent)
            elif name in sent or name in switches:
                yield name, seen.text(sent, name)
        except (Unknown, BadValue):
            yield name, {"": ""}


def _control(desk: Desk, name: str) -> str:
    """What a control is called."""
    tag = name.removeprefix("label.")
    if tag != name:
        return desk.visit.languages.all[tag].name
    known = {**telling.ATTRIBUTES, **{f"option.{one}": text for one, text in telling.OPTIONS.items()}, **CONDITIONS}
    known |= {"group": M_("Group"), offers.STEM: M_("Allowed options")}
    return desk.visit.translator.say(known[name]) if name in known else name


def _in_words(desk: Desk, entity: Entity, name: str, value: Json) -> str:
    """What a control says now, as people read it."""
    if name in CONDITIONS:
        told = conditions.builder(desk.view, desk.visit.region, entity, name, "", value)
        return str(told["words"])
    if name in locks.FLAGS:
        return desk.visit.translator.say(M_("On") if value else M_("Off"))
    if name == "group":
        group = next((one for one in entity.groups if one.name == value), None)
        return labels.group_label(desk.catalog, entity, group, desk.visit.view.languages) if group else str(value)
    return desk.visit.translator.say(dict(WIDTHS)[str(value)]) if name == "width" and value in dict(WIDTHS) else str(value)
