"""From one installation to another: a random life of one, and the other brought to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.metadata import definition, document
from engine.metadata.model import Catalog, Json
from engine.schema import difference
from engine.schema.difference import Difference
from engine.schema.operation import Operation, read
from engine.schema.ops import OPERATIONS
from engine.schema.shipped import Shipped
from tests.databases import CATALOGS

SHIPPED = Catalog(1, {one.entity.name: one.entity for one in definition.read(CATALOGS)}, {"zh-Hans": {"field.customer.name.label": "客户名称"}})
ENTITIES = ("customer", "contact", "industry")


def _entity(random: Random, number: int) -> Json:
    owner = random.choice([{}, {"owner": "customer"}])
    fields = [
        {"name": "name", "label": "Name", "type": "text", "required": True},
        {"name": "kind", "label": "Kind", "type": "list", "options": {"entity": "customer_type"}, "default": "agent"},
    ]
    groups = [{"name": "basic", "label": "Basic", "columns": 3, "fields": fields}]
    told = {"entity": f"c_own_{number}", "label": f"Own {number}", "plural": f"Own {number}s", "title": "name", **owner, "groups": groups}
    return {"operation": "add_entity", "definition": told, "labels": {"zh-Hans": {f"entity.c_own_{number}.label": "自有"}}}


def _some_entity(random: Random, catalog: Catalog) -> str:
    return random.choice([*ENTITIES, *(name for name in catalog.entities if name.startswith("c_"))])


def _proposed(random: Random, catalog: Catalog, number: int) -> Iterator[Json]:
    """Operations of every kind, most of which can be applied."""
    entity = catalog.entities[_some_entity(random, catalog)]
    name, group, field = entity.name, random.choice(entity.groups).name, random.choice(entity.fields).name
    before = random.choice([None, *(one.name for one in entity.fields if one.group == group)])
    # On what names a record, which nothing hides: no rule leans on itself.
    condition = {entity.title: {"_nempty": True}}
    apart = condition if all(one.group != group for one in entity.fields if one.name == entity.title) else None
    yield {"operation": "add_field", "entity": name, "name": f"c_f{number}", "type": "text", "group": group, "label": f"F {number}",
           "options": {"max_length": random.choice([10, 300])}, "before": before, "labels": {"de": f"Feld {number}"}}  # fmt: skip
    target = random.choice(list(catalog.entities))
    yield {"operation": "add_field", "entity": name, "name": f"c_r{number}", "type": "reference", "group": group, "label": f"R {number}",
           "options": {"entity": target}, "rules": {"visible": condition}, "help": "Why: “so”", "default": None}  # fmt: skip
    yield {"operation": "widen_field", "entity": name, "field": field, "options": {"max_length": 2000}}
    yield {"operation": "change_field", "entity": name, "field": field, "changes": {"help": "?", "width": "third", "in_list": random.random() < 0.5}}
    rules = random.choice([{}, {"required": condition}]) if field != entity.title else {}
    yield {"operation": "change_field", "entity": name, "field": field, "changes": {"rules": rules}}
    yield {"operation": "change_field", "entity": name, "field": field, "changes": {"enabled": random.random() < 0.5}}
    yield {"operation": "move_fields", "entity": name, "fields": [field], "group": group, "before": before}
    yield {"operation": "add_group", "entity": name, "name": f"c_g{number}", "label": f"G {number}", "columns": 1, "labels": {"zh-Hans": "组"}}
    yield {"operation": "change_group", "entity": name, "group": group, "changes": {"label": f"G {number}", "tab": True, "visible": apart}}
    yield {"operation": "move_group", "entity": name, "group": group, "before": random.choice(entity.groups).name}
    yield {"operation": "remove_group", "entity": name, "group": group}
    yield {"operation": "retire_field", "entity": name, "field": field}
    yield {"operation": "restore_field", "entity": name, "field": random.choice(entity.retired).name if entity.retired else field}
    key = random.choice([f"field.{name}.{field}.label", f"entity.{name}.plural"])
    yield {"operation": "set_labels", "language": "de", "texts": {key: random.choice(["Etwas: anderes", None])}}
    yield _entity(random, number)
    yield {"operation": "change_entity", "entity": name, "changes": {"plural": f"Many {number}", "icon": "star"}}
    yield {"operation": "retire_entity", "entity": name}
    if catalog.retired:
        yield {"operation": "restore_entity", "entity": random.choice(list(catalog.retired))}


def life(random: Random, catalog: Catalog, steps: int, first: int = 0) -> tuple[Catalog, list[Operation]]:
    """A random life: the catalog after it, and what happened."""
    done: list[Operation] = []
    for number in range(first, first + steps):
        (operation,) = read([random.choice(list(_proposed(random, catalog, number)))], OPERATIONS)
        if not any(one.level == "error" for one in operation.check(catalog)):
            catalog = operation.apply_to(catalog)
            done.append(operation)
    return catalog, done


def lived(random: Random, catalog: Catalog, steps: int, first: int = 0) -> Catalog:
    """The catalog after a random life."""
    return life(random, catalog, steps, first)[0]


def exported(catalog: Catalog, folder: Path) -> dict[str, str]:
    """The files of a catalog, written."""
    files = document.texts(catalog)
    document.write(folder, files)
    return files


def applied(catalog: Catalog, operations: tuple[Operation, ...]) -> Catalog:
    """The catalog after operations, each of which can be applied."""
    for one in operations:
        assert [found for found in one.check(catalog) if found.level == "error"] == [], one
        catalog = one.apply_to(catalog)
    return catalog


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exported")


def brought(held: Catalog, folder: Path, **how: Any) -> Difference:
    """What leads there."""
    return difference.between(held, definition.read_exported(folder), **how)


@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # a random life does not get simpler by a smaller seed
@given(seed=st.integers(0, 2**32), steps=st.integers(0, 25), ahead=st.integers(0, 12))
def test_the_other_becomes_the_same_and_a_second_time_nothing_happens(folder: Path, seed: int, steps: int, ahead: int) -> None:
    """A and B part ways at a random moment; B is brought to what A has exported, byte by byte."""
    random = Random(seed)
    common = lived(random, SHIPPED, steps // 2)
    ours = lived(random, common, steps, 100)
    theirs = lived(random, common, ahead, 200)
    files = exported(ours, folder)
    found = brought(theirs, folder, retire_missing=True)
    there = applied(theirs, found.operations)
    assert document.texts(there) == files
    assert brought(there, folder, retire_missing=True).operations == ()


def test_nothing_is_retired_unless_it_is_asked_for(folder: Path) -> None:
    files = exported(SHIPPED, folder)
    added = {"operation": "add_field", "entity": "customer", "name": "c_x", "type": "text", "group": "basic", "label": "X", "labels": {"de": "X"}}
    ahead = applied(SHIPPED, read([added], OPERATIONS))
    found = brought(ahead, folder)
    assert found.operations == ()
    assert {(one.code, one.field) for one in found.findings} == {("T4", "c_x"), ("T4", "")}
    retired = brought(ahead, folder, retire_missing=True)
    assert [one.kind for one in retired.operations] == ["retire_field"]
    assert document.texts(applied(ahead, retired.operations)) == files


def test_another_type_is_told_and_nothing_converted(folder: Path) -> None:
    def with_field(kind: str) -> Catalog:
        told = {"operation": "add_field", "entity": "customer", "name": "c_x", "type": kind, "group": "basic", "label": "X"}
        return applied(SHIPPED, read([told], OPERATIONS))

    exported(with_field("date"), folder)
    found = brought(with_field("text"), folder)
    assert found.operations == ()
    assert [(one.code, one.field) for one in found.findings] == [("T2", "c_x")]


def test_a_purged_name_does_not_come_back(folder: Path) -> None:
    told = {"operation": "add_field", "entity": "customer", "name": "c_x", "type": "text", "group": "basic", "label": "X"}
    exported(applied(SHIPPED, read([told], OPERATIONS)), folder)
    gone = [told, {"operation": "retire_field", "entity": "customer", "field": "c_x"}, {"operation": "purge_field", "entity": "customer", "field": "c_x"}]
    spent = applied(SHIPPED, read(gone, OPERATIONS))
    (operation,) = brought(spent, folder).operations
    assert [one.code for one in operation.check(spent)] == ["N1"]


def test_shipped_definitions_come_back_as_they_are(folder: Path) -> None:
    """Whatever a catalog may say, an export says too: who adds to the form adds to `document`."""
    exported(SHIPPED, folder)
    for name, back in definition.read_exported(folder).items():
        assert document.of_entity(SHIPPED, back.entity) == document.of_entity(SHIPPED, SHIPPED.entities[name])
        held = SHIPPED.entities[name]
        left = {"position", "fields", "parts"}
        told = {part: getattr(held, part) for part in held.__dataclass_fields__ if part not in left}
        assert told == {part: getattr(back.entity, part) for part in told}
        assert {one.name: (one.options, one.rules, one.via, one.column, one.label) for one in held.fields} == {
            one.name: (one.options, one.rules, one.via, one.column, one.label) for one in back.entity.fields
        }


LATIN = {"value": "la", "label": "Latin"}
LANGUAGE = {"operation": "change_field", "entity": "customer", "field": "language"}


def shipped_later() -> Catalog:
    """As a version ships it that came after the one at hand: with one choice more, another help and a wider group."""
    held = SHIPPED.entities["customer"]
    more = [*next(one for one in held.fields if one.name == "language").options["choices"], LATIN]
    told = [
        {"operation": "widen_field", "entity": "customer", "field": "language", "options": {"choices": more}},
        {**LANGUAGE, "changes": {"help": "Which one they speak.", "rules": {"required": {"name": {"_nempty": True}}}}},
        {"operation": "change_group", "entity": "customer", "group": "finance", "changes": {"columns": 4}},
    ]
    return applied(SHIPPED, read(told, OPERATIONS))


def test_a_folder_of_an_older_version_says_what_it_takes_back(folder: Path) -> None:
    exported(SHIPPED, folder)
    later = shipped_later()
    found = brought(later, folder, shipped=Shipped(later.entities, {"customer": [SHIPPED.entities["customer"]]}))
    assert {(one.code, one.level, one.field): one.message.params["what"] for one in found.findings} == {
        ("T7", "warning", ""): "columns",
        ("T7", "warning", "language"): "help, choices: la, required",
    }
    assert document.texts(applied(later, found.operations)) == document.texts(SHIPPED)


def test_a_choice_that_ships_is_told_even_if_no_upgrade_is_remembered(folder: Path) -> None:
    """An installation that began with the later version knows no earlier one; what gets narrower is told all the same."""
    exported(SHIPPED, folder)
    later = shipped_later()
    found = brought(later, folder, shipped=Shipped(later.entities))
    assert [(one.code, one.field, one.message.params["what"]) for one in found.findings] == [("T7", "language", "choices: la")]


def test_what_somebody_decided_is_not_told_as_taken_back(folder: Path) -> None:
    """There: what never shipped so. Here: what is not as it ships."""
    there = {**LANGUAGE, "changes": {"help": "Ask them.", "required": True}}
    exported(applied(shipped_later(), read([there], OPERATIONS)), folder)
    later = shipped_later()
    shipped = Shipped(later.entities, {"customer": [SHIPPED.entities["customer"]]})
    assert brought(later, folder, shipped=shipped).findings == ()
    exported(SHIPPED, folder)
    ours = applied(later, read([{**LANGUAGE, "changes": {"help": "Ours."}}], OPERATIONS))
    told = {one.field: one.message.params["what"] for one in brought(ours, folder, shipped=shipped).findings}
    assert told["language"] == "choices: la, required"
