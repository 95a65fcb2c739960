"""Adding a field: choose a type, name it, see what comes of it, put it into the draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.errors import BadOperation, BadValue
from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import SOURCE_LANGUAGE, Entity, Json
from engine.metadata.types import TYPES, Invalid
from engine.render.bind import Submission
from engine.schema.ops.add_field import AddField, name_problem
from engine.service.admin import desk as desks
from engine.service.admin import grid, naming, options, telling, trying, typed
from engine.service.admin.desk import Desk
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

EXAMPLES: Mapping[str, Message | str] = {
    "text": M_("A name, a code, a short remark"),
    "multiline": M_("Notes over several lines"),
    "rich_text": M_("Text with headings, lists, links"),
    "integer": M_("Employees, days, pieces: 12"),
    "decimal": M_("A rate, a weight: 12.5"),
    "amount": M_("Money: 1,250,000.00"),
    "date": "2026-03-02",
    "time": "09:30",
    "datetime": "2026-03-02 09:30",
    "check": M_("Yes or no"),
    "choice": M_("One of a few: gold, silver, bronze"),
    "multiple_choice": M_("Several of a few: mail, phone, visit"),
    "list": M_("One of a list that several fields share"),
    "tree": M_("A node of a tree, at any level"),
    "reference": M_("Another record: a person, a customer"),
    "attachment": M_("A file: contract.pdf"),
    "image": M_("A picture: a logo, a business card"),
    "email": "name@example.org",
    "phone": "+86 571 5555 0100",
    "url": "https://example.org",
    "hint": M_("A fixed text on the card, without a value"),
    "computed": M_("Worked out from other fields"),
}
INTERNAL = ("palette",)
WIDTHS: Sequence[tuple[str, Message]] = (("half", M_("One column")), ("full", M_("Whole line")), ("third", M_("Narrow")))


def types(visit: Visit) -> list[dict[str, Json]]:
    """The types on offer, with an example of each."""
    say = visit.translator.say
    found = []
    for name, kind in TYPES.items():
        example = EXAMPLES.get(name, "")
        told = {"name": name, "label": say(kind.label), "icon": grid.ICONS.get(name, "type")}
        if name not in INTERNAL:
            found.append({**told, "example": say(example) if isinstance(example, Message) else example})
    return found


def start(visit: Visit, name: str, *, group: str = "", kind: str = "") -> Screen:
    """The types to choose from, or the form of one. Raises Forbidden, UnknownEntity, BadValue."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    if not kind:
        return Screen("admin/field_types.html", {**desks.head(desk, entity), "types": types(visit), "group": group})
    _check_kind(kind)
    home = group if group in {one.name for one in entity.groups} else entity.groups[-1].name
    return _form(desk, entity, kind, Submission({"group": [home], "enabled": ["on"], "width": ["half"]}), ())


def _check_kind(kind: str) -> None:
    if kind not in TYPES or kind in INTERNAL:
        raise BadValue("type", M_("There is no field type “%(name)s”.", name=kind[:40]))


