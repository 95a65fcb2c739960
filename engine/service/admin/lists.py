"""An own list: named in each language, made by an operation like any change, its entries added as soon as it is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.errors import BadOperation
from engine.messages import M_
from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity, Json
from engine.render.bind import Submission
from engine.schema.ops.entities import AddEntity
from engine.service.admin import desk as desks
from engine.service.admin import naming, telling, typed
from engine.service.admin.adding import language_order
from engine.service.admin.desk import Desk
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

ICON = "list"
GROUP = "basic"
PARENT = "parent"
NO_NAME = M_("Enter a name for the list.")
_TEXT: Mapping[str, Json] = {"type": "text", "in_list": True}
FIELDS: Mapping[str, Mapping[str, Json]] = {
    "name": {**_TEXT, "options": {"max_length": 100, "translatable": True}, "required": True, "searchable": True},
    "description": {**_TEXT, "options": {"max_length": 500, "translatable": True}, "width": "full"},
    PARENT: {"type": "tree", "searchable": True, "in_list": True},
    "position": {"type": "integer", "options": {"minimum": 0, "maximum": 1_000_000}},
    "colour": {"type": "palette", "width": "full"},
    "active": {"type": "check", "default": True, "in_list": True},
}
"""The fields that the shipped lists have, too: their names are taken over from there in every language."""
OPTIONAL = ("description", PARENT)


def show(visit: Visit) -> Screen:
    """The form of a new list. Raises Forbidden."""
    return _form(desks.open_desk(visit), Submission({}), {})


def create(visit: Visit, sent: Submission) -> Screen | Done:
    """Put the new list into the draft, or give the form back with what is wrong."""
    desk = desks.open_desk(visit)
    told = _texts(desk, sent, "label")
    if not told:
        first = language_order(visit)[0]
        return _form(desk, sent, {f"label.{first}": [visit.translator.say(NO_NAME)]})
    if unfit := typed.problems(visit, sent):
        return _form(desk, sent, unfit)
    operation = _operation(desk, sent, told)
    if wrong := [telling.sentence(visit, desk.catalog, one.message, operation.name) for one in operation.check(desk.catalog) if one.level == "error"]:
        return _form(desk, sent, {"name": wrong})
    try:
        desks.perform(desk, operation)
    except BadOperation as error:
        return _form(desk, sent, {"name": [visit.translator.say(error.message)]})
    return Done("/admin/", telling.sentence(visit, desk.catalog, operation.describe(desk.catalog), operation.name), "info")


def _texts(desk: Desk, sent: Submission, what: str) -> dict[str, str]:
    return {tag: text for tag in desk.visit.languages.all if (text := sent.one(f"{what}.{tag}").strip())}


def _operation(desk: Desk, sent: Submission, told: Mapping[str, str]) -> AddEntity:
    several = {**told, **_texts(desk, sent, "plural")}
    name = sent.one("name").strip().lower() or proposed(desk.catalog, told)
    fields = [_field(desk.catalog, name, one) for one in FIELDS if one not in OPTIONAL or sent.one(f"with.{one}")]
    definition: dict[str, Json] = {
        "entity": name,
        "label": _source(told),
        "plural": _source(several),
        "kind": "dictionary",
        "icon": ICON,
        "groups": [{"name": GROUP, "label": _heading(desk.catalog), "fields": fields}],
    }
    if sent.one(f"with.{PARENT}"):
        definition["tree"] = PARENT
    names = {
        tag: {
            **({f"entity.{name}.label": told[tag]} if tag in told else {}),
            **({f"entity.{name}.plural": several[tag]} if tag in several else {}),
            **dict(_taken_over(desk.catalog, name, [one["name"] for one in fields], tag)),
        }
        for tag in desk.visit.languages.all
        if tag != SOURCE_LANGUAGE
    }
    return AddEntity(definition, {tag: found for tag, found in names.items() if found})


def _source(told: Mapping[str, str]) -> str:
    return told.get(SOURCE_LANGUAGE) or next(iter(told.values()))


def _lists(catalog: Catalog) -> list[Entity]:
    return [one for one in catalog.entities.values() if one.is_dictionary and one.system]


def _heading(catalog: Catalog) -> str:
    return next((group.label for one in _lists(catalog) for group in one.groups if group.name == GROUP), GROUP.capitalize())


def _field(catalog: Catalog, entity: str, name: str) -> dict[str, Json]:
    label = next((one.by_name[name].label for one in _lists(catalog) if name in one.by_name), name.capitalize())
    told = {"name": name, "label": label, **FIELDS[name]}
    return {**told, "options": {"entity": entity, "show": "path"}} if name == PARENT else told


def _taken_over(catalog: Catalog, name: str, fields: list[str], tag: str) -> Iterator[tuple[str, str]]:
    """What a language calls the same fields and heading of the lists that are there."""
    held = catalog.labels.get(tag, {})
    for stem in [f"group.%s.{GROUP}.label", *(f"field.%s.{field}.label" for field in fields)]:
        text = next((held[stem % one.name] for one in _lists(catalog) if held.get(stem % one.name)), "")
        if text:
            yield stem % name, text


def proposed(catalog: Catalog, told: Mapping[str, str]) -> str:
    """A database name that no entity has or had."""
    spelled = naming.plain(told.get("zh-Hans") or told.get("zh-Hant") or _source(told))
    stem = naming.PREFIX + (spelled[: naming.LONGEST - 6].strip("_") or "list")
    spent = {entity for entity, field in catalog.spent if not field}
    name, n = stem, 2
    while name in catalog.entities or name in catalog.retired or name in spent:
        name, n = f"{stem}_{n}", n + 1
    return name


def _form(desk: Desk, sent: Submission, wrong: Mapping[str, list[str]]) -> Screen:
    visit = desk.visit
    names = [
        {
            "tag": tag,
            "label": visit.languages.all[tag].name,
            "dir": visit.languages.all[tag].direction,
            "value": sent.one(f"label.{tag}"),
            "plural": sent.one(f"plural.{tag}"),
        }
        for tag in language_order(visit)
    ]
    summary = [{"href": f"#n-{control}", "text": text} for control, texts in wrong.items() for text in texts]
    kept = {"name": sent.one("name"), **{one: bool(sent.one(f"with.{one}")) for one in OPTIONAL}}
    context = {"names": names, "sent": kept, "wrong": wrong, "summary": summary, "bar": desks.bar(desk)}
    return Screen("admin/list_new.html", context, 422 if wrong else 200)
