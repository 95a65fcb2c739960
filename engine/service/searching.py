"""Search: one query for page and API; the screen around its result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from engine.kept import kept
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES, Region
from engine.query import page, tree
from engine.query.operators import OPERATORS, label_of
from engine.query.page import Page
from engine.query.tree import Condition, Junction, Query, Rule
from engine.query.values import RELATIVE
from engine.records import read
from engine.records.read import Record
from engine.render import search
from engine.render.page import Pages
from engine.render.search import Asked, OperatorChoice, address
from engine.render.view import Known, View
from engine.service import lookup, ordering, wording
from engine.service.cards import title_of
from engine.service.known import known_to
from engine.service.screen import Done, Screen
from engine.service.visit import Visit
from engine.service.writing import shown_values

Pairs = Sequence[tuple[str, str]]
MAX_DROPS = 6
@dataclass(frozen=True)
class Result:
    """A page of a result: its records with the named fields, in order."""

    page: Page
    records: Sequence[Record]


def run(visit: Visit, entity: Entity, query: Query, names: Sequence[str] | None) -> Result:
    """Run a query; `names` are the fields to read, None for all."""
    found = page.read(visit.conn, visit.catalog, entity, query, visit.scope())
    return Result(found, read.fetch_many(visit.conn, visit.catalog, entity, found.ids, names))


def show(visit: Visit, name: str, pairs: Pairs) -> Screen | Done:
    """The search screen. Raises Unknown… for names it does not know, BadValue for values it cannot use."""
    entity = visit.restricted(name, "read")
    if any(key.startswith("c.") for key, _ in pairs):
        told, unclear = _canonical(visit, entity, pairs)
        return Done(address(f"/{name}/", told), " ".join(unclear), "info" if unclear else "success")
    query = tree.parse(pairs, entity)
    columns = search.list_columns(entity)
    result = run(visit, entity, query, [one.name for one in columns])
    shown = {one.name: one for one in columns}
    named = wording.values_named(_rules(query.condition))
    known = known_to(visit, {**shown, **_asked_fields(entity, query)}, [*(r.values for r in result.records), *named])
    kept = [(key, value) for key, value in pairs if key != "page[after]" and (value or key.startswith("filter"))]
    chips = list(_chips(visit, entity, query, kept, known))
    rows = [
        {
            "url": f"/{name}/{one.id}",
            "title": search.heading(visit.view, entity, one.id, title_of(visit, entity, one)),
            "cells": search.cells(visit.view, visit.region, columns, shown_values(visit, entity, one), known),
        }
        for one in result.records
    ]
    restricted = bool(chips or query.words)
    total = result.page.total
    context = {
        "entity": visit.view.named(entity),
        "new_url": f"/{name}/new" if visit.may(name, "create") and not entity.locks.add else "",
        "export_url": address(f"/{name}/export", [pair for pair in kept if pair[0] != "page[size]"]),
        "import_url": f"/{name}/import" if visit.may(name, "create") and visit.may(name, "update") else "",
        "tree_url": f"/{name}/" if entity.tree and entity.is_dictionary else "",
        "order_url": f"/{name}/order" if ordering.is_ordered(visit, entity) and visit.may(name, "update") else "",
        "deleted_url": f"/{name}/deleted" if visit.may(name, "delete") else "",
        "q": query.words,
        "sort": dict(pairs).get("sort", ""),
        "filters": _filters(visit, entity, query, known) if chips else [],
        "filters_html": "" if chips else _blank_filters(visit.site.pages, visit.view, visit.region, entity),
        "conditions_open": False,
        "chips": chips,
        "clear_url": f"/{name}/" if restricted else "",
        "columns": [_column(visit, name, one, query, kept) for one in columns],
        "rows": rows,
        "total": total,
        "total_text": visit.translator.count("%(count)s record", "%(count)s records", total, count=_number(visit, total)),
        "next_url": address(f"/{name}/", [*kept, ("page[after]", result.page.next)]) if result.page.next else "",
        "first_url": address(f"/{name}/", kept) if query.after else "",
        "empty": None if rows or query.after else "nomatch" if restricted else "nothing",
        "drops": _drops(visit, entity, query, chips) if restricted and not rows else [],
    }
    return Screen("search.html", context)


def _number(visit: Visit, n: int) -> str:
    return TYPES["amount"].format(n, visit.region, {"places": 0})


# -- the form's controls, turned into the one grammar ----------------------------------------------------


def _canonical(visit: Visit, entity: Entity, pairs: Pairs) -> tuple[Sequence[tuple[str, str]], list[str]]:
    """The address in the condition grammar for what the screen's controls sent, and what was left out because it is not clear."""
    unclear: list[str] = []
    sent: dict[str, dict[str, list[str]]] = {}
    found: list[tuple[str, str]] = []
    for key, value in pairs:
        if not key.startswith("c."):
            if value:
                found.append((key, value))
            continue
        name, _, part = key[2:].rpartition(".")
        sent.setdefault(name, {}).setdefault(part, []).append(value.strip())
    for name, parts in sent.items():
        one = entity.field(name)
        if not any(parts.get("v", ())) and (text := "".join(parts.get("v__text", ())).strip()):
            ids = list(lookup.called(visit, one, text))
            if len(ids) != 1:
                unclear.append(lookup.unclear(visit, one, text, ids))
                continue
            parts["v"] = [str(ids[0])]
        if rule := _rule_sent(one, parts):
            found.append((f"filter[{name}][{rule[0]}]", rule[1]))
    return found, unclear


