"""The shipped field catalogs: the contract they keep, the spec's table 3.5, and their Chinese labels."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polib
import pytest
import yaml
from jsonschema import Draft202012Validator

from engine.errors import BadCatalog
from engine.metadata import definition

ROOT = Path(__file__).resolve().parents[1]
CATALOGS = ROOT / "field_catalogs"
SCHEMA = json.loads((CATALOGS / "catalog.schema.json").read_text(encoding="utf-8"))
FILES = sorted(CATALOGS.glob("*.yaml"))
DOCUMENTS: dict[str, dict[str, Any]] = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
CHINESE = polib.pofile(str(ROOT / "locales" / "zh_Hans" / "LC_MESSAGES" / "meta.po"))

# Spec 3.5, in order: name, type with its length, digits or target, R = required, S = searchable.
SPEC: dict[str, str] = {
    "customer.basic": """
        name text 100 R S; code text 100; english_name text 50; address text 250 S; postal_code text 10;
        city reference city S; county text 50 S; language choice; phone text 50 S; fax text 50; email text 150;
        website text 150; introduction multiline 500 S""",
    "customer.classification": """
        status list customer_status R S; type list customer_type R S; description list company_form R S;
        size list company_size R S; source list acquisition_channel R S; industry tree industry R S;
        manager reference person S; agent reference customer S; parent reference customer S;
        document reference document; introduction_document attachment; security_level integer""",
    "customer.finance": """
        credit_amount decimal 10,2; credit_period integer; bank_name text 200; account_name text 40; bank_account text 200""",
    "customer.contact_person": """
        salutation list salutation R; contact_name text 50 R S; job_title text 100 R; contact_email text 150;
        office_phone text 20; home_phone text 20; mobile_phone text 20 S""",
    "customer.other": "",
    "contact.basic": """
        name text 50 R S; salutation list salutation R S; alias text 50 S; job_title text 100 R S; project_role text 100;
        attitude text 50; attention text 200; email text 150 S; office_phone text 20 S; home_phone text 20 S;
        mobile_phone text 20 S; fax text 50 S; im_account text 50 S""",
    "contact.other": """
        birthday date; birthday_reminder_days integer; language choice R; is_main check S; is_individual check S;
        remark multiline 500; remark_document attachment""",
    "address.basic": """
        address_type list address_type R; address_1 text 250 R; address_2 text 250; address_3 text 250; postal_code text 10;
        city reference city; county text 50; phone text 50; fax text 50; email text 150; contact reference contact""",
    "address.other": "",
}

# What chapter 4 needs beside the fields of 3.5 stands after them: the sharing of 4.5, the portal of 4.8.
LATER: dict[str, str] = {"customer.classification": "sharing multiple_choice; portal list portal_access S"}

# The Chinese terms that the spec gives.
TERMS: dict[str, str] = {
    "customer": """
        name 客户名称 code 客户编码 english_name 英文名称 address 地址 postal_code 邮政编码 city 城市 county 区县 language 语言
        phone 电话 fax 传真 email 电子邮件 website 网站 introduction 介绍 status 状态 type 类型 description 描述 size 规模
        source 获得途径 industry 行业 manager 客户经理 agent 中介机构 parent 上级单位 document 文档 introduction_document 介绍文档
        security_level 安全级别 credit_amount 信用额度 credit_period 额度期间 bank_name 开户银行 account_name 户名
        bank_account 银行帐号 salutation 称呼 contact_name 姓名 job_title 职务""",
    "contact": "alias 别名 project_role 项目角色 attitude 意向 attention 关注点 is_main 主联系人 is_individual 个人",
}
GROUP_TERMS = (
    "customer.basic 基本信息 customer.classification 分类 customer.finance 账务 customer.contact_person 联系人 customer.other 其他"
)
ROW_TERMS = """
    customer_type.customer 客户 customer_type.supplier 供应商 customer_type.distributor 分销商 customer_type.agent 代理商
    customer_type.partner 合作伙伴 customer_type.individual 个人用户 customer_status.invalid 无效 customer_status.basic 基础
    customer_status.potential 潜在 customer_status.successful 成功 customer_status.pilot 试点 customer_status.reference 典型"""


def fields_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every field of a catalog, in order."""
    for group in document["groups"]:
        yield from group.get("fields") or ()


