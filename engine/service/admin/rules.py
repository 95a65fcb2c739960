"""All rules of an entity in words, with what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.errors import FieldloomError
from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import RECORD, Entity, Field, Json
from engine.query import rulecheck
from engine.query.rulecheck import RuleFinding
from engine.query.tree import from_json
from engine.service import ruling, wording
from engine.service.admin import desk as desks
from engine.service.admin.desk import Desk
from engine.service.screen import Screen
from engine.service.visit import Visit

KINDS: Mapping[str, tuple[Message, str]] = {
    "visible": (M_("Stands on the card when"), "eye"),
    "required": (M_("Must be filled in when"), "asterisk"),
    "choices": (M_("Offers only"), "list-filter"),
    "where": (M_("Can be chosen when"), "search"),
}


def show(visit: Visit, name: str) -> Screen:
    """The page of an entity's rules, as they would be with the own draft. Raises SignInNeeded, Forbidden, UnknownEntity."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    findings = rulecheck.check(desk.catalog, entity, visit.scope())
    groups = [_of_group(desk, entity, place, findings) for place in range(len(entity.groups))]
    context = {
        **desks.head(desk, entity),
        "groups": [one for one in groups if one["rules"] or one["fields"]],
        "errors": sum(one.level == "error" for one in findings),
        "warnings": sum(one.level == "warning" for one in findings),
    }
    return Screen("admin/rules.html", context)


def _of_group(desk: Desk, entity: Entity, place: int, findings: Sequence[RuleFinding]) -> dict[str, Json]:
    group = entity.groups[place]
    own = [_rule(desk, entity, "visible", group.visible)] if group.visible is not None else []
    fields = [told for one in entity.fields_of(group) if (told := _of_field(desk, entity, one, findings))]
    label = labels.group_label(desk.catalog, entity, group, desk.view.languages)
    return {"name": group.name, "label": label, "rules": own, "fields": fields, "findings": _told(desk.visit, findings, group=group.name)}


def _of_field(desk: Desk, entity: Entity, one: Field, findings: Sequence[RuleFinding]) -> dict[str, Json] | None:
    rules = [_rule(desk, entity, what, one.rules[what]) for what in ("visible", "required") if one.rules.get(what) is not None]
    told = one.rules.get("choices")
    rules += [_offer(desk, entity, one, offer) for offer in (told if isinstance(told, list) else ()) if isinstance(offer, Mapping)]
    if "where" in one.options and one.target in desk.catalog.entities:
        rules.append(_rule(desk, desk.catalog.entity(one.target or ""), "where", one.options["where"], card=entity))
    if not rules:
        return None
    return {"name": one.name, "label": desk.view.label(one), "rules": rules, "findings": _told(desk.visit, findings, field=one.name)}


def _rule(desk: Desk, entity: Entity, what: str, document: Json, *, card: Entity | None = None) -> dict[str, Json]:
    label, icon = KINDS[what]
    return {"label": desk.visit.translator.say(label), "icon": icon, "words": _words(desk, entity, document, card), "offered": ""}


def _offer(desk: Desk, entity: Entity, one: Field, offer: Mapping[str, Json]) -> dict[str, Json]:
    label, icon = KINDS["choices"]
    values = offer.get("values")
    named = ruling.choices_in_words(desk.view, desk.visit.region, entity, one.name, values if isinstance(values, list) else [])
    return {"label": desk.visit.translator.say(label), "icon": icon, "words": _words(desk, entity, offer.get("when"), None), "offered": named}


def _words(desk: Desk, entity: Entity, document: Json, card: Entity | None) -> str:
    """A condition in words; as it is kept where it cannot be read."""
    try:
        condition = from_json(document, entity, searchable_only=False)
        known = wording.known_for(desk.visit, entity, [condition])
        words = wording.in_words(desk.view, desk.visit.region, entity, condition, known)
    except (FieldloomError, KeyError):
        return str(document)
    for other in sorted(card.by_name.values(), key=lambda one: -len(one.name)) if card else ():
        words = words.replace(RECORD + other.name, desk.visit.translator.text("the card's “%(label)s”", label=desk.view.label(other)))
    return words or desk.visit.translator.text("always")


def _told(visit: Visit, findings: Iterable[RuleFinding], *, field: str = "", group: str = "") -> list[dict[str, str]]:
    return [
        {"level": one.level, "code": one.code, "text": visit.translator.say(one.message)}
        for one in findings
        if (one.field, one.group) == (field, group)
    ]