def _rule_sent(one: Field, parts: dict[str, list[str]]) -> tuple[str, str] | None:
    """(operator, value) of one row of controls, or None where nothing was asked."""
    operator = (parts.get("op") or tree.operators_of(one)[:1])[0]
    values = [value for value in parts.get("v", ()) if value]
    second = "".join(parts.get("v2", ()))
    arity = OPERATORS[operator].arity if operator in OPERATORS else 1
    if operator == "_relative":
        return (operator, parts["span"][0]) if parts.get("span") else None
    if arity == 0:
        return operator, "true"
    if arity == 2:
        both = {(True, True): ("_between", f"{','.join(values)},{second}"), (True, False): ("_gte", ",".join(values))}
        return both.get((bool(values), bool(second)), ("_lte", second) if second else None)
    if arity == "many":  # typed with whatever comma the keyboard has
        values = [part for value in values for part in re.split(r"\s*[,，、،]\s*", value) if part]
    return (operator, ",".join(values)) if values else None


# -- conditions ------------------------------------------------------------------------------------------


def offered(view: View, one: Field) -> list[OperatorChoice]:
    """The operators that the screen offers for a field."""
    widget = search.filter_widget(view, one)
    names = tree.operators_of(one)
    if widget == "select":
        names = tuple(name for name in names if name not in wording.CHOOSING)
    elif widget == "picker":
        names = tuple(name for name in names if OPERATORS[name].arity != "many")
    return [OperatorChoice(name, label_of(name, widget), OPERATORS[name].arity) for name in names]


@kept(128, owner=lambda _, view, *__, **___: view.dictionaries)
def _blank_filters(pages: Pages, view: View, region: Region, entity: Entity) -> Markup:
    """The conditions' controls when nothing is asked: the usual case, drawn once."""
    known = Known()
    rows = [search.filter_row(view, region, one, offered(view, one), RELATIVE, None, known) for one in _searchable(entity)]
    return pages.fragment(view.speaker, "_filters.html", filters=rows)


def _searchable(entity: Entity) -> list[Field]:
    return [one for one in entity.by_name.values() if one.searchable and tree.operators_of(one)]


def _filters(visit: Visit, entity: Entity, query: Query, known: Known) -> list[dict[str, object]]:
    asked: dict[str, Asked] = {}
    for rule in _rules(query.condition):
        asked.setdefault(rule.field, wording.asked(visit.view, entity, rule))
    return [
        search.filter_row(visit.view, visit.region, one, offered(visit.view, one), RELATIVE, asked.get(one.name), known)
        for one in _searchable(entity)
    ]


def _rules(condition: Condition) -> list[Rule]:
    """The plain rules that all must hold: those that the screen's controls can show."""
    if isinstance(condition, Rule):
        return [condition]
    return [one for one in condition.members if isinstance(one, Rule)] if condition.joiner == "_and" else []


def _asked_fields(entity: Entity, query: Query) -> dict[str, Field]:
    return {rule.field: entity.field(rule.field) for rule in _rules(query.condition)}


def _chips(visit: Visit, entity: Entity, query: Query, kept: Pairs, known: Known) -> list[dict[str, str]]:
    """One chip for each condition, with the address without it."""
    told = [(place, key) for place, (key, _) in enumerate(kept) if key.startswith("filter")]
    chips = []
    for member, (place, _) in zip(query.condition.members, told, strict=False):
        rest = [pair for at, pair in enumerate(kept) if at != place]
        text = wording.in_words(visit.view, visit.region, entity, member, known)
        if text:
            chips.append({"text": text, "remove_url": address(f"/{entity.name}/", rest)})
    return chips


def _drops(visit: Visit, entity: Entity, query: Query, chips: Sequence[dict[str, str]]) -> list[dict[str, Json]]:
    """What dropping one condition would find: the way out of an empty result."""
    members = query.condition.members
    if len(members) + bool(query.words) < 2 or len(members) > MAX_DROPS:
        return []
    found = []
    for place, chip in enumerate(chips):
        rest = Junction("_and", tuple(one for at, one in enumerate(members) if at != place))
        count = page.count(visit.conn, visit.catalog, entity, replace(query, condition=rest), visit.scope())
        if count:
            found.append({"text": chip["text"], "url": chip["remove_url"], "count": count})
    return found


def _column(visit: Visit, path: str, one: Field, query: Query, kept: Pairs) -> dict[str, Json]:
    current = next((key for key in query.sort if key.name == one.name), None)
    rest = [pair for pair in kept if pair[0] != "sort"]
    turned = f"-{one.name}" if current and not current.descending else one.name
    return {
        "name": one.name,
        "label": visit.view.label(one),
        "sort_url": address(f"/{path}/", [*rest, ("sort", turned)]) if tree.is_sortable(one) else "",
        "direction": ("desc" if current.descending else "asc") if current else "",
        "numeric": one.type in ("integer", "decimal", "amount"),
    }