def field_of(entity: str, name: str) -> dict[str, Any]:
    """One field of a shipped catalog."""
    return next(field for field in fields_of(DOCUMENTS[entity]) if field["name"] == name)


def told(field: dict[str, Any]) -> str:
    """A field as the spec's table writes it."""
    options = field.get("options", {})
    size = options.get("max_length") or options.get("entity") or (f"{options['digits']},{options['places']}" if "digits" in options else "")
    marks = [mark for mark, key in (("R", "required"), ("S", "searchable")) if field.get(key)]
    return " ".join(str(part) for part in (field["name"], field["type"], size, *marks) if part)


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """(name, term) of a list of both in turn."""
    parts = text.split()
    return zip(parts[::2], parts[1::2], strict=True)


def label_keys(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(label key, English source) of everything a catalog says to people."""
    entity = document["entity"]
    yield f"entity.{entity}.label", document["label"]
    yield f"entity.{entity}.plural", document["plural"]
    if owner := document.get("owner"):
        yield f"field.{entity}.{owner}.label", DOCUMENTS[owner]["label"]
    for group in document["groups"]:
        yield f"group.{entity}.{group['name']}.label", group["label"]
    for field in fields_of(document):
        stem = f"field.{entity}.{field['name']}"
        yield from ((f"{stem}.{part}", field[part]) for part in ("label", "help", "placeholder") if part in field)
        yield from ((f"{stem}.choice.{one['value']}", one["label"]) for one in field.get("options", {}).get("choices", ()))
        for step in field.get("options", {}).get("lifecycle", {}).get("steps", ()):
            yield f"{stem}.step.{step['name']}", step["label"]
            yield from ((f"{stem}.step.{step['name']}.because", step["because"]) for _ in "1" if "because" in step)
        if field.get("options", {}).get("translatable"):
            rows = [row for row in document.get("rows", ()) if field["name"] in row]
            yield from ((f"row.{entity}.{row['key']}.{field['name']}", row[field["name"]]) for row in rows)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_catalog_keeps_the_contract(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(DOCUMENTS[name])] == []
    assert DOCUMENTS[name]["entity"] == name
    assert DOCUMENTS[name].get("icon")


def test_the_catalogs_fit_together() -> None:
    found = [one.entity.name for one in definition.read(CATALOGS)]
    assert found[:3] == ["customer", "contact", "address"]
    assert sorted(found) == sorted(DOCUMENTS)


@pytest.mark.parametrize("place", SPEC)
def test_the_cards_are_those_of_the_spec(place: str) -> None:
    entity, name = place.split(".")
    group = next(group for group in DOCUMENTS[entity]["groups"] if group["name"] == name)
    expected = [" ".join(line.split()) for part in (SPEC[place], LATER.get(place, "")) for line in part.split(";") if line.strip()]
    assert [told(field) for field in group.get("fields") or ()] == expected


def test_the_default_groups_stand_in_the_order_of_the_spec() -> None:
    found = [f"{entity}.{group['name']}" for entity in ("customer", "contact", "address") for group in DOCUMENTS[entity]["groups"]]
    assert found == list(SPEC)


def test_the_contact_person_group_writes_to_the_main_contact() -> None:
    group = DOCUMENTS["customer"]["groups"][3]
    assert group["via"] == {"entity": "contact", "flag": "is_main"}
    for field in group["fields"]:
        target = field_of("contact", field.get("maps_to", field["name"]))
        assert (target["type"], target.get("options")) == (field["type"], field.get("options"))


def test_rules_of_single_fields() -> None:
    assert field_of("customer", "agent")["options"]["where"] == {"type": {"_in": ["distributor", "agent"]}}
    assert field_of("customer", "size")["options"] == {"entity": "company_size", "show": "description", "scale": True}
    assert field_of("contact", "language")["options"] == field_of("customer", "language")["options"]
    emails = ("customer.email", "customer.contact_email", "contact.email", "address.email")
    assert {field_of(*name.split("."))["options"].get("format") for name in emails} == {"email"}
    assert field_of("customer", "website")["options"]["format"] == "url"


def test_default_rows_and_their_locks() -> None:
    keys = {name: [row["key"] for row in document.get("rows", ())] for name, document in DOCUMENTS.items()}
    types = ["customer", "supplier", "distributor", "agent", "partner", "individual"]
    statuses = ["invalid", "basic", "potential", "successful", "pilot", "reference", "frozen_potential", "frozen_successful"]
    assert (keys["customer_type"], keys["customer_status"], len(keys["address_type"])) == (types, statuses, 4)
    cells = ("name", "description", "portal_customers", "active")
    assert DOCUMENTS["customer_type"]["locked"] == {"delete": types, "change": dict.fromkeys(cells, types)}
    portal = DOCUMENTS["portal_access"]
    assert portal["locked"] == {"add": False, "delete": keys["portal_access"], "change": dict.fromkeys(("position", "active"), keys["portal_access"])}
    assert DOCUMENTS["customer_status"]["locked"] == {"add": False, "delete": statuses, "change": dict.fromkeys(("position", "active"), statuses)}
    assert DOCUMENTS["address_type"]["locked"] == {"delete": keys["address_type"]}
    assert all(row.get("description") for name in ("company_size", "customer_status") for row in DOCUMENTS[name]["rows"])
    for document in DOCUMENTS.values():
        for field in fields_of(document):
            if field["type"] == "list" and "default" in field:
                assert field["default"] in keys[field["options"]["entity"]]


def test_industries_are_a_tree_of_two_levels() -> None:
    parents = {row["key"]: row.get("parent") for row in DOCUMENTS["industry"]["rows"]}
    tops = [key for key, parent in parents.items() if parent is None]
    assert len(tops) >= 12
    assert all(parent is None or parent in tops for parent in parents.values())
    assert set(tops) == {parent for parent in parents.values() if parent}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_label_speaks_chinese(name: str) -> None:
    entries = {entry.msgctxt: entry for entry in CHINESE if not entry.fuzzy}
    for key, source in label_keys(DOCUMENTS[name]):
        assert key in entries, f"{key} has no entry"
        assert entries[key].msgid == source
        assert entries[key].msgstr.strip(), f"{key} is not translated"
        assert re.search(r"[\u4e00-\u9fff]", entries[key].msgstr), f"{key} is not Chinese"


def test_the_chinese_file_is_tidy() -> None:
    keys = [entry.msgctxt for entry in CHINESE]
    assert keys == sorted(set(keys))
    assert set(keys) == {key for document in DOCUMENTS.values() for key, _ in label_keys(document)}
    assert CHINESE.metadata["Language"] == "zh_Hans"
    assert CHINESE.metadata["Plural-Forms"] == "nplurals=1; plural=0;"


def test_the_chinese_terms_are_those_of_the_spec() -> None:
    texts = {entry.msgctxt: entry.msgstr for entry in CHINESE}
    for entity, terms in TERMS.items():
        for name, term in pairs(terms):
            assert texts[f"field.{entity}.{name}.label"] == term
    assert all(texts[f"group.{name}.label"] == term for name, term in pairs(GROUP_TERMS))
    assert all(texts[f"row.{name}.name"] == term for name, term in pairs(ROW_TERMS))


Break = Callable[[dict[str, Any]], object]

# What is done to a good catalog, and a word of what the schema must say about it.
BROKEN: dict[str, tuple[Break, str]] = {
    "no entity": (lambda d: d.pop("entity"), "entity"),
    "no label": (lambda d: d.pop("label"), "label"),
    "no groups": (lambda d: d.update(groups=[]), "non-empty"),
    "unknown key": (lambda d: d.update(color="red"), "color"),
    "entity in capitals": (lambda d: d.update(entity="Customer"), "does not match"),
    "unknown kind": (lambda d: d.update(kind="table"), "table"),
    "empty label": (lambda d: d.update(label=""), "non-empty"),
    "field without type": (lambda d: d["groups"][0]["fields"][0].pop("type"), "type"),
    "field without label": (lambda d: d["groups"][0]["fields"][0].pop("label"), "label"),
    "misspelt flag": (lambda d: d["groups"][0]["fields"][0].update(requird=True), "requird"),
    "flag as a word": (lambda d: d["groups"][0]["fields"][0].update(required="yes"), "boolean"),
    "name with a space": (lambda d: d["groups"][0]["fields"][0].update(name="full name"), "does not match"),
    "name with two underscores": (lambda d: d["groups"][0]["fields"][0].update(name="a__b"), "does not match"),
    "name too long": (lambda d: d["groups"][0]["fields"][0].update(name="a" * 41), "too long"),
    "options as a list": (lambda d: d["groups"][0]["fields"][0].update(options=[]), "object"),
    "unknown width": (lambda d: d["groups"][0]["fields"][0].update(width="huge"), "huge"),
    "via without flag": (lambda d: d["groups"][3]["via"].pop("flag"), "flag"),
    "row without key": (lambda d: d.update(rows=[{"name": "A"}]), "key"),
    "locks that allow adding": (lambda d: d.update(locked={"add": True}), "False"),
    "parts as text": (lambda d: d.update(parts="contact"), "array"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_schema_refuses(case: str) -> None:
    document = copy.deepcopy(DOCUMENTS["customer"])
    change, word = BROKEN[case]
    change(document)
    found = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)]
    assert any(word in message for message in found), found


# What only a reading of all files can see: (change of the customer catalog, field, a word of the sentence).
MISFITS: dict[str, tuple[Break, str, str]] = {
    "unknown type": (lambda d: d["groups"][0]["fields"][1].update(type="colour"), "code", "colour"),
    "unknown option": (lambda d: d["groups"][0]["fields"][1].update(options={"length": 5}), "code", "length"),
    "option of a wrong kind": (lambda d: d["groups"][0]["fields"][1].update(options={"max_length": "5"}), "code", "integer"),
    "reference without entity": (lambda d: d["groups"][0]["fields"][5].update(options={}), "city", "entity"),
    "reference to nothing": (lambda d: d["groups"][0]["fields"][5].update(options={"entity": "town"}), "city", "town"),
    "a name twice": (lambda d: d["groups"][0]["fields"][1].update(name="name"), "name", "twice"),
    "a name of the program": (lambda d: d["groups"][0]["fields"][1].update(name="id"), "id", "program"),
    "maps to nothing": (lambda d: d["groups"][3]["fields"][1].update(maps_to="nick"), "contact_name", "nick"),
    "schema error": (lambda d: d["groups"][0]["fields"][1].update(requird=True), "code", "requird"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_an_error_names_file_entity_field_and_what_is_wrong(case: str, tmp_path: Path) -> None:
    folder = shutil.copytree(CATALOGS, tmp_path / "catalogs")
    document = copy.deepcopy(DOCUMENTS["customer"])
    change, field, word = MISFITS[case]
    change(document)
    (folder / "customer.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadCatalog) as caught:
        definition.read(folder)
    assert (caught.value.file, caught.value.entity, caught.value.field) == ("customer.yaml", "customer", field)
    assert word in caught.value.what
