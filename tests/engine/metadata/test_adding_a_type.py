"""A new field type is one class and one line in the registry: everything else works from what it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import inspect
from sqlalchemy.types import TypeEngine

from engine import rules
from engine.errors import BadCatalog
from engine.messages import M_
from engine.metadata import store
from engine.metadata.columns import WideText
from engine.metadata.database import Database
from engine.metadata.model import Json
from engine.metadata.types import TYPES, FieldType, Invalid, Options, Region
from engine.query import page, tree
from engine.records import read, write
from engine.schema import ddl, migrate
from tests.engine.making import ENGLISH, a_scope
from tests.engine.metadata.test_definition import a_document, catalogs


class Colour(FieldType):
    """A colour, written #rrggbb. This is all there is to a new type."""

    name = "colour"
    widget = "text"
    label = M_("Colour")
    operators: ClassVar[tuple[str, ...]] = ("_eq", "_in", "_null")
    options_schema: ClassVar[Mapping[str, Json]] = {"dark_only": {"type": "boolean"}}

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """TEXT."""
        return WideText

    def json_schema(self, options: Options) -> dict[str, Json]:
        """#rrggbb."""
        return {"type": "string", "pattern": "^#[0-9a-f]{6}$"}

    def parse_text(self, text: str, region: Region) -> Json:
        """With or without the #, in either case. Raises Invalid."""
        if not re.fullmatch("#?[0-9a-fA-F]{6}", text):
            raise Invalid("colour", M_("“%(text)s” is not a colour.", text=text[:40]))
        return f"#{text.removeprefix('#').lower()}"


def test_one_class_and_one_line_are_enough(empty_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TYPES, "colour", Colour())  # the line
    colour = {"name": "paint", "label": "Paint", "type": "colour", "options": {"dark_only": True}, "required": True, "searchable": True}
    (found,) = catalogs(tmp_path, thing=a_document(colour))

    with empty_database.writing() as conn:
        migrate.upgrade(conn)
        store.save_entity(conn, found.entity)
        catalog = store.load(conn)
        ddl.create_tables(conn, catalog, ["thing"])
    with empty_database.reading() as conn:
        assert "paint" in {one["name"] for one in inspect(conn).get_columns("thing")}
        assert any(one["column_names"] == ["paint"] for one in inspect(conn).get_indexes("thing"))

    thing = catalog.entity("thing")
    judge = rules.judge(catalog, thing, "create")
    assert [(p.field, p.code) for p in judge.check({"paint": "green"})] == [("paint", "pattern")]
    assert [(p.field, p.code) for p in judge.check({})] == [("paint", "required")]
    value = TYPES["colour"].parse(["FF0000"], ENGLISH)
    assert judge.check({"paint": value}) == []

    with empty_database.writing() as conn:
        red = write.insert(conn, catalog, thing, {"name": "a", "paint": value}, by=None)
        write.insert(conn, catalog, thing, {"name": "b", "paint": "#000000"}, by=None)
    with empty_database.reading() as conn:
        assert read.fetch(conn, catalog, thing, red).values == {"name": "a", "paint": "#ff0000"}
        query = tree.parse([("filter[paint]", "ff0000"), ("sort", "paint")], thing)
        assert page.read(conn, catalog, thing, query, a_scope()).ids == (red,)


def test_a_type_that_is_not_registered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCatalog, match="colour"):
        catalogs(tmp_path, thing=a_document({"name": "paint", "label": "Paint", "type": "colour"}))
