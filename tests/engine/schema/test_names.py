"""Names that a database would take for one are refused with the reason (N1)."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IdentifierError

from engine.schema import ddl, plan
from engine.schema.names import entity_clash, field_clash
from engine.schema.ops import AddField
from engine.schema.statement import Ground
from tests.engine.making import a_catalog, a_field, an_entity
from tests.engine.schema.test_capacity import GROUNDS
from tests.engine.schema.test_operations import SHIPPED

SHOP = a_catalog(an_entity(a_field("name"), a_field("c_note"), name="c_shop"), an_entity(a_field("name"), name="c_shop_c_note"))


@pytest.mark.parametrize(
    ("entity", "name", "told"),
    [
        ("c_shop", "c_note_trgm", "“c_note” of “c_shop”"),
        ("c_shop", "c_note_name", "“name” of “c_shop_c_note”"),
        ("c_shop", "c_note_name_trgm", "“name” of “c_shop_c_note”"),
        ("c_shop", "c_note_names", ""),
        ("c_shop", "c_other", ""),
        ("c_shop_c_note", "c_more", ""),
    ],
    ids=lambda one: str(one) or "fine",
)
def test_index_names_that_would_be_the_same(entity: str, name: str, told: str) -> None:
    problem = field_clash(SHOP, SHOP.entity(entity), name)
    assert told in str(problem or "")
    assert bool(problem) == bool(told)
    codes = [one.code for one in AddField(entity, name, "text", "basic", "New", searchable=True).check(SHOP)]
    assert codes == (["N1"] if told else [])


def test_an_entity_named_like_what_belongs_to_another() -> None:
    assert "numbers of “c_shop”" in str(entity_clash(SHOP, an_entity(a_field("name"), name="c_shop_id_seq")))
    assert entity_clash(SHOP, an_entity(a_field("name"), name="c_other_id_seq")) is None
    assert entity_clash(SHOP, an_entity(a_field("note"), name="c_shop_c")) is not None


def test_nothing_that_is_shipped_clashes() -> None:
    assert [one.name for one in SHIPPED.entities.values() if entity_clash(SHIPPED, one)] == []


@pytest.mark.parametrize("dialect", GROUNDS)
def test_the_longest_names_fit(dialect: str) -> None:
    """40 characters each: what is made of them is cut by us, and never silently by a database."""
    ground = Ground(GROUNDS[dialect].dialect, trigrams=dialect == "postgresql")
    entity = an_entity(a_field("name"), name="c_" + "a" * 38)
    operations = [AddField(entity.name, "c_" + "b" * 37 + end, "text", "basic", "Long", searchable=True) for end in "xy"]
    operations.append(AddField(entity.name, "c_" + "d" * 38, "reference", "basic", "Long", options={"entity": entity.name}))
    try:
        made = plan.make(a_catalog(entity), operations, ground)
    except IdentifierError as error:
        pytest.fail(str(error))
    names = [(one.table, one.name) for one in made.statements]
    assert all(len(name) <= 63 for _, name in names)
    assert len(set(names)) == len(names)
    assert all(ddl.belongs(one, made.after, ground) for one in made.statements if one.action != "add_foreign_key")


@pytest.mark.parametrize("name", ["customer__x1", "c__x", "C_x", "c_" + "x" * 39, "c_ä"])
def test_names_that_no_operation_takes(name: str) -> None:
    """No entity can have the name of an extension table; none is longer than a database keeps."""
    from engine.errors import BadOperation
    from engine.service.evolution import read_operations

    definition = {"entity": name, "label": "X", "plural": "X", "kind": "card", "groups": []}
    for document in ({"operation": "add_entity", "definition": definition}, {"operation": "add_field", "entity": "customer", "name": name}):
        with pytest.raises(BadOperation):
            read_operations([document])
