"""Field catalogs: what cannot be meant is refused before anything is written, naming file, entity, field and what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.errors import BadCatalog
from engine.metadata import definition
from engine.metadata.model import Json
from engine.metadata.types import TYPES
from tests.databases import CATALOGS

RED = {"value": "red", "label": "Red"}
Document = dict[str, Any]


def catalogs(folder: Path, **documents: Document) -> tuple[definition.Definition, ...]:
    """Write these documents as catalog files, and read them."""
    shutil.copy(CATALOGS / "catalog.schema.json", folder)
    for name, document in documents.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return definition.read(folder)


def a_document(*fields: Document, entity: str = "thing", **told: Any) -> Document:
    """A catalog of one group whose first field is its name."""
    name = {"name": "name", "label": "Name", "type": "text"}
    return {
        "entity": entity,
        "label": "Thing",
        "plural": "Things",
        "groups": [{"name": "basic", "label": "Basic", "fields": [name, *fields]}],
        **told,
    }


def refusal(folder: Path, **documents: Document) -> tuple[str, str, str, str]:
    """(file, entity, field, what is wrong)."""
    with pytest.raises(BadCatalog) as caught:
        catalogs(folder, **documents)
    error = caught.value
    assert error.file in str(error)
    assert error.what in str(error)
    return error.file, error.entity, error.field, error.what


# The least options of each type that needs any, and options that each type understands.
RIGHT: dict[str, tuple[dict[str, Json], ...]] = {
    "text": ({}, {"max_length": 1}, {"max_length": 4000, "format": "url"}, {"translatable": True}),
    "integer": ({}, {"minimum": 0}, {"minimum": 5, "maximum": 5}),
    "decimal": ({}, {"digits": 10, "places": 2}, {"digits": 2, "places": 2}, {"places": 0, "non_negative": True}),
    "amount": ({}, {"digits": 12, "places": 6}),
    "multiline": ({}, {"max_length": 100_000}),
    "rich_text": ({}, {"max_length": 500}),
    "date": ({},),
    "time": ({},),
    "datetime": ({},),
    "check": ({},),
    "palette": ({},),
    "choice": ({"choices": [RED]}, {"choices": [RED, {"value": "a-B_9", "label": "蓝"}]}),
    "multiple_choice": ({"choices": [RED]},),
    "list": ({"entity": "thing"}, {"entity": "thing", "show": "description"}),
    "tree": ({"entity": "thing", "show": "path"},),
    "reference": ({"entity": "thing"}, {"entity": "thing", "where": {"name": "a"}}),
    "attachment": ({}, {"types": ["pdf"], "max_bytes": 1000}),
    "image": ({}, {"max_bytes": 1}),
    "email": ({}, {"max_length": 50}),
    "phone": ({}, {"max_length": 20}),
    "url": ({}, {"max_length": 100}),
    "hint": ({},),
}


def test_the_table_of_options_names_every_type() -> None:
    assert RIGHT.keys() == TYPES.keys()


@pytest.mark.parametrize(("kind", "options"), [(kind, one) for kind, found in RIGHT.items() for one in found])
def test_options_that_a_type_knows(kind: str, options: dict[str, Json], tmp_path: Path) -> None:
    (found,) = catalogs(tmp_path, thing=a_document({"name": "x", "label": "X", "type": kind, "options": options}))
    assert found.entity.field("x").options == options


@pytest.mark.parametrize("kind", TYPES)
def test_options_that_no_type_knows(kind: str, tmp_path: Path) -> None:
    options = {**RIGHT[kind][0], "colour": "red"}
    file, entity, field, what = refusal(tmp_path, thing=a_document({"name": "x", "label": "X", "type": kind, "options": options}))
    assert (file, entity, field) == ("thing.yaml", "thing", "x")
    assert "colour" in what


NONSENSE: dict[str, tuple[str, dict[str, Json], str]] = {
    "length of nothing": ("text", {"max_length": 0}, "minimum"),
    "endless line": ("text", {"max_length": 5000}, "maximum"),
    "length as text": ("text", {"max_length": "50"}, "integer"),
    "unknown format": ("text", {"format": "iban"}, "iban"),
    "translatable perhaps": ("text", {"translatable": "perhaps"}, "boolean"),
    "bounds in words": ("integer", {"minimum": "low"}, "integer"),
    "bounds that cross": ("integer", {"minimum": 5, "maximum": 4}, "larger"),
    "bounds beyond exact integers": ("integer", {"maximum": 2**60}, "maximum"),
    "no digits": ("decimal", {"digits": 0}, "minimum"),
    "more digits than are stored": ("amount", {"digits": 13}, "maximum"),
    "more places than are stored": ("decimal", {"places": 7}, "maximum"),
    "more places than digits": ("decimal", {"digits": 2, "places": 3}, "places"),
    "no choices": ("choice", {"choices": []}, "non-empty"),
    "choices left out": ("choice", {}, "choices"),
    "choice without a label": ("multiple_choice", {"choices": [{"value": "red"}]}, "label"),
    "choice with a comma": ("choice", {"choices": [{"value": "a,b", "label": "A"}]}, "a,b"),
    "choice with a quote": ("multiple_choice", {"choices": [{"value": 'a"b', "label": "A"}]}, 'a"b'),
    "choice twice": ("choice", {"choices": [RED, RED]}, "twice"),
    "choice twice in other capitals": ("multiple_choice", {"choices": [RED, {"value": "RED", "label": "R"}]}, "twice"),
    "reference to nowhere": ("reference", {}, "entity"),
    "reference to what there is not": ("list", {"entity": "town"}, "town"),
    "shown in an unknown way": ("list", {"entity": "thing", "show": "everything"}, "everything"),
    "file kinds with a dot": ("attachment", {"types": [".pdf"]}, ".pdf"),
    "files too large": ("image", {"max_bytes": 10**9}, "maximum"),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_options_that_cannot_be_meant(case: str, tmp_path: Path) -> None:
    kind, options, word = NONSENSE[case]
    file, entity, field, what = refusal(tmp_path, thing=a_document({"name": "x", "label": "X", "type": kind, "options": options}))
    assert (file, entity, field) == ("thing.yaml", "thing", "x")
    assert word in what


DEFAULTS: dict[str, tuple[str, dict[str, Json], Json]] = {
    "a word for an integer": ("integer", {}, "many"),
    "an integer out of bounds": ("integer", {"maximum": 5}, 6),
    "a choice that is not offered": ("choice", {"choices": [RED]}, "blue"),
    "a text that is too long": ("text", {"max_length": 2}, "abc"),
    "a word for a check": ("check", {}, "yes"),
    "a value for a hint": ("hint", {}, "read this"),
    "a row that there is not": ("list", {"entity": "thing"}, "first"),
}


@pytest.mark.parametrize("case", DEFAULTS)
def test_a_default_must_be_a_value_of_its_field(case: str, tmp_path: Path) -> None:
    kind, options, default = DEFAULTS[case]
    document = a_document({"name": "x", "label": "X", "type": kind, "options": options, "default": default})
    _, entity, field, what = refusal(tmp_path, thing=document)
    assert (entity, field) == ("thing", "x")
    assert what.startswith("default: ")


def test_a_default_row_is_named_by_its_key(tmp_path: Path) -> None:
    colours = a_document(entity="colour", kind="dictionary", rows=[{"key": "red", "name": "Red"}])
    thing = a_document({"name": "x", "label": "X", "type": "list", "options": {"entity": "colour"}, "default": "red"})
    found = {one.entity.name: one.entity for one in catalogs(tmp_path, colour=colours, thing=thing)}
    assert found["thing"].field("x").default == "red"


def a_customer(via: Document, **mapped: Any) -> Document:
    """A catalog with a group whose fields are another record's."""
    fields = [{"name": "contact_name", "maps_to": "name", "label": "Contact", "type": "text", **mapped}]
    document = a_document(entity="client")
    document["groups"].append({"name": "person", "label": "Person", "via": via, "fields": fields})
    return document


