"""Conditions as rows of controls: field, operator, value, in groups within groups. They work without scripts; with them each row
follows its field.

What rows cannot say just so (and read back just so) is shown in words and kept as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from engine.errors import FieldloomError
from engine.messages import M_, Message
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES, Region
from engine.query import tree
from engine.query.operators import OPERATORS, label_of
from engine.query.tree import Condition
from engine.query.values import RELATIVE
from engine.render import search
from engine.render.bind import FILES, Submission
from engine.render.view import NO, YES, Known, View
from engine.service import wording
from engine.service.admin.condition_rows import Joiner, Level, Row, document_of, level_of, named, plain, sent_level, several

ROWS, GROUP_ROWS = 3, 2
"""How many rows a condition and a group in it have without scripts; one that has more already gets as many as it needs."""
JOINERS: Mapping[str, Message] = {"_and": M_("all of these hold"), "_or": M_("one of these holds")}

def builder(view: View, region: Region, entity: Entity, stem: str, label: str, document: Json, sent: Submission | None = None) -> dict[str, Json]:
    """What `admin/_condition.html` is told: a condition as it is kept, or as it was sent and refused."""
    condition = _readable(entity, document)
    shown = _shown(view, region, entity, condition) if condition is not None else None
    kept = document is not None and shown is None
    level = shown or Level()
    if sent is not None and f"{stem}.joiner" in sent:
        level = sent_level(sent, stem)
    return {
        "stem": stem,
        "label": label,
        "level": _told(level, stem),
        "kept": kept,
        "words": _words(view, region, entity, condition, document) if document is not None else "",
    }


def offered(view: View, entity: Entity) -> dict[str, Json]:
    """What the rows of all conditions of a page offer: joiners, fields, operators; `data` is for its script."""
    fields = [_field(view, one) for one in entity.by_name.values() if one.name and _is_offered(one)]
    return {
        "joiners": [(name, view.speaker.say(text)) for name, text in JOINERS.items()],
        "fields": fields,
        "operators": _all_operators(view, entity),
        "data": json.dumps({one["name"]: one for one in fields}, ensure_ascii=False, separators=(",", ":")),
    }


def read_condition(view: View, region: Region, entity: Entity, stem: str, sent: Submission, held: Json = None) -> Json:
    """The condition that rows of controls say, choices by their names too, or None for none. Raises UnknownField, UnknownOperator, BadValue.

    `held` is the condition as it is kept. It stays just as it is where the rows say the same, and where it is more than rows can
    show, unless rows are filled in its place or it is taken away.
    """
    document = document_of(entity, region, sent_level(named(view, entity, sent, stem), stem))
    if document is None:
        return held if f"{stem}.kept" in sent and not sent.one(f"{stem}.remove") else None
    condition = tree.from_json(document, entity, searchable_only=False)
    before = _readable(entity, held)
    return held if before is not None and plain(before) == plain(condition) else document


# -- what the rows offer ---------------------------------------------------------------------------------------


def _is_offered(one: Field) -> bool:
    """Whether a condition of a card may be about the field."""
    return bool(tree.operators_of(one)) and (one.type not in FILES or "_null" in tree.operators_of(one))


def _field(view: View, one: Field) -> dict[str, Json]:
    widget = search.filter_widget(view, one)
    rows = view.dictionaries.of(one.target or "") if TYPES[one.type].refers else None
    if rows is not None:
        choices = [[row.key or str(row.id), rows.show(row.id, "title", view.languages)] for row, _ in rows.ordered if row.active]
    else:
        choices = [[str(told["value"]), str(told["label"])] for told in search.filter_choices(view, one)] if "choices" in one.options else []
    if one.type == "check":
        choices = [["true", view.speaker.say(YES)], ["false", view.speaker.say(NO)]]
    operators = [[name, view.speaker.say(label_of(name, widget)), OPERATORS[name].arity] for name in tree.operators_of(one)]
    spans = [[code, view.speaker.say(text)] for code, text in RELATIVE.items()] if "_relative" in tree.operators_of(one) else []
    return {"name": one.name, "label": view.label(one), "widget": widget, "operators": operators, "choices": choices, "spans": spans}


def _all_operators(view: View, entity: Entity) -> list[tuple[str, str]]:
    """Every operator that some field of the card offers, for rows without scripts."""
    offered = {name for one in entity.by_name.values() for name in tree.operators_of(one)}
    return [(name, view.speaker.say(one.label)) for name, one in OPERATORS.items() if name in offered]


def _told(level: Level, stem: str, depth: int = 0) -> dict[str, Json]:
    """A level for the template: its rows and empty ones beside them, its groups, and without scripts room for one more."""
    least = GROUP_ROWS if depth else ROWS
    groups = [_told(one, f"{stem}.g{place}", depth + 1) for place, one in enumerate(level.groups)]
    other: Joiner = "_or" if level.joiner == "_and" else "_and"
    return {
        "stem": stem,
        "joiner": level.joiner,
        "rows": [_told_row(one) for one in (*level.rows, *(Row() for _ in range(max(least - len(level.rows), 1))))],
        "groups": groups,
        "blank": None if depth else _told(Level(other), f"{stem}.g{len(groups)}", depth + 1),
    }


def _told_row(row: Row) -> dict[str, Json]:
    two = row.operator in OPERATORS and OPERATORS[row.operator].arity == 2
    first = row.values[:1] if two else row.values
    return {"field": row.field, "operator": row.operator, "value": several(first), "second": row.values[1] if two and len(row.values) > 1 else ""}


# -- what is kept, as rows -------------------------------------------------------------------------------------


def _readable(entity: Entity, document: Json) -> Condition | None:
    if document is None:
        return None
    try:
        return tree.from_json(document, entity, searchable_only=False)
    except FieldloomError:
        return None


def _shown(view: View, region: Region, entity: Entity, condition: Condition) -> Level | None:
    """The rows and groups that say a condition; None where what they would send back is not the same."""
    level = level_of(region, entity, condition)
    if level is None:
        return None
    sent = Submission(dict(_as_sent(_told(level, "x"))))
    try:
        again = _readable(entity, document_of(entity, region, sent_level(named(view, entity, sent, "x"), "x")))
    except FieldloomError:
        return None
    return level if again is not None and plain(again) == plain(condition) else None


def _as_sent(told: Mapping[str, Json]) -> Iterator[tuple[str, list[str]]]:
    """What a form with these controls sends."""
    yield f"{told['stem']}.joiner", [told["joiner"]]
    for place, row in enumerate(told["rows"]):
        yield from ((f"{told['stem']}.{place}.{name}", [text]) for name, text in row.items())
    for one in told["groups"]:
        yield from _as_sent(one)


def _words(view: View, region: Region, entity: Entity, condition: Condition | None, document: Json) -> str:
    if condition is None:
        return json.dumps(document, ensure_ascii=False)
    return wording.in_words(view, region, entity, condition, Known())
