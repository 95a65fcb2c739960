"""One field: its names, options, place and switches, changed by a form that becomes operations of the draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.errors import BadOperation, BadValue, ChangeRefused, Unknown, UnknownField
from engine.metadata import labels
from engine.metadata.model import SOURCE_LANGUAGE, Entity, Field, Json
from engine.metadata.types import TYPES, Invalid
from engine.render.bind import Submission
from engine.schema.operation import Operation
from engine.schema.ops.change_field import ChangeField
from engine.schema.ops.set_labels import SetLabels
from engine.schema.ops.widen_field import WidenField
from engine.service.admin import acts, conditions, field_seen, grid, locks, offers, options, seen, telling, typed, usage
from engine.service.admin import desk as desks
from engine.service.admin.adding import WIDTHS, has_default, language_order, types
from engine.service.admin.desk import Desk
from engine.service.admin.field_seen import CONDITIONS, named
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

TEXTS = ("help", "placeholder", "width")


def find(entity: Entity, name: str) -> Field:
    """The field in force of that name, disabled or not. Raises UnknownField."""
    found = next((one for one in entity.fields if one.name == name), None)
    if found is None:
        raise UnknownField(entity.name, name)
    return found


def show(visit: Visit, name: str, field: str) -> Screen:
    """The page of a field. Raises Forbidden, UnknownEntity, UnknownField."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    return _form(desk, entity, find(entity, field), None, {})


def save(visit: Visit, name: str, field: str, sent: Submission) -> Screen | Done:
    """Put what was changed into the draft, or give the form back with what is wrong."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    one = find(entity, field)
    url = f"/admin/{name}/fields#row-{field}"
    sent, clashing = field_seen.met(desk, entity, one, sent)
    if wrong := typed.problems(visit, sent) | _wrong_conditions(desk, entity, one, sent) | clashing:
        return _form(desk, entity, one, sent, wrong)
    try:
        wanted = list(operations(desk, entity, one, sent))
        desks.perform(desk, *wanted)
    except Invalid as error:
        return _form(desk, entity, one, sent, {"default": [visit.translator.say(error.message)]})
    except ChangeRefused as error:
        told = [telling.sentence(visit, desk.catalog, reason, name) for reason in error.reasons]
        return _form(desk, entity, one, sent, {"": told})
    except BadOperation as error:
        return _form(desk, entity, one, sent, {"": [visit.translator.say(error.message)]})
    return Done(url, "" if wanted else visit.translator.text("Nothing was changed."), "info")


def operations(desk: Desk, entity: Entity, one: Field, sent: Submission) -> Iterator[Operation]:
    """What the form changes. Controls that were not on it change nothing. Raises Invalid for a default that cannot be read."""
    yield from _names(desk, one, sent)
    held = {name: getattr(one, name) for name in (*TEXTS, "default", "rules", *locks.FLAGS)}
    coming: dict[str, Json] = {name: sent.one(name).strip() for name in TEXTS if name in sent}
    if "default" in sent:
        text = sent.one("default").strip()
        coming["default"] = TYPES[one.type].parse([text], desk.visit.region) if text else None
    if "switches" in sent:
        coming |= {name: bool(sent.one(name)) for name in sent.texts["switches"] if name in locks.FLAGS}
    coming["rules"] = _rules(desk, entity, one, sent)
    changes = {name: value for name, value in coming.items() if value != held[name]}
    if changes:
        yield ChangeField(entity.name, one.name, changes)
    wanted = options.read(one.type, sent, one.options)
    different = {name: wanted.get(name) for name in {*wanted, *one.options} if wanted.get(name) != one.options.get(name)}
    if different:
        yield WidenField(entity.name, one.name, different)
    if "group" in sent and (sent.one("group") != one.group or "after" in sent):
        yield from _placed(entity, one, sent.one("group"), sent.one("after") if "after" in sent else None)


def _wrong_conditions(desk: Desk, entity: Entity, one: Field, sent: Submission) -> dict[str, list[str]]:
    """Why conditions cannot be read, by rule."""
    found = {}
    for what in (*CONDITIONS, *offers.stems(sent)):
        try:
            if what in CONDITIONS:
                conditions.read_condition(desk.view, desk.visit.region, entity, what, sent)
            elif offers.choices(desk.view, one) is not None:
                offers.read_one(desk.view, desk.visit.region, entity, one, sent, what)
        except (Unknown, BadValue) as error:
            found[what] = [desk.visit.translator.say(error.message)]
    return found


def _rules(desk: Desk, entity: Entity, one: Field, sent: Submission) -> Mapping[str, Json]:
    """The field's rules with the conditions that the form says. Raises UnknownField, UnknownOperator, BadValue."""
    found = dict(one.rules)
    for what in CONDITIONS:
        if f"{what}.joiner" in sent:
            found[what] = conditions.read_condition(desk.view, desk.visit.region, entity, what, sent, one.rules.get(what))
    if f"{offers.STEM}.0.joiner" in sent and offers.choices(desk.view, one) is not None:
        found["choices"] = offers.read(desk.view, desk.visit.region, entity, one, sent)
    return {name: rule for name, rule in found.items() if rule is not None}


