"""All rules of an entity in words, with what is wrong with them, and which of them stand in the own draft only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.errors import FieldloomError
from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import RECORD, Catalog, Entity, Json
from engine.query import rulecheck
from engine.query.rulecheck import RuleFinding
from engine.query.tree import from_json
from engine.render.view import View
from engine.service import ruling, wording
from engine.service.admin import desk as desks
from engine.service.admin.desk import Desk
from engine.service.screen import Screen
from engine.service.visit import Visit

KINDS: Mapping[str, tuple[Message, str]] = {
    "visible": (M_("Stands on the card when"), "eye"),
    "required": (M_("Must be filled in when"), "asterisk"),
    "choices": (M_("Offers only"), "list-filter"),
    "starts": (M_("Left empty on a new record, is as"), "copy"),
    "where": (M_("Can be chosen when"), "search"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One rule in words. `state` is "" for one in force, "new" for one that only the draft has, "gone" for one that the draft takes away."""

    what: str
    kept: str
    words: str
    offered: str = ""
    state: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes two of them the same rule, whatever the fields in it are called by now."""
        return self.what, self.kept


def show(visit: Visit, name: str) -> Screen:
    """The page of an entity's rules, as they would be with the own draft. Raises SignInNeeded, Forbidden, UnknownEntity."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    findings = rulecheck.check(desk.catalog, entity, visit.scope())
    held = visit.catalog.entities.get(name)
    names = dict.fromkeys(one.name for side in (entity, held) if side for one in side.groups)
    groups = [_of_group(desk, entity, one, findings) for one in names]
    context = {
        **desks.head(desk, entity),
        "groups": [one for one in groups if one["rules"] or one["fields"]],
        "errors": sum(one.level == "error" for one in findings),
        "warnings": sum(one.level == "warning" for one in findings),
        "drafted": sum(rule["state"] != "" for group in groups for one in (group, *group["fields"]) for rule in one["rules"]),
    }
    return Screen("admin/rules.html", context)


def changed(visit: Visit, before: Catalog, after: Catalog, document: Mapping[str, Json]) -> list[tuple[str, str]]:
    """(state, sentence) for each rule that an operation makes or takes away: what a change of rules says in a review."""
    what, name = document.get("operation"), str(document.get("entity", ""))
    sides = [catalog.entities.get(name) for catalog in (before, after)]
    if what == "change_field" and "rules" in document["changes"]:
        told = [list(_field_rules(visit, catalog, side, document["field"])) if side else [] for catalog, side in zip((before, after), sides, strict=True)]
    elif what == "change_group" and "visible" in document["changes"]:
        told = [list(_group_rules(visit, catalog, side, document["group"])) if side else [] for catalog, side in zip((before, after), sides, strict=True)]
    else:
        return []
    return [(one.state, sentence(visit, one)) for one in _compared(*told) if one.state]


def of_field(visit: Visit, catalog: Catalog, entity: Entity, name: str, kept: Mapping[str, Json]) -> list[str]:
    """The sentences of rules that a field of this entity would have."""
    fields = tuple(replace(one, rules=kept) if one.name == name else one for one in entity.fields)
    told = _field_rules(visit, catalog, replace(entity, fields=fields), name)
    return [sentence(visit, one) for one in told if one.what in kept]


def condition(visit: Visit, catalog: Catalog, entity: Entity, document: Json) -> str:
    """A condition in words; as it is kept where it cannot be read."""
    return _words(visit, catalog, entity, document, None)


def sentence(visit: Visit, one: Told) -> str:
    """A rule as one sentence."""
    say, label = visit.translator.say, KINDS[one.what][0]
    if one.what != "choices":
        return say(M_("%(rule)s: %(words)s"), rule=say(label), words=one.words)
    return say(M_("%(rule)s %(options)s, when %(words)s"), rule=say(label), options=one.offered, words=one.words)


def _of_group(desk: Desk, entity: Entity, name: str, findings: Sequence[RuleFinding]) -> dict[str, Json]:
    held = desk.visit.catalog.entities.get(entity.name)
    group = next(one for side in (entity, held) if side for one in side.groups if one.name == name)
    after = _group_rules(desk.visit, desk.catalog, entity, name)
    before = _group_rules(desk.visit, desk.visit.catalog, held, name) if held else ()
    names = [one.name for one in entity.fields_of(group)]
    names += [one.name for one in held.fields_of(group) if one.name not in entity.by_name] if held else []
    fields = [told for one in names if (told := _of_field(desk, entity, held, one, findings))]
    label = labels.group_label(desk.catalog, entity, group, desk.view.languages)
    own = [_drawn(desk, one) for one in _compared(list(before), list(after))]
    return {"name": name, "label": label, "rules": own, "fields": fields, "findings": _found(desk.visit, findings, group=name)}


