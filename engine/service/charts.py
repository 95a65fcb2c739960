"""Charts: the records of an entity counted by its list and tree fields, each bar a link to exactly what it counts.

Which charts an entity has is data (`charts` in its catalog). A chart of a tree shows one level; `<field>=<row id>` in the address
says below which row. The counts of a chart add up to the total of the list it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine import lifecycle
from engine.errors import BadValue, UnknownParameter
from engine.messages import M_
from engine.metadata import labels
from engine.metadata.model import Entity, Field, Json
from engine.metadata.rows import Row, RowSet
from engine.query import group, tree
from engine.render import charts
from engine.render.charts import Bar
from engine.render.search import address
from engine.render.view import plain
from engine.service.screen import Screen
from engine.service.searching import Pairs
from engine.service.visit import Visit

MOST_BARS = 12
"""Further bars are summed up in one, as long as a single search can ask for them all."""
INLINE_TO = 50_000
"""Up to so many records the first page draws the charts at once; beyond, it fetches them when they come into sight."""


def show(visit: Visit, name: str, pairs: Pairs) -> Screen:
    """All charts of an entity. Raises UnknownParameter for a field without chart, BadValue for a row that there is not."""
    return Screen("charts.html", _context(visit, name, pairs))


def part(visit: Visit, name: str, pairs: Pairs) -> str:
    """The same charts as a piece of another page."""
    drawn = _context(visit, name, pairs)["charts"]
    return visit.site.pages.fragment(visit.translator, "_charts.html", charts=drawn, level="h3")


def at_home(visit: Visit, entity: Entity, total: int) -> dict[str, Json] | None:
    """The charts of an entity on the first page: drawn, or the address to fetch them from; None where it has none."""
    if not charted(entity) or total == 0:
        return None
    drawn = [_chart(visit, entity, one, None) for one in charted(entity)] if total <= INLINE_TO else []
    plural = labels.entity_plural(visit.catalog, entity, visit.view.languages)
    return {"title": plural, "url": f"/{entity.name}/charts", "charts": drawn, "part_url": "" if drawn else f"/{entity.name}/charts/part"}


def charted(entity: Entity) -> list[Field]:
    """The fields whose charts can be shown: a field may have been switched off since the catalog named it."""
    found = [entity.by_name[name] for name in entity.charts if name in entity.by_name]
    return [one for one in found if one.searchable and "_in" in tree.operators_of(one)]


def _context(visit: Visit, name: str, pairs: Pairs) -> dict[str, Json]:
    entity = visit.restricted(name, "read")
    fields = charted(entity)
    told = dict(pairs)
    if unknown := set(told) - {one.name for one in fields if _tree(visit, one) is not None}:
        raise UnknownParameter(sorted(unknown)[0])
    at = {one.name: _row(one, _tree(visit, one), told[one.name]) for one in fields if told.get(one.name)}
    return {"entity": visit.view.named(entity), "charts": [_chart(visit, entity, one, at.get(one.name)) for one in fields]}


def _tree(visit: Visit, one: Field) -> RowSet | None:
    """The rows that a field chooses from, if they are a tree."""
    return visit.rows.of(one.target or "") if one.target and visit.catalog.entity(one.target).tree else None


def _row(one: Field, rows: RowSet | None, text: str) -> Row:
    if rows is None or not (text.isascii() and text.isdigit()) or int(text) not in rows.rows:
        raise BadValue(one.name, M_("Choose one from the list."))
    return rows.rows[int(text)]


def _chart(visit: Visit, entity: Entity, one: Field, at: Row | None) -> dict[str, Json]:
    """One chart as its template takes it. `at` is the row below which a tree is shown."""
    counts = dict(group.by_value(visit.conn, visit.catalog, entity, tree.parse((), entity), one, visit.scope()))
    rows, as_they_stand = _tree(visit, one), False
    if rows is not None:
        bars = _level(visit, entity, one, rows, counts, at)
    else:
        values = _in_turn(visit, one, [value for value in counts if value is not None])
        bars = [Bar(plain(one, value, visit.view, visit.region), counts[value], _search(entity, one, "_in", value)) for value in values]
        as_they_stand = _is_scale(one) and len(bars) <= MOST_BARS
        bars = bars if as_they_stand else _summed_up(visit, entity, one, bars, values, "_in")
    if at is None and counts.get(None):
        bars.append(Bar(visit.translator.text("Not set"), counts[None], _search(entity, one, "_null", "true"), quiet=True))
    total = sum(bar.count for bar in bars)
    return {
        "id": f"chart-{entity.name}-{one.name}",
        "title": visit.view.label(one),
        "crumbs": _crumbs(visit, entity, one, rows, at) if rows is not None and at is not None else [],
        "at": rows.show(at.id, "title", visit.view.languages) if rows is not None and at is not None else "",
        "total": visit.translator.count("%(count)s record", "%(count)s records", total, count=charts.number(total, visit.region)),
        "total_url": _search(entity, one, "_under", at.id) if at else f"/{entity.name}/",
        "bars": charts.draw(bars, visit.region, as_they_stand=as_they_stand),
    }


def _is_scale(one: Field) -> bool:
    """Whether its entries follow one another: bars stand as they do, and not by their length."""
    return bool(one.options.get("scale")) or lifecycle.of(one) is not None


def _in_turn(visit: Visit, one: Field, values: list[Json]) -> list[Json]:
    """Values as bars of one length stand: in their list's own order, else by what they are called."""
    rows = visit.rows.of(one.target or "")
    places = rows.place if rows else {value: place for place, (value, _) in enumerate(labels.choices(visit.catalog, one, visit.view.languages))}
    if rows is not None and (told := lifecycle.of(one)) is not None:
        places = {rows.by_key[key]: place for place, key in enumerate(told.states) if key in rows.by_key}
    if places:
        return sorted(values, key=lambda value: places.get(value, len(places)))
    return visit.in_order(values, lambda value: plain(one, value, visit.view, visit.region))


