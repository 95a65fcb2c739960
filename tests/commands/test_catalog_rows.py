"""`fieldloom catalog … --rows`: the entries of lists, and a lifecycle over them, from one installation to another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import accounts, lifecycle
from engine.metadata import rows as dictionaries
from engine.metadata import store, yaml_form
from engine.metadata.database import Database
from engine.metadata.rows import RowSet
from engine.records import read, write
from engine.schema import apply
from engine.schema.apply import Orders
from engine.schema.operation import read as read_operations
from engine.schema.ops import OPERATIONS
from tests.commands.conftest import Line
from tests.databases import Databases, url_of
from tests.web.conftest import PASSWORD, Api, Browser

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
NAME = {"name": "name", "label": "Name", "type": "text", "options": {"max_length": 100, "translatable": True}, "required": True, "searchable": True}
STAGES = {
    "entity": "c_stage",
    "label": "Stage",
    "plural": "Stages",
    "kind": "dictionary",
    "groups": [{"name": "basic", "label": "Basic", "fields": [NAME, {"name": "position", "label": "Position", "type": "integer"}]}],
}
STEPS = {
    "initial": ["c_new"],
    "ladder": ["c_new", "c_won"],
    "frozen": ["c_lost"],
    "steps": [
        {"name": "win", "label": "Win", "moves": {"c_new": "c_won"}, "guard": {"code": {"_nempty": True}}, "because": "Give it a code first."},
        {"name": "lose", "label": "Lose", "moves": {"c_new": "c_lost"}},
    ],
}
STAGE: dict[str, Any] = {
    "operation": "add_field", "entity": "customer", "name": "c_stage", "type": "list", "group": "other", "label": "Stage", "default": "c_new",
    "searchable": True,
    "options": {"entity": "c_stage", "lifecycle": STEPS},
}  # fmt: skip
WORDS = {"field.customer.c_stage.step.win": "赢得", "field.customer.c_stage.label": "阶段"}


def publish(database: Database, *operations: dict[str, Any]) -> None:
    """A change of this installation's own."""
    apply.publish(database, read_operations(list(operations), OPERATIONS), Orders())


def list_of(database: Database, name: str) -> RowSet:
    """The entries of a list."""
    with database.reading() as conn:
        return dictionaries.load(conn, store.load(conn), store.read_version(conn)).sets[name]


def insert(database: Database, entity: str, key: str | None = None, chinese: str = "", **values: Any) -> int:
    """A new entry."""
    with database.writing() as conn:
        catalog = store.load(conn)
        values = write.with_defaults(catalog.entity(entity), values)
        id = write.insert(conn, catalog, catalog.entity(entity), values, by=None, key=key)
        held = dictionaries.load(conn, catalog, store.read_version(conn)).sets[entity].rows[id].key
        if chinese:
            store.save_labels(conn, "zh-Hans", [(dictionaries.row_label_key(entity, held, id, "name"), values["name"], chinese)], origin="own")
        store.bump_version(conn, "dictionaries")
        return id


def rename(database: Database, entity: str, key: str, **values: Any) -> None:
    """Change an entry."""
    with database.writing() as conn:
        catalog = store.load(conn)
        record = read.fetch(conn, catalog, catalog.entity(entity), list_of(database, entity).by_key[key])
        write.update(conn, catalog, catalog.entity(entity), record, values, by=None)
        store.bump_version(conn, "dictionaries")


@pytest.fixture
def staged(installed: Database) -> Database:
    """An installation with a list of its own, a lifecycle over it, and entries of its own in shipped lists."""
    publish(installed, {"operation": "add_entity", "definition": STAGES})
    for place, (key, name, chinese) in enumerate((("c_new", "New", "新建"), ("c_won", "Won", "赢单"), ("c_lost", "Lost", "丢单"))):
        insert(installed, "c_stage", key, chinese, name=name, position=place * 10)
    publish(installed, STAGE, {"operation": "set_labels", "language": "zh-Hans", "texts": WORDS})
    insert(installed, "salutation", None, "女爵", name="Dame", position=500)
    top = insert(installed, "industry", None, "", name="Weaving", position=900)
    insert(installed, "industry", None, "提花", name="Jacquard", parent=top, position=10)
    return installed


@pytest.fixture
def other(databases: Databases, backend: str) -> Iterator[Database]:
    """A second installation."""
    database = databases.installed(backend)
    yield database
    databases.drop(database)


