"""Detail pages: the same sections as the card, with values in place of controls. Baked and filled like cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from engine.kept import kept
from engine.metadata import labels
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import Region
from engine.render.bind import widget_of
from engine.render.page import Pages
from engine.render.view import Known, View, markup
from engine.render.widgets import Slots


@dataclass(frozen=True)
class BakedDetail:
    """`pieces` stand around the values of `fields`; `nav` lists the headings."""

    pieces: tuple[str, ...]
    fields: tuple[Field, ...]
    nav: tuple[tuple[str, str], ...]


@kept(128, owner=lambda _, view, *__, **___: view.dictionaries)
def bake(pages: Pages, view: View, entity: Entity, hidden: frozenset[str] = frozenset()) -> BakedDetail:
    """The detail page of an entity in one language, without fields that do not stand on the card."""
    environment = pages.environment(view.speaker)
    item, section = environment.get_template("detail_field.html"), environment.get_template("detail_section.html")
    slots, fields, nav, text = Slots(), [], [], []
    for group in entity.groups:
        shown = [one for one in entity.fields_of(group) if one.type != "hint" and one.name != entity.owner and one.name not in hidden]
        if not shown:
            continue
        told: dict[str, Any] = {"name": group.name, "label": labels.group_label(view.catalog, entity, group, view.languages), "via": group.via}
        told |= {"columns": group.columns, "collapsed": group.collapsed, "tab": group.tab}
        items = [
            item.render(f={"label": view.label(one), "widget": widget_of(one), "width": one.width}, slot={"value": slots.value})
            for one in shown
        ]
        text.append(section.render(group=told, items=[Markup(one) for one in items]))  # noqa: S704  # autoescaped by Jinja
        fields += shown
        nav.append((f"g-{group.name}", str(told["label"])))
    return BakedDetail(slots.cut("".join(text))[0], tuple(fields), tuple(nav))


def fill(baked: BakedDetail, values: Mapping[str, Json], view: View, region: Region, known: Known, files_url: str) -> Markup:
    """The sections with a record's values. `files_url` is the address under which the record's files are served."""
    parts = [baked.pieces[0]]
    for one, piece in zip(baked.fields, baked.pieces[1:], strict=True):
        value = values.get(one.name)
        if value is not None:
            parts.append(markup(one, value, view, region, known, f"{files_url}/{one.name}"))
        parts.append(piece)
    return Markup("".join(parts))  # noqa: S704  # pieces are autoescaped, values escaped
