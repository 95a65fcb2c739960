"""Retired fields: hidden everywhere, their values kept; restored at any time, or purged on purpose."""

from __future__ import annotations

import sqlalchemy as sa

from engine.errors import BadValue, ChangeRefused, UnknownField
from engine.messages import M_
from engine.metadata import labels
from engine.metadata.model import Entity, Field, Json
from engine.metadata.physical import is_stored, tables
from engine.metadata.types import TYPES
from engine.render.bind import Submission
from engine.schema.ops.retire_field import PurgeField, RestoreField
from engine.service.admin import desk as desks
from engine.service.admin import grid, telling
from engine.service.admin.desk import Desk
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

NOT_TYPED = M_("Type the database name of the field, “%(name)s”, to purge it.")


def show(visit: Visit, name: str) -> Screen:
    """The page. Raises Forbidden, UnknownEntity."""
    desk = desks.open_desk(visit)
    return _page(desk, desk.catalog.entity(name), {}, 200)


def act(visit: Visit, name: str, sent: Submission) -> Screen | Done:
    """Restore a field, or purge it when its name was typed. Raises BadValue, UnknownField."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    act, _, field = sent.one("do").partition(":")
    one = next((held for held in entity.retired if held.name == field), None)
    if act not in ("restore", "purge"):
        raise BadValue("do", M_("There is nothing called “%(name)s” to be done here.", name=sent.one("do")[:60]))
    if one is None:
        raise UnknownField(name, field)
    if act == "purge" and sent.one("typed").strip() != one.name:
        return _page(desk, entity, {one.name: visit.translator.say(NOT_TYPED, name=one.name)}, 422)
    try:
        after = desks.perform(desk, RestoreField(name, field) if act == "restore" else PurgeField(name, field))
    except ChangeRefused as error:
        return _page(desk, entity, {one.name: telling.sentence(visit, desk.catalog, error.reasons[0], name)}, 422)
    return Done(f"/admin/{name}/retired", desks.bar(after)["last"], "info")


def _page(desk: Desk, entity: Entity, wrong: dict[str, str], status: int) -> Screen:
    visit = desk.visit
    found = [
        {
            "name": one.name,
            "label": labels.field_label(desk.catalog, one, visit.view.languages),
            "icon": grid.ICONS.get(one.type, "type"),
            "type": visit.translator.say(TYPES[one.type].label),
            "kept": _values(desk, one),
            "error": wrong.get(one.name, ""),
        }
        for one in entity.retired
        if one.state == "retired"
    ]
    found = visit.in_order(found, lambda one: str(one["label"]))
    return Screen("admin/retired.html", {**desks.head(desk, entity), "fields": found}, status)


def _values(desk: Desk, one: Field) -> Json:
    """How many values a retired field keeps, in words."""
    made = tables(desk.visit.catalog)
    if not is_stored(one) or one.table not in made or one.column not in made[one.table].c:
        return ""
    table = made[one.table]
    count = int(desk.visit.conn.execute(sa.select(sa.func.count(table.c[one.column])).select_from(table)).scalar_one())
    return desk.visit.translator.count("%(n)s value kept", "%(n)s values kept", count)
