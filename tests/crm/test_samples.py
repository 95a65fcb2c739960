"""Sample customers: always the same, consistent, and valid by the shipped catalogs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm.samples import MOST, SampleCustomer, SampleRow, Values, sample_customers, sample_departments, sample_persons
from engine.metadata.formats import is_email
from engine.metadata.types.text import is_phone

CATALOGS = Path(__file__).resolve().parents[2] / "field_catalogs"
DOCUMENTS: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(CATALOGS.glob("*.yaml"))
}
SAMPLES = tuple(sample_customers())


def fields_of(entity: str) -> dict[str, dict[str, Any]]:
    """The entity's own fields by name; those kept in another record are not among them."""
    groups = [group for group in DOCUMENTS[entity]["groups"] if "via" not in group]
    return {field["name"]: field for group in groups for field in group.get("fields") or ()}


def row_keys(entity: str) -> set[str]:
    """The keys that a reference to the entity may name."""
    further = {"department": sample_departments, "person": sample_persons}.get(entity)
    own = {row["key"] for row in DOCUMENTS[entity].get("rows", ())}
    return own | {row.key for row in further()} if further else own


def problems(entity: str, values: Values) -> Iterator[str]:
    """What the catalog has against a sample record."""
    fields = fields_of(entity)
    yield from (f"{entity}.{name} is no field" for name in values if name not in fields)
    yield from (f"{entity}.{name} is required" for name, field in fields.items() if field.get("required") and name not in values)
    for name in fields.keys() & values.keys():
        if not fits(fields[name], values[name]):
            yield f"{entity}.{name}: {values[name]!r}"


def is_text(options: dict[str, Any], value: object) -> bool:
    """A trimmed text within its length; an e-mail address where one is asked for."""
    good = isinstance(value, str) and 0 < len(value) <= options.get("max_length", 40) and value == value.strip()
    return good and (options.get("format") != "email" or is_email(value))


def is_link(options: dict[str, Any], value: object) -> bool:
    """Cards are named by their place among the samples, dictionary rows by their key."""
    return type(value) is int if DOCUMENTS[options["entity"]]["kind"] == "card" else value in row_keys(options["entity"])


JUDGES: dict[str, Callable[[dict[str, Any], Any], bool]] = {
    "text": is_text,
    "multiline": is_text,
    "email": lambda options, value: is_text({"max_length": 254, "format": "email"}, value),
    "phone": lambda options, value: is_text(options, value) and is_phone(value),
    "choice": lambda options, value: value in [choice["value"] for choice in options["choices"]],
    "list": is_link,
    "tree": is_link,
    "reference": is_link,
    "decimal": lambda options, value: re.fullmatch(r"\d{1,8}\.\d{2}", value) is not None,
    "integer": lambda options, value: type(value) is int and options.get("minimum", value) <= value <= options.get("maximum", value),
    "date": lambda options, value: date.fromisoformat(value).isoformat() == value,
    "check": lambda options, value: isinstance(value, bool),
}


def fits(field: dict[str, Any], value: object) -> bool:
    """Whether the field can hold the value."""
    return JUDGES[field["type"]](field.get("options", {}), value)


def parts(sample: SampleCustomer) -> Iterator[tuple[str, Values]]:
    """All records of a sample with their entities."""
    yield "customer", sample.customer
    yield from (("contact", one) for one in sample.contacts)
    yield from (("address", one) for one in sample.addresses)


def test_every_value_is_valid_by_the_catalogs() -> None:
    samples = (*SAMPLES, *sample_customers(60, seed=7))
    assert [problem for sample in samples for entity, values in parts(sample) for problem in problems(entity, values)] == []


@pytest.mark.parametrize(("entity", "rows"), [("department", tuple(sample_departments())), ("person", tuple(sample_persons()))])
def test_rows_for_dictionaries_are_valid(entity: str, rows: tuple[SampleRow, ...]) -> None:
    assert [problem for row in rows for problem in problems(entity, row.values)] == []
    assert len({row.key for row in rows}) == len(rows)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{1,59}", row.key) for row in rows)
    assert not {row.key for row in rows} & {row["key"] for row in DOCUMENTS[entity].get("rows", ())}


