"""What is typed: finding fields, database names from display names, choices from lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.metadata import definition
from engine.metadata.model import Catalog
from engine.service.admin import finding, naming, options
from tests.databases import CATALOGS

SHIPPED = {one.entity.name: one.entity for one in definition.read(Path(CATALOGS))}
CATALOG = Catalog(1, SHIPPED, {"zh-Hans": {"field.customer.industry.label": "行业", "field.customer.credit_amount.label": "信用额度"}})


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("客户等级", "c_kehu_dengji"),
        ("Customer grade", "c_customer_grade"),
        ("Größe (cm)", "c_grosse_cm"),
        ("重庆分公司", "c_chongqing_fengong_si"),
        ("VIP 等级", "c_vip_dengji"),
        ("العميل", f"c_f{len(SHIPPED['customer'].stored) + 1}"),
        ("2026", f"c_f{len(SHIPPED['customer'].stored) + 1}"),
    ],
)
def test_a_database_name_is_proposed(label: str, name: str) -> None:
    assert naming.proposed(CATALOG, CATALOG.entity("customer"), label) == name


def test_a_name_that_was_given_is_not_proposed_again() -> None:
    catalog = replace(CATALOG, spent=frozenset({("customer", "c_kehu_dengji")}))
    assert naming.proposed(catalog, catalog.entity("customer"), "客户等级") == "c_kehu_dengji_2"


def test_a_long_label_gives_a_name_that_fits() -> None:
    assert len(naming.proposed(CATALOG, CATALOG.entity("customer"), "客户等级" * 20)) <= naming.LONGEST


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("行业", ["industry"]),
        ("hy", ["industry"]),
        ("INDUSTRY", ["industry"]),
        ("xyed", ["credit_amount"]),
        ("is:required type:tree", ["industry"]),
        ("type:decimal", ["credit_amount"]),
        ("is:custom", []),
        ("credit is:required", []),
    ],
)
def test_fields_are_found(query: str, found: list[str]) -> None:
    wanted = finding.parse(query)
    fields = CATALOG.entity("customer").fields
    assert [one.name for one in fields if wanted.fits(finding.text_of(CATALOG, one), set(finding.facts_of(one)), one.type)] == found


def test_unused_is_what_nobody_filled_in() -> None:
    one = CATALOG.entity("customer").field("fax")
    assert "unused" in finding.facts_of(one, filled=0)
    assert "unused" not in finding.facts_of(one, filled=3)
    assert "unused" not in finding.facts_of(one)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A级\nB级", ["a_ji", "b_ji"]),
        ("a = 金\nb＝银", ["a", "b"]),
        ("Gold\n\n  Gold  \n", ["gold", "gold_2"]),
        ("金\n银", ["jin", "yin"]),
        ("، \n", ["choice"]),
    ],
    ids=["chinese", "with values", "twice", "pinyin", "nothing to spell"],
)
def test_choices_come_from_lines(text: str, values: list[str]) -> None:
    assert [one["value"] for one in options.choices(text)] == values


def test_a_choice_keeps_its_value_when_the_list_is_edited() -> None:
    held = [{"value": "g", "label": "Gold"}]
    assert options.choices("Gold\nSilver", held) == [{"value": "g", "label": "Gold"}, {"value": "silver", "label": "Silver"}]