FLAG = {"name": "is_main", "label": "Main", "type": "check"}
CONTACT = a_document(FLAG, entity="contact", owner="client")
VIAS: dict[str, tuple[Document, Document, str, str]] = {
    "a flag that there is not": (a_customer({"entity": "contact", "flag": "main"}), CONTACT, "", "main"),
    "a flag that is no check": (a_customer({"entity": "contact", "flag": "name"}), CONTACT, "", "check"),
    "a part of nobody": (a_customer({"entity": "contact", "flag": "is_main"}), a_document(FLAG, entity="contact"), "", "belong"),
    "an entity that there is not": (a_customer({"entity": "person", "flag": "is_main"}), CONTACT, "", "person"),
    "a field that there is not": (
        a_customer({"entity": "contact", "flag": "is_main"}, maps_to="nick"), CONTACT, "contact_name", "nick",
    ),
    "a field of another type": (
        a_customer({"entity": "contact", "flag": "is_main"}, type="integer"), CONTACT, "contact_name", "type",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", VIAS)
def test_a_group_that_stands_for_another_record_must_fit_it(case: str, tmp_path: Path) -> None:
    """3.5: the customer's contact person group is the main contact."""
    client, contact, field, word = VIAS[case]
    file, entity, named, what = refusal(tmp_path, client=client, contact=contact)
    assert (file, entity, named) == ("client.yaml", "client", field)
    assert word in what


NAMES = {"name": "x", "label": "X", "type": "text"}
MISFITS: dict[str, tuple[Document, str, str]] = {
    "a field like a column of the program": (a_document({**NAMES, "name": "s_name"}), "s_name", "program"),
    "a field called version": (a_document({**NAMES, "name": "version"}), "version", "program"),
    "an entity like a table of the program": (a_document(entity="fl_user"), "", "program"),
    "a title that is no field": (a_document(title="label"), "label", "title"),
    "a group twice": ({**a_document(), "groups": [*a_document()["groups"], {"name": "basic", "label": "B"}]}, "", "twice"),
    "an owner that there is not": (a_document(owner="client"), "", "client"),
    "a part that there is not": (a_document(parts=["wheel"]), "", "wheel"),
    "a tree of something else": (a_document(kind="dictionary", tree="name"), "name", "tree"),
    "a chart of what there is not": (a_document(charts=["colour"]), "colour", "chart"),
    "a chart of texts": (a_document({**NAMES, "searchable": True}, charts=["x"]), "x", "chart"),
    "a chart of what is not searched": (
        a_document({**NAMES, "type": "choice", "options": {"choices": [RED]}}, charts=["x"]), "x", "chart",
    ),
    "a row twice": (a_document(kind="dictionary", rows=[{"key": "a", "name": "A"}, {"key": "a", "name": "B"}]), "", "twice"),
    "a row of unknown fields": (a_document(kind="dictionary", rows=[{"key": "a", "name": "A", "colour": "red"}]), "colour", "exist"),
    "rows of a card": (a_document(rows=[{"key": "a", "name": "A"}]), "", "dictionary"),
    "a row without what is required": (
        a_document({**NAMES, "required": True}, kind="dictionary", rows=[{"key": "a", "name": "A"}]), "x", "required",
    ),
    "a child above its parent": (
        a_document({**NAMES, "type": "tree", "options": {"entity": "thing"}}, kind="dictionary", tree="x",
                   rows=[{"key": "a", "name": "A", "x": "b"}, {"key": "b", "name": "B"}]), "x", "above",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISFITS)
def test_a_catalog_that_cannot_be(case: str, tmp_path: Path) -> None:
    document, field, word = MISFITS[case]
    file, entity, named, what = refusal(tmp_path, thing=document)
    assert (file, entity, named) == ("thing.yaml", document["entity"], field)
    assert word in what


def test_two_files_of_one_entity_are_refused(tmp_path: Path) -> None:
    file, entity, _, what = refusal(tmp_path, first=a_document(), second=a_document())
    assert (file, entity) == ("second.yaml", "thing")
    assert "first.yaml" in what


@pytest.mark.parametrize(
    ("text", "word"), [("entity: [", "YAML"), ("- a\n- b\n", "mapping"), ("", "mapping")], ids=["broken", "a list", "nothing in it"]
)
def test_a_file_that_is_no_catalog(text: str, word: str, tmp_path: Path) -> None:
    (tmp_path / "thing.yaml").write_text(text, encoding="utf-8")
    file, _, _, what = refusal(tmp_path)
    assert file == "thing.yaml"
    assert word in what


def test_a_field_keeps_its_id_for_ever() -> None:
    """Ids are written into every installation: they may never change."""
    assert definition.field_id("customer", "name") == "8ca836534d405d9a95fd1fcb6d5863cc"