def test_the_same_seed_gives_the_same_samples() -> None:
    assert tuple(sample_customers()) == SAMPLES
    assert tuple(sample_customers(25)) == SAMPLES[:25]
    assert tuple(sample_customers(25, seed=1)) != SAMPLES[:25]


def test_count_is_kept_up_to_the_most() -> None:
    assert len(SAMPLES) == 240
    assert list(sample_customers(0)) == []
    most = [sample.customer["name"] for sample in sample_customers(MOST)]
    assert len(set(most)) == MOST
    with pytest.raises(ValueError, match=str(MOST)):
        next(sample_customers(MOST + 1))


def test_no_two_customers_share_a_name_or_a_code() -> None:
    for field in ("name", "code", "english_name"):
        held = [sample.customer[field] for sample in SAMPLES if field in sample.customer]
        assert len(set(held)) == len(held)


def test_the_mix_of_languages_is_believable() -> None:
    share = Counter(sample.customer["language"] for sample in SAMPLES)
    assert 0.5 <= share["zh"] / 240 <= 0.7
    assert 0.05 <= share["ar"] / 240 <= 0.15
    assert 0.2 <= sum(share[language] for language in ("en", "de", "fr")) / 240 <= 0.4


def test_every_status_and_type_occurs() -> None:
    assert {sample.customer["status"] for sample in SAMPLES} == row_keys("customer_status")
    assert {sample.customer["type"] for sample in SAMPLES} == row_keys("customer_type")


def test_the_first_contact_is_the_main_one() -> None:
    for sample in SAMPLES:
        assert [contact["is_main"] for contact in sample.contacts] == [True] + [False] * (len(sample.contacts) - 1)
        assert 1 <= len(sample.contacts) <= 3
        assert len({contact["name"] for contact in sample.contacts}) == len(sample.contacts)


def test_addresses_start_with_the_office_and_name_a_contact() -> None:
    for sample in SAMPLES:
        types = [address["address_type"] for address in sample.addresses]
        assert types[0] == "office"
        assert len(types) == len(set(types)) <= 3
        assert all(address["contact"] in range(len(sample.contacts)) for address in sample.addresses)


def test_agents_and_parents_stand_before_those_that_name_them() -> None:
    agents = [(at, sample.customer["agent"]) for at, sample in enumerate(SAMPLES) if "agent" in sample.customer]
    parents = [(at, sample.customer["parent"]) for at, sample in enumerate(SAMPLES) if "parent" in sample.customer]
    assert len(agents) >= 10
    assert len(parents) >= 5
    for at, other in (*agents, *parents):
        assert isinstance(other, int)
        assert other < at
    assert {SAMPLES[int(other)].customer["type"] for _, other in agents} <= {"distributor", "agent"}


def test_an_individual_is_one_person() -> None:
    individuals = [sample for sample in SAMPLES if sample.customer["type"] == "individual"]
    assert individuals
    for sample in individuals:
        assert [contact["name"] for contact in sample.contacts] == [sample.customer["name"]]
        assert sample.contacts[0]["is_individual"] is True
        assert sample.customer["description"] == "person"
        assert "website" not in sample.customer


@pytest.mark.parametrize(
    ("city", "phone", "script"), [("shanghai", "+86 21 ", r"[\u4e00-\u9fff]"), ("dubai", "+971 4 ", r"[\u0600-\u06ff]")]
)
def test_city_phone_and_script_fit_together(city: str, phone: str, script: str) -> None:
    there = [sample.customer for sample in SAMPLES if sample.customer["city"] == city]
    assert there
    assert all(str(one["phone"]).startswith(phone) and re.search(script, str(one["address"])) for one in there)


def test_nobody_real_can_be_reached() -> None:
    for sample in SAMPLES:
        for _, values in parts(sample):
            assert str(values.get("email", "a@b.example")).endswith(".example")
            assert str(values.get("website", "https://b.example")).endswith(".example")