def files(folder: Path) -> dict[str, str]:
    """All files of a folder."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_a_list_with_its_entries_and_a_lifecycle_arrive(
    line: Line, staged: Database, other: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app_on: Any
) -> None:
    assert line("catalog", "export", "--rows", str(tmp_path / "a")) == 0
    monkeypatch.setenv("FIELDLOOM_DATABASE_URL", url_of(other))
    with other.writing() as conn:
        catalog = store.load(conn)
        old = write.insert(conn, catalog, catalog.entity("customer"), {"name": "From before"}, by=None)
    assert line("catalog", "diff", str(tmp_path / "a")) == 0
    assert "Entries of lists: 6 new, 0 changed." in line.out
    assert line("catalog", "apply", str(tmp_path / "a"), "--yes") == 0, line.out + line.err
    assert "Entries of lists taken over: 6 new, 0 changed." in line.out
    assert line("catalog", "apply", str(tmp_path / "a"), "--yes") == 0
    assert line.out == "Nothing to do.\n"
    assert line("catalog", "export", "--rows", str(tmp_path / "b")) == 0
    assert files(tmp_path / "b") == files(tmp_path / "a")
    jacquard = next(row for row in list_of(other, "industry").rows.values() if row.text("name", ("en",)) == "Jacquard")
    assert list_of(other, "industry").show(jacquard.id, "path", ("zh-Hans",)) == "Weaving › 提花"
    with other.writing() as conn:
        told = lifecycle.of(store.load(conn).entity("customer").field("c_stage"))
        user = accounts.add_user(conn, "administrator", PASSWORD, "administrator")
        token = accounts.add_token(conn, user, "test")
    assert told is not None
    app = app_on(other)
    found = Api(app, token).get(f"/customer?filter[c_stage]={list_of(other, 'c_stage').by_key['c_new']}")
    assert [one["id"] for one in found.json["data"]] == [old]  # its page says that it is there, so a search finds it
    works(Browser(app, "zh-CN"), Api(app, token), other)


def works(browser: Browser, api: Api, database: Database) -> None:
    """The lifecycle moves customers there: by page and by API, in Chinese."""
    browser.sign_in("administrator")
    keys = list_of(database, "c_stage").by_key
    by_api, by_page = api.made(), api.made(name="by page", code="A")
    assert by_api["c_stage"] == keys["c_new"]
    refused = api.post(f"/customer/{by_api['id']}/transitions/win")
    assert (refused.status_code, refused.json["detail"]) == (409, "Give it a code first.")
    assert api.patch(f"/customer/{by_api['id']}", json={"c_stage": keys["c_won"]}).status_code == 422
    assert api.post(f"/customer/{by_api['id']}/transitions/lose").json["c_stage"] == keys["c_lost"]
    page = browser.get(f"/customer/{by_page['id']}").text
    assert "赢得" in page
    assert "新建" in page
    assert "“阶段”" in browser.post(f"/customer/{by_page['id']}/transition", {"step": "win"}, follow_redirects=True).text
    assert api.get(f"/customer/{by_page['id']}").json["c_stage"] == keys["c_won"]


@ON_SQLITE
@pytest.mark.parametrize("full", [False, True])
def test_records_from_before_a_lifecycle_begin_it_when_it_is_published(installed: Database, app_on: Any, full: bool) -> None:
    """Also where the row is full, and the field stands in a table beside it."""
    with installed.writing() as conn:
        token = accounts.add_token(conn, accounts.add_user(conn, "administrator", PASSWORD, "administrator"), "test")
    api = Api(app_on(installed), token)
    old = api.made()["id"]
    publish(installed, {"operation": "add_entity", "definition": STAGES})
    ids = [insert(installed, "c_stage", key, name=key) for key in ("c_new", "c_won", "c_lost")]
    field = {**STAGE, "table": "customer__x1"} if full else STAGE
    assert api.post("/metadata/operations", json=[field]).status_code == 201
    with installed.reading() as conn:
        assert (store.load(conn).entity("customer").field("c_stage").table == "customer__x1") is full
    for state, there in zip(ids, ([old], [], []), strict=True):
        assert [one["id"] for one in api.get(f"/customer?filter[c_stage]={state}").json["data"]] == there
    assert api.get(f"/customer/{old}").json["version"].startswith("1.")


def test_what_was_changed_here_is_told_and_written_over_only_where_that_is_wished(line: Line, installed: Database, tmp_path: Path) -> None:
    folder = str(tmp_path / "a")
    line("catalog", "export", "--rows", folder)
    rename(installed, "salutation", "dr", name="Medic")
    with installed.writing() as conn:
        store.save_labels(conn, "zh-Hans", [("row.salutation.ms.name", "Ms", "小姐姐")], origin="own")
        store.bump_version(conn, "dictionaries")
    assert line("catalog", "diff", folder) == 0
    assert "T5: The entry “dr” of “Salutation” is different there (name); here it stays." in line.out
    assert "T5: The entry “ms” of “Salutation” is different there (name@zh-Hans); here it stays." in line.out
    assert line("catalog", "apply", folder, "--yes") == 0
    assert line.out.endswith("Nothing to do.\n")
    assert list_of(installed, "salutation").rows[list_of(installed, "salutation").by_key["dr"]].text("name", ("en",)) == "Medic"
    assert line("catalog", "apply", folder, "--take-rows", "--yes") == 0
    assert "Entries of lists taken over: 0 new, 2 changed." in line.out
    assert line("catalog", "apply", folder, "--take-rows", "--yes") == 0
    assert line.out == "Nothing to do.\n"
    assert list_of(installed, "salutation").rows[list_of(installed, "salutation").by_key["dr"]].text("name", ("en",)) == "Dr"
    line("catalog", "export", "--rows", str(tmp_path / "b"))
    assert files(tmp_path / "b") == files(tmp_path / "a")


@ON_SQLITE
def test_what_cannot_come_is_told(line: Line, installed: Database, tmp_path: Path) -> None:
    line("catalog", "export", "--rows", str(tmp_path))
    insert(installed, "salutation", "c_here", name="Dame")

    def change(name: str, *rows: dict[str, Any]) -> None:
        path = tmp_path / f"{name}.yaml"
        document = yaml_form.load(path.read_text(encoding="utf-8"))
        document["rows"] = [*document.get("rows", ()), *rows]
        path.write_text(yaml_form.dump(document), encoding="utf-8")

    change("salutation", {"key": "c_there", "name": "dame"})
    change("customer_status", {"key": "c_more", "name": "More"})
    found = line.json("catalog", "diff", str(tmp_path))
    assert [one["code"] for one in found["findings"] if one["code"] == "T6"] == ["T6", "T6"]
    assert found["rows"] == {"new": 0, "changed": 0}
    change("person", {"key": "c_zhao", "name": "赵", "department": "nowhere"})
    assert line("catalog", "apply", str(tmp_path), "--yes") == 1
    assert "the entry 'c_zhao' names an entry that there is not" in line.err
    change("salutation", {"key": "c_long", "name": "x" * 200})
    assert line("catalog", "apply", str(tmp_path), "--yes") == 1


@ON_SQLITE
def test_without_rows_an_export_holds_none(line: Line, tmp_path: Path) -> None:
    line("catalog", "export", str(tmp_path))
    assert "rows:" not in (tmp_path / "salutation.yaml").read_text(encoding="utf-8")
    assert line.json("catalog", "apply", str(tmp_path), "--yes") == {"change": None, "left": [], "rows": {"new": 0, "changed": 0}}


WRONG = {
    "a default that is no first state": ({"default": "c_won"}, "starts with its default"),
    "a guard of no field": ({"options": {"entity": "c_stage", "lifecycle": {**STEPS, "steps": [{**STEPS["steps"][0], "guard": {"c_no": 1}}]}}}, "“c_no”"),  # type: ignore[index]
    "a flow that nobody names": ({"options": {"entity": "c_stage", "lifecycle": {**STEPS, "approval": {"by": "type", "flow": "c_no"}}}}, "type.c_no"),
    "a state that is none": ({"options": {"entity": "c_stage", "lifecycle": {**STEPS, "frozen": []}}}, "c_lost"),
}


@ON_SQLITE
@pytest.mark.parametrize(("wrong", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_lifecycle_that_cannot_be_is_refused(installed: Database, wrong: dict[str, Any], said: str) -> None:
    publish(installed, {"operation": "add_entity", "definition": STAGES})
    with installed.reading() as conn:
        catalog = store.load(conn)
    (operation,) = read_operations([{**STAGE, **wrong}], OPERATIONS)
    assert [one.level for one in operation.check(catalog)] == ["error"]
    assert said in str(operation.check(catalog)[0].message)


@ON_SQLITE
def test_a_guard_that_cannot_be_read_stops_the_change(line: Line, installed: Database, file: Any) -> None:
    steps = [{"name": "win", "label": "Win", "moves": {"c_new": "c_won"}, "guard": {"code": {"_nnull": True}}}]
    bad = {**STAGE, "options": {"entity": "c_stage", "lifecycle": {**STEPS, "frozen": [], "steps": steps}}}
    operations = file(yaml_form.dump([{"operation": "add_entity", "definition": STAGES}, bad]))
    assert line("schema", "apply", operations, "--yes") == 1
    assert "The guard of “win” cannot be read" in line.out


@ON_SQLITE
def test_a_state_cannot_be_deleted_and_what_steps_ask_for_cannot_be_retired(staged: Database, app_on: Any) -> None:
    publish(staged, {"operation": "add_field", "entity": "customer", "name": "c_ready", "type": "check", "group": "other", "label": "Ready"})
    guarded = {**STEPS, "steps": [{"name": "win", "label": "Win", "moves": {"c_new": "c_won"}, "guard": {"c_ready": True}}]}
    publish(staged, {"operation": "narrow_field", "entity": "customer", "field": "c_stage", "options": {"lifecycle": guarded}})
    with staged.writing() as conn:
        (operation,) = read_operations([{"operation": "retire_field", "entity": "customer", "field": "c_ready"}], OPERATIONS)
        assert [one.code for one in operation.check(store.load(conn))] == ["X1"]
        user = accounts.add_user(conn, "administrator", PASSWORD, "administrator")
        token = accounts.add_token(conn, user, "test")
    app = app_on(staged)
    browser, api, won = Browser(app), Api(app, token), list_of(staged, "c_stage").by_key["c_won"]
    browser.sign_in("administrator")
    assert api.delete(f"/c_stage/{won}").status_code == 409
    assert "This entry is a state of “Stage” and cannot be deleted." in browser.get(f"/c_stage/{won}/delete").text
    assert f"/c_stage/{won}/delete" not in browser.get(f"/c_stage/{won}").text