def _placed(entity: Entity, one: Field, group: str, after: str | None) -> tuple[Operation, ...]:
    inside = [field.name for field in entity.fields if field.group == group and field.name != one.name]
    if after is None or after == "=":
        return acts.moved(entity, (one.name,), group, None) if group != one.group else ()
    place = inside.index(after) + 1 if after in inside else 0
    return acts.moved(entity, (one.name,), group, inside[place] if place < len(inside) else None)


def _names(desk: Desk, one: Field, sent: Submission) -> Iterator[Operation]:
    key = f"{one.key}.label"
    for tag in desk.visit.languages.all:
        if f"label.{tag}" not in sent:
            continue
        text = sent.one(f"label.{tag}").strip()
        held = named(desk.catalog, one, tag)
        if text == held:
            continue
        if tag == SOURCE_LANGUAGE and not one.system and text:
            yield ChangeField(one.entity, one.name, {"label": text})
        elif tag != SOURCE_LANGUAGE or text:
            yield SetLabels(tag, {key: text or None})


def _form(desk: Desk, entity: Entity, one: Field, sent: Submission | None, wrong: Mapping[str, list[str]]) -> Screen:
    visit, say = desk.visit, desk.visit.translator.say
    reasons = locks.flag_reasons(desk.catalog, entity, one)
    why = {flag: telling.sentence(visit, desk.catalog, message, entity.name) for flag, message in reasons.items()}
    languages = visit.languages.all
    told = {name: sent.one(name) if sent and name in sent else value for name, value in field_seen.held(desk, one).items()}
    on = {flag: bool(sent.one(flag)) if sent and flag in sent.texts.get("switches", ()) else bool(getattr(one, flag)) for flag in locks.FLAGS}
    inside = [field for field in entity.fields if field.group == one.group]
    context = {
        seen.CONTROL: seen.stamp(field_seen.drawn(desk, one)),
        **desks.head(desk, entity),
        "field": {
            "name": one.name,
            "label": labels.field_label(desk.catalog, one, visit.view.languages),
            "type": next((kind for kind in types(visit) if kind["name"] == one.type), {"label": one.type, "icon": grid.ICONS.get(one.type, "type")}),
            "system": one.system,
            "why": say(locks.SYSTEM) if one.system else say(locks.TYPE),
            "uses": list(usage.uses(desk.catalog, entity, one, visit)),
            "via": one.via is not None,
        },
        "names": [
            {
                "tag": tag,
                "label": languages[tag].name,
                "dir": languages[tag].direction,
                "value": sent.one(f"label.{tag}") if sent and f"label.{tag}" in sent else named(desk.catalog, one, tag),
            }
            for tag in language_order(visit)
        ],
        "options": options.controls(desk, one.type, one.options if sent is None else options.read(one.type, sent, one.options)),
        "flags": [{**flag, "on": on[flag["name"]], "why": why.get(flag["name"], "")} for flag in grid.flags_of(visit, entity)],
        "groups": [(group.name, labels.group_label(desk.catalog, entity, group, visit.view.languages)) for group in entity.groups],
        "others": [(field.name, labels.field_label(desk.catalog, field, visit.view.languages)) for field in inside if field is not one],
        "after": sent.one("after") if sent and "after" in sent else "=",
        "widths": [(value, say(text)) for value, text in WIDTHS],
        "conditions": [
            conditions.builder(desk.view, visit.region, entity, what, say(label), one.rules.get(what), sent) for what, label in CONDITIONS.items()
        ],
        "offered": conditions.offered(desk.view, entity),
        "offers": offers.builder(desk.view, visit.region, entity, one, sent),
        "with_default": has_default(one.type),
        "sent": told,
        "wrong": wrong,
        "summary": [{"href": f"#n-{control}" if control else "", "text": text} for control, texts in wrong.items() for text in texts],
    }
    return Screen("admin/field_edit.html", context, 422 if wrong else 200)