def _of_field(desk: Desk, entity: Entity, held: Entity | None, name: str, findings: Sequence[RuleFinding]) -> dict[str, Json] | None:
    after = _field_rules(desk.visit, desk.catalog, entity, name) if name in entity.by_name else ()
    before = _field_rules(desk.visit, desk.visit.catalog, held, name) if held and name in held.by_name else ()
    rules = [_drawn(desk, told) for told in _compared(list(before), list(after))]
    if not rules:
        return None
    one = entity.by_name[name] if name in entity.by_name else next(one for one in (held or entity).fields if one.name == name)
    here = any(field.name == name for field in entity.fields)
    return {"name": name, "label": desk.view.label(one), "here": here, "rules": rules, "findings": _found(desk.visit, findings, field=name)}


def _drawn(desk: Desk, one: Told) -> dict[str, Json]:
    label, icon = KINDS[one.what]
    return {"label": desk.visit.translator.say(label), "icon": icon, "words": one.words, "offered": one.offered, "state": one.state}


def _compared(before: Sequence[Told], after: Sequence[Told]) -> list[Told]:
    """The rules that will be, then those that will be no more."""
    was, will = {one.key for one in before}, {one.key for one in after}
    made = [one if one.key in was else replace(one, state="new") for one in after]
    return made + [replace(one, state="gone") for one in before if one.key not in will]


def _group_rules(visit: Visit, catalog: Catalog, entity: Entity, name: str) -> Iterator[Told]:
    for group in entity.groups:
        if group.name == name and group.visible is not None:
            yield Told("visible", repr(group.visible), _words(visit, catalog, entity, group.visible, None))


def _field_rules(visit: Visit, catalog: Catalog, entity: Entity, name: str) -> Iterator[Told]:
    one = next((field for field in entity.fields if field.name == name), None)
    if one is None:
        return
    for what in ("visible", "required"):
        if one.rules.get(what) is not None:
            yield Told(what, repr(one.rules[what]), _words(visit, catalog, entity, one.rules[what], None))
    told = one.rules.get("choices")
    view = replace(visit.view, catalog=catalog)
    for offer in told if isinstance(told, list) else ():
        if isinstance(offer, Mapping):
            values = offer.get("values")
            named = ruling.choices_in_words(view, visit.region, one, values if isinstance(values, list) else [])
            yield Told("choices", repr(offer), _words(visit, catalog, entity, offer.get("when"), None), named)
    if start := one.rules.get("starts"):
        yield Told("starts", repr(start), _start(visit, view, entity, start))
    if "where" in one.options and one.target in catalog.entities:
        where = one.options["where"]
        yield Told("where", repr(where), _words(visit, catalog, catalog.entity(one.target or ""), where, entity))


def _start(visit: Visit, view: View, entity: Entity, told: Mapping[str, str]) -> str:
    """What a new record starts with, in words."""
    by = entity.by_name.get(told["by"])
    target = view.catalog.entities.get((by.target if by else None) or "")
    one = target.by_name.get(told["field"]) if target else None
    names = {"field": view.label(one) if one else told["field"], "by": view.label(by) if by else told["by"]}
    return visit.translator.text("“%(field)s” of what “%(by)s” names", **names)


def _words(visit: Visit, catalog: Catalog, entity: Entity, document: Json, card: Entity | None) -> str:
    """A condition in words; as it is kept where it cannot be read."""
    view = replace(visit.view, catalog=catalog)
    try:
        condition = from_json(document, entity, searchable_only=False)
        known = wording.known_for(visit, entity, [condition])
        words = wording.in_words(view, visit.region, entity, condition, known)
    except (FieldloomError, KeyError):
        return str(document)
    for other in sorted(card.by_name.values(), key=lambda one: -len(one.name)) if card else ():
        words = words.replace(RECORD + other.name, visit.translator.text("the card's “%(label)s”", label=view.label(other)))
    return words or visit.translator.text("always")


def _found(visit: Visit, findings: Iterable[RuleFinding], *, field: str = "", group: str = "") -> list[dict[str, str]]:
    return [
        {"level": one.level, "code": one.code, "text": visit.translator.say(one.message)}
        for one in findings
        if (one.field, one.group) == (field, group)
    ]