def create(visit: Visit, name: str, sent: Submission) -> Screen | Done:
    """Put the new field into the draft, or give the form back with what is wrong."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    kind = sent.one("type")
    _check_kind(kind)
    operation, problems = read(desk, entity, sent)
    if operation is None or problems or sent.one("do") == "try":
        return _form(desk, entity, kind, sent, problems if sent.one("do") != "try" else (), tried=operation)
    try:
        desks.perform(desk, operation)
    except BadOperation as error:
        return _form(desk, entity, kind, sent, [("", visit.translator.say(error.message))])
    return Done(f"/admin/{name}/fields#row-{operation.name}", telling.of_operation(visit, desk.catalog, operation), "info")


def read(desk: Desk, entity: Entity, sent: Submission) -> tuple[AddField | None, tuple[tuple[str, str], ...]]:
    """The operation that a form means, and what is wrong with it by control."""
    visit, kind = desk.visit, sent.one("type")
    told = {tag: text for tag in visit.languages.all if (text := sent.one(f"label.{tag}").strip())}
    label = told.get(SOURCE_LANGUAGE) or next(iter(told.values()), "")
    if not label:
        return None, ((f"label.{_first(visit)}", visit.translator.text("Enter a name for the field.")),)
    named = sent.one("name").strip().lower() or naming.proposed(desk.catalog, entity, _spelled(told, label))
    if wrong := typed.problems(visit, sent):
        return None, tuple((control, text) for control, texts in wrong.items() for text in texts)
    problems = []
    default: Json = None
    try:
        default = TYPES[kind].parse([sent.one("default")], visit.region) if sent.one("default").strip() else None
    except Invalid as error:
        problems.append(("default", visit.translator.say(error.message)))
    operation = AddField(
        entity=entity.name,
        name=named,
        type=kind,
        group=sent.one("group"),
        label=label,
        labels={tag: text for tag, text in told.items() if tag != SOURCE_LANGUAGE},
        options=options.read(kind, sent, {}),
        help=sent.one("help").strip(),
        placeholder=sent.one("placeholder").strip(),
        default=default,
        width=sent.one("width") or "half",
        enabled=bool(sent.one("enabled")),
        required=bool(sent.one("required")),
        searchable=bool(sent.one("searchable")),
        in_list=bool(sent.one("in_list")),
    )
    return operation, (*problems, *trying.problems(desk, operation))


def _first(visit: Visit) -> str:
    return next(iter(language_order(visit)))


def _spelled(told: Mapping[str, str], label: str) -> str:
    """The name a database name is made from: what can be spelled best."""
    return told.get("zh-Hans") or told.get("zh-Hant") or label


def language_order(visit: Visit) -> list[str]:
    """The languages of names, the reader's first, then the source language."""
    tags = list(visit.languages.all)
    return sorted(tags, key=lambda tag: (tag != visit.language.tag, tag != SOURCE_LANGUAGE, tags.index(tag)))


def proposal(visit: Visit, name: str, label: str, typed: str) -> dict[str, Json]:
    """A database name for a display name, and what is wrong with one that was typed."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    problem = name_problem(desk.catalog, entity, typed) if typed else None
    return {
        "name": naming.proposed(desk.catalog, entity, label[:200]) if label.strip() else "",
        "problem": telling.sentence(visit, desk.catalog, problem, name) if problem else "",
    }


def has_default(kind: str) -> bool:
    """Whether a field of this type can begin with a value that is typed."""
    return kind not in ("hint", "attachment", "image", "computed", "lines") and not TYPES[kind].refers


def _form(
    desk: Desk, entity: Entity, kind: str, sent: Submission, problems: Sequence[tuple[str, str]], *, tried: AddField | None = None
) -> Screen:
    visit, say = desk.visit, desk.visit.translator.say
    wrong: dict[str, list[str]] = {}
    for control, text in problems:
        wrong.setdefault(control, []).append(text)
    context = {
        **desks.head(desk, entity),
        "type": next(one for one in types(visit) if one["name"] == kind),
        "names": [
            {"tag": tag, "label": visit.languages.all[tag].name, "dir": visit.languages.all[tag].direction, "value": sent.one(f"label.{tag}")}
            for tag in language_order(visit)
        ],
        "groups": [(one.name, labels.group_label(desk.catalog, entity, one, visit.view.languages)) for one in entity.groups],
        "options": options.controls(desk, kind, options.read(kind, sent, {})),
        "flags": [{**flag, "on": bool(sent.one(flag["name"]))} for flag in grid.flags_of(visit, entity)],
        "widths": [(value, say(text)) for value, text in WIDTHS],
        "with_default": has_default(kind),
        "sent": {name: sent.one(name) for name in ("name", "group", "help", "placeholder", "default", "width")},
        "wrong": wrong,
        "summary": [{"href": f"#n-{control}" if control else "", "text": text} for control, text in problems],
        "tried": trying.show(desk, entity, tried) if tried else None,
    }
    return Screen("admin/field_new.html", context, 422 if problems else 200)
