"""`/api/v1`: the same rules as the pages, on the three databases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from tests.web.conftest import Api


def problems(answer: Any) -> dict[str, str]:
    """Pointer → code of a problem document."""
    assert answer.mimetype == "application/problem+json"
    return {one["pointer"]: one["code"] for one in answer.json["errors"]}


def test_a_record_is_made_read_changed_and_deleted(api: Api) -> None:
    answer = api.post("/customer", json=api.customer(credit_amount="12345678.90", credit_period=30))
    assert answer.status_code == 201
    made = answer.json
    assert answer.headers["Location"] == f"/api/v1/customer/{made['id']}"
    assert (made["credit_amount"], made["credit_period"], made["contact_name"]) == ("12345678.9", 30, "王芳")
    read = api.get(f"/customer/{made['id']}")
    assert read.json == made
    assert read.headers["ETag"] == f'"{made["version"]}"'

    changed = api.patch(f"/customer/{made['id']}", json={"name": "北京长城科技有限公司", "credit_period": None})
    assert changed.status_code == 200
    assert changed.json["name"] == "北京长城科技有限公司"
    assert "credit_period" not in changed.json
    assert changed.json["version"] != made["version"]

    assert api.delete(f"/customer/{made['id']}").status_code == 204
    assert api.get(f"/customer/{made['id']}").status_code == 404


def test_contact_person_is_the_main_contact_3_5(api: Api) -> None:
    """The customer card's contact person writes to the main contact, in the same transaction."""
    made = api.made(contact_email="fang@example.com")
    [contact] = api.get(f"/contact?filter[customer]={made['id']}").json["data"]
    assert (contact["name"], contact["is_main"], contact["email"], contact["language"]) == ("王芳", True, "fang@example.com", "zh")
    api.patch(f"/contact/{contact['id']}", json={"job_title": "总监"})
    assert api.get(f"/customer/{made['id']}").json["job_title"] == "总监"
    api.patch(f"/customer/{made['id']}", json={"contact_name": "王小芳"})
    assert api.get(f"/contact/{contact['id']}").json["name"] == "王小芳"


def test_a_customer_has_one_main_contact(api: Api) -> None:
    made = api.made()
    second = {"name": "李雷", "salutation": made["salutation"], "job_title": "CEO", "language": "zh", "customer": made["id"], "is_main": True}
    assert api.post("/contact", json=second).status_code == 201
    mains = api.get(f"/contact?filter[customer]={made['id']}&filter[is_main]=true").json["data"]
    assert [one["name"] for one in mains] == ["李雷"]
    assert api.get(f"/customer/{made['id']}").json["contact_name"] == "李雷"


def test_a_first_main_contact_is_whole(api: Api) -> None:
    """A customer whose main contact is gone gets a new one from its card, with everything a contact must have."""
    made = api.made()
    [contact] = api.get(f"/contact?filter[customer]={made['id']}").json["data"]
    assert api.delete(f"/contact/{contact['id']}").status_code == 204
    assert "contact_name" not in api.get(f"/customer/{made['id']}").json
    half = api.patch(f"/customer/{made['id']}", json={"contact_name": "赵六"})
    assert problems(half) == {"/salutation": "required", "/job_title": "required"}
    whole = {"contact_name": "赵六", "salutation": made["salutation"], "job_title": "CEO"}
    assert api.patch(f"/customer/{made['id']}", json=whole).status_code == 200
    assert api.get(f"/contact?filter[customer]={made['id']}").json["meta"]["total"] == 1


BAD: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "missing": ({"name": None}, {"/name": "required"}),
    "blank": ({"name": "   "}, {"/name": "required"}),
    "too long": ({"name": "长" * 101}, {"/name": "maxLength"}),
    "wrong type": ({"name": 5}, {"/name": "type"}),
    "unknown field": ({"nickname": "x"}, {"/nickname": "unknown"}),
    "unknown with quotes": ({"a\"'`;--": "x"}, {"/a\"'`;--": "unknown"}),
    "pointer is escaped": ({"a/b~c": "x"}, {"/a~1b~0c": "unknown"}),
    "e-mail": ({"email": "not an address"}, {"/email": "format"}),
    "website": ({"website": "javascript:alert(1)"}, {"/website": "format"}),
    "fraction of a day": ({"credit_period": 1.5}, {"/credit_period": "type"}),
    "too many digits": ({"credit_amount": "123456789.00"}, {"/credit_amount": "pattern"}),
    "negative level": ({"security_level": -1}, {"/security_level": "minimum"}),
    "huge number": ({"security_level": 10**400}, {"/security_level": "maximum"}),
    "a choice that is none": ({"language": "tlh"}, {"/language": "enum"}),
    "NUL": ({"name": "a\u0000b"}, {"/name": "pattern"}),
    "lone surrogate": ({"name": "a\ud800b"}, {"/name": "encoding"}),
    "a status that does not exist": ({"status": 999999}, {"/status": "reference"}),
    "a customer that does not exist": ({"parent": 999999}, {"/parent": "reference"}),
    "an id below one": ({"parent": 0}, {"/parent": "minimum"}),
    "an id beyond the database": ({"parent": 2**64}, {"/parent": "maximum"}),
    "a file of nobody": ({"introduction_document": 1}, {"/introduction_document": "reference"}),
    "a list instead of a text": ({"name": ["x"]}, {"/name": "type"}),
    "several at once": ({"name": None, "email": "x", "zzz": 1}, {"/name": "required", "/email": "format", "/zzz": "unknown"}),
}