def _level(visit: Visit, entity: Entity, one: Field, rows: RowSet, counts: Mapping[Json, int], at: Row | None) -> list[Bar]:
    """One level of a tree: a bar for each row directly below with all that lies under it, and one for the row itself."""
    below = rows.summed({value: count for value, count in counts.items() if value is not None})
    here = rows.children.get(at.id if at else None, ())
    bars = [
        Bar(
            label=rows.show(row.id, "title", visit.view.languages),
            count=below[row.id],
            url=_search(entity, one, "_under", row.id),
            deeper=_deeper(entity, one, row) if row.id in rows.children and below[row.id] else "",
        )
        for row in here
    ]
    found = _summed_up(visit, entity, one, bars, [row.id for row in here], "_under")
    if at is not None and counts.get(at.id):
        name = rows.show(at.id, "title", visit.view.languages)
        found.append(Bar(visit.translator.text("“%(name)s” itself", name=name), counts[at.id], _search(entity, one, "_in", at.id)))
    return found


def _summed_up(visit: Visit, entity: Entity, one: Field, bars: list[Bar], values: list[Json], operator: str) -> list[Bar]:
    """The longest bars, and one for all others."""
    pairs = sorted((pair for pair in zip(bars, values, strict=True) if pair[0].count), key=lambda pair: -pair[0].count)
    most = max(MOST_BARS, len(pairs) - tree.MAX_VALUES)
    if len(pairs) <= most + 1:
        return [bar for bar, _ in pairs]
    rest = pairs[most:]
    url = _search(entity, one, operator, ",".join(str(value) for _, value in rest))
    text = visit.translator.count("%(n)s other", "%(n)s others", len(rest))
    return [*(bar for bar, _ in pairs[:most]), Bar(text, sum(bar.count for bar, _ in rest), url, quiet=True)]


def _crumbs(visit: Visit, entity: Entity, one: Field, rows: RowSet, at: Row) -> list[dict[str, str]]:
    top = {"text": visit.translator.text("All"), "url": f"/{entity.name}/charts#chart-{entity.name}-{one.name}"}
    above = rows.path(at)[:-1]
    return [top, *({"text": rows.show(row.id, "title", visit.view.languages), "url": _deeper(entity, one, row)} for row in above)]


def _deeper(entity: Entity, one: Field, row: Row) -> str:
    return f"/{entity.name}/charts?{one.name}={row.id}#chart-{entity.name}-{one.name}"


def _search(entity: Entity, one: Field, operator: str, value: Json) -> str:
    return address(f"/{entity.name}/", [(f"filter[{one.name}][{operator}]", str(value))])