@pytest.mark.parametrize(("change", "expected"), BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_bad_values_are_refused_by_name(api: Api, change: dict[str, Any], expected: dict[str, str]) -> None:
    values = {name: value for name, value in api.customer(**change).items() if value is not None}
    answer = api.post("/customer", data=json.dumps(values), content_type="application/json")
    assert answer.status_code == 422
    assert problems(answer) == expected
    assert api.get("/customer").json["meta"]["total"] == 0
    assert api.get("/contact").json["meta"]["total"] == 0


HARMLESS = {
    "quotes": "O'Neil \"& Sons\" `;--",
    "markup": "<script>alert(1)</script>",
    "template": "{{7*7}} ${7*7} %(x)s {0.__class__}",
    "right to left": "شركة الأفق \u202eabc",
    "zero width": "a\u200bb\u200d👩‍👩‍👧 c",
    "four bytes": "𠮷野家🍜",
    "LIKE marks": r"100%_\ /x",
}


@pytest.mark.parametrize("name", HARMLESS.values(), ids=HARMLESS.keys())
def test_strange_texts_come_back_as_they_went_in(api: Api, name: str) -> None:
    made = api.made(name=name)
    assert api.get(f"/customer/{made['id']}").json["name"] == name.strip()
    found = api.get("/customer", query_string={"filter[name][_contains]": name}).json
    assert [one["id"] for one in found["data"]] == [made["id"]]


BODIES: dict[str, tuple[bytes, str, int]] = {
    "no JSON": (b"{", "application/json", 400),
    "NaN": (b'{"credit_amount": NaN}', "application/json", 400),
    "a list": (b"[]", "application/json", 422),
    "null": (b"null", "application/json", 422),
    "not UTF-8": (b'{"name": "\xff"}', "application/json", 400),
    "a form": (b"name=x", "application/x-www-form-urlencoded", 415),
    "deep": (b"[" * 100_000, "application/json", 400),
    "ten megabytes": (b'{"name": "' + b"x" * 10_000_000 + b'"}', "application/json", 413),
}


@pytest.mark.parametrize(("body", "media_type", "status"), BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_bad_bodies_have_a_clear_answer(api: Api, body: bytes, media_type: str, status: int) -> None:
    answer = api.post("/customer", data=body, content_type=media_type)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert "Traceback" not in answer.text
    assert answer.json["detail"]


ADDRESSES: dict[str, tuple[str, int, str]] = {
    "unknown entity": ("/nothing", 404, "nothing"),
    "unknown field": ("/customer?filter[nope]=1", 400, "nope"),
    "unsearchable field": ("/customer?filter[code]=1", 400, "code"),
    "unknown operator": ("/customer?filter[name][_like]=1", 400, "_like"),
    "unknown parameter": ("/customer?limit=5", 400, "limit"),
    "unknown sort": ("/customer?sort=nope", 400, "nope"),
    "unknown column": ("/customer?fields=name,nope", 400, "nope"),
    "size": ("/customer?page[size]=9999", 400, "200"),
    "cursor": ("/customer?page[after]=xyz", 400, "page mark"),
    "not JSON": ("/customer?filter={", 400, "not well formed"),
    "span": ("/contact?filter[name]=x&filter[birthday]=1", 400, "birthday"),
    "unknown draft": ("/customer/schema?draft=draft-04", 400, "draft-04"),
}


@pytest.mark.parametrize(("path", "status", "named"), ADDRESSES.values(), ids=ADDRESSES.keys())
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_unknown_names_are_refused_by_name(api: Api, path: str, status: int, named: str) -> None:
    answer = api.get(path)
    assert answer.status_code == status
    assert named in answer.json["detail"]


def test_a_stale_change_is_refused(api: Api) -> None:
    made = api.made()
    api.patch(f"/customer/{made['id']}", json={"code": "A"})
    url = f"/customer/{made['id']}"
    assert api.patch(url, json={"code": "B"}, headers={"If-Match": f'"{made["version"]}"'}).status_code == 412
    assert api.patch(url, json={"code": "B", "version": made["version"]}).status_code == 412
    assert api.delete(url, headers={"If-Match": f'"{made["version"]}"'}).status_code == 412
    now = api.get(url)
    assert now.json["code"] == "A"
    assert api.patch(url, json={"code": "B"}, headers={"If-Match": now.headers["ETag"]}).status_code == 200


def test_a_stale_contact_person_is_noticed_on_the_customer(api: Api) -> None:
    """The customer's version covers the main contact, whose fields stand on the same card."""
    made = api.made()
    [contact] = api.get(f"/contact?filter[customer]={made['id']}").json["data"]
    api.patch(f"/contact/{contact['id']}", json={"job_title": "CFO"})
    answer = api.patch(f"/customer/{made['id']}", json={"job_title": "CEO", "version": made["version"]})
    assert answer.status_code == 412
    assert api.get(f"/contact/{contact['id']}").json["job_title"] == "CFO"


def test_what_is_in_use_is_not_deleted(api: Api) -> None:
    made = api.made()
    used = api.delete(f"/industry/{made['industry']}")
    assert used.status_code == 409
    assert api.get(f"/industry/{made['industry']}").status_code == 200
    assert api.delete(f"/salutation/{api.row('salutation', 'Professor')}").status_code == 204


def test_shipped_rows_keep_their_locks(api: Api) -> None:
    """4.3 and 4.6: fixed types are neither renamed nor deleted; statuses are not added."""
    agent = api.row("customer_type", "Agent")
    assert api.delete(f"/customer_type/{agent}").status_code == 409
    assert api.patch(f"/customer_type/{agent}", json={"name": "Broker"}).status_code == 409
    assert api.post("/customer_status", json={"name": "Own"}).status_code == 409
    assert api.patch(f"/customer_status/{api.row('customer_status', 'Basic')}", json={"name": "Known"}).status_code == 200
    assert api.post("/customer_type", json={"name": "Own"}).status_code == 201


def test_only_distributors_and_agents_are_intermediaries_3_5(api: Api) -> None:
    agent = api.made(name="Agent", type=api.row("customer_type", "Agent"))
    plain = api.made(name="Plain")
    assert api.post("/customer", json=api.customer(agent=agent["id"])).status_code == 201
    assert problems(api.post("/customer", json=api.customer(agent=plain["id"]))) == {"/agent": "reference"}


def test_inactive_rows_stay_on_old_records_only(api: Api) -> None:
    made = api.made()
    api.patch(f"/salutation/{made['salutation']}", json={"active": False})
    assert api.patch(f"/customer/{made['id']}", json={"code": "still savable"}).status_code == 200
    assert problems(api.post("/customer", json=api.customer())) == {"/salutation": "reference"}


def test_the_schema_is_valid_in_both_drafts_and_agrees_with_the_server(api: Api) -> None:
    values = api.customer()
    schema = api.get("/customer/schema").json
    old = api.get("/customer/schema?draft=draft-07").json
    Draft202012Validator.check_schema(schema)
    Draft7Validator.check_schema(old)
    for document, validator in ((schema, Draft202012Validator), (old, Draft7Validator)):
        assert list(validator(document).iter_errors(values)) == []
        assert list(validator(document).iter_errors({**values, "unknown": 1}))
    assert schema["properties"]["name"]["title"] == "Customer name"


def test_the_list_answers_in_pages_with_a_total(api: Api) -> None:
    names = [f"Company {place:02}" for place in range(7)]
    for name in names:
        api.made(name=name)
    url, seen = "/customer?sort=name&page[size]=3&fields=name", []
    while url:
        answer = api.get(url.removeprefix("/api/v1")).json
        assert answer["meta"]["total"] == 7
        seen += [one["name"] for one in answer["data"]]
        url = answer["links"]["next"]
    assert seen == names


def test_who_may_do_what(api: Api, app: Any) -> None:
    anonymous = app.test_client()
    assert anonymous.get("/api/v1/customer").status_code == 401
    assert "Bearer" in anonymous.get("/api/v1/customer").headers["WWW-Authenticate"]
    assert anonymous.get("/api/v1/customer", headers={"Authorization": "Bearer fl_wrong"}).status_code == 401
    assert anonymous.post("/api/v1/customer", json={}, headers={"Authorization": "Bearer fl_wrong"}).status_code == 401


def test_openapi_describes_every_entity(api: Api) -> None:
    document = api.get("/openapi.json").json
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/customer" in document["paths"]
    assert "/api/v1/salutation/{id}" in document["paths"]
