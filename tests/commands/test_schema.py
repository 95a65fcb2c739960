"""`fieldloom schema …` as an administrator types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from commands.telling import bar
from engine.metadata import store
from engine.metadata.database import Database
from tests.commands.conftest import Line
from tests.databases import ROOT

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
File = Callable[[str], str]
ADD = ("schema", "add", "customer", "c_grade", "--type", "text", "--group", "basic", "--label", "Grade", "--option", "max_length=20")


def names(database: Database) -> set[str]:
    """The fields of the customer's card."""
    with database.reading() as conn:
        return {one.name for one in store.load(conn).entity("customer").fields}


def test_a_field_is_added_widened_retired_restored_and_purged(line: Line, installed: Database, instance: Path) -> None:
    assert line(*ADD, "--label-in", "zh-Hans=等级", "--in-list", "--yes") == 0
    assert "c_grade" in names(installed)
    assert line("schema", "widen", "customer", "c_grade", "max_length=40", "--yes") == 0
    assert line("schema", "retire", "customer", "c_grade", "--yes") == 0
    assert "c_grade" not in names(installed)
    assert line("schema", "restore", "customer", "c_grade", "--yes", "--note", "it is needed") == 0
    assert "c_grade" in names(installed)
    with installed.reading() as conn:
        catalog = store.load(conn)
    assert catalog.entity("customer").field("c_grade").options == {"max_length": 40}
    assert catalog.labels["zh-Hans"]["field.customer.c_grade.label"] == "等级"
    line("schema", "retire", "customer", "c_grade", "--yes")
    assert line("schema", "purge", "customer", "c_grade", "--yes") == 3
    assert "--confirm D1:customer:c_grade" in line.err
    assert line("schema", "purge", "customer", "c_grade", "--yes", "--confirm", "D1:customer:c_grade") == 0
    assert [path.name for path in (instance / "purged").iterdir()] == ["change-6-customer.c_grade.csv.gz"]
    with installed.reading() as conn:
        assert "c_grade" not in {column["name"] for column in sa.inspect(conn).get_columns("customer")}
    assert line("schema", "journal") == 0
    assert "“it is needed”" in line.out
    assert line("schema", "journal", "--verify") == 0


def test_a_change_is_taken_back_once(line: Line, installed: Database) -> None:
    line(*ADD, "--yes")
    assert line("schema", "undo", "1", "--yes") == 0
    assert "c_grade" not in names(installed)
    assert line("schema", "undo", "1", "--yes") == 1
    assert "undone already" in line.err
    assert line("schema", "undo", "77", "--yes") == 1
    assert [(one["id"], one["undoes"], one["undone"]) for one in line.json("schema", "journal")] == [(2, 1, False), (1, None, True)]


@ON_SQLITE
def test_a_plan_says_everything_and_does_nothing(line: Line, installed: Database, file: File) -> None:
    path = file(
        """
        - {operation: add_group, entity: customer, name: c_extra, label: Extra}
        - {operation: add_field, entity: customer, name: c_since, type: date, group: c_extra, label: Since, default: 2026-01-01, searchable: true}
        """
    )
    assert line("schema", "plan", path) == 0
    for told in ("Add the group “Extra”", "ALTER TABLE customer ADD COLUMN c_since", "CREATE INDEX", "Can be undone"):
        assert told in line.out
    plan = line.json("schema", "plan", path)
    assert [one["action"] for one in plan["statements"]] == ["add_column", "create_index"]
    assert plan["runs"] is True
    assert plan["steps"][1]["operation"]["default"] == "2026-01-01"
    assert "c_since" not in names(installed)


@ON_SQLITE
def test_nothing_runs_that_nobody_agreed_to(line: Line, installed: Database) -> None:
    assert line(*ADD) == 3
    assert "--yes" in line.out
    assert line.json(*ADD, status=3)["change"] is None
    assert line(*ADD, "--plan") == 0
    assert "c_grade" not in names(installed)


@ON_SQLITE
def test_operations_come_from_the_standard_input(line: Line, installed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"operations": [{"operation": "retire_field", "entity": "customer", "field": "c_grade"}]}
    line(*ADD, "--yes")
    monkeypatch.setattr(sys, "stdin", StringIO(json.dumps(document)))
    done = line.json("schema", "apply", "-", "--yes")
    assert done["change"] == 2
    assert "c_grade" not in names(installed)


REFUSED = {
    "a system field": ("{operation: retire_field, entity: customer, field: name}", 1, "S1"),
    "no operation": ("{entity: customer}", 2, "“operation” is missing"),
    "a field that there is not": ("{operation: retire_field, entity: customer, field: c_none}", 1, "N0"),
    "an operation that there is not": ("{operation: sing}", 2, "There is no operation “sing”"),
    "an argument that is missing": ("{operation: retire_field, entity: customer}", 2, "“field” is missing"),
    "a text": ("just words", 2, "Operations are a list"),
    "no YAML": ("{[", 2, "operations.yaml"),
    "nothing": ("[]", 0, "Nothing to do"),
    "a name of two words": ("{operation: retire_field, entity: customer, field: two words}", 2, "“two words” cannot be a database name: small letters"),
    "a name too long": (f"{{operation: retire_field, entity: customer, field: c_{'a' * 60}}}", 2, "40 characters at most"),
}


@ON_SQLITE
@pytest.mark.parametrize(("text", "status", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals_name_what_is_wrong(line: Line, file: File, text: str, status: int, told: str) -> None:
    assert line("schema", "apply", file(text), "--yes") == status
    assert told in line.out + line.err


USAGE = {
    "a default": (*ADD, "--default", "["),
    "a number of nothing": ("schema", "journal", "0"),
    "a number that no database counts to": ("schema", "undo", "9" * 30),
    "a journal of less than nothing": ("schema", "journal", "--limit", "-1"),
}


@ON_SQLITE
@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_what_cannot_be_meant_is_usage(line: Line, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        line(*arguments)
    assert ended.value.code == 2
    assert "error:" in line.err
    assert line.json(*arguments, status=2)["error"] == "Usage"


@ON_SQLITE
def test_a_database_of_somebody_else_is_told_apart(line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence, no trace: one that is not set up, and a file that is no database."""
    monkeypatch.setenv("FIELDLOOM_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert line("schema", "check") == 1
    assert "fieldloom init" in line.err
    assert line.json("catalog", "export", str(tmp_path / "x"), status=1)["error"] == "NotSetUp"
    assert line("init") == 0
    older = Database(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    with older.writing() as conn:
        conn.exec_driver_sql("ALTER TABLE fl_version DROP COLUMN languages")
        conn.exec_driver_sql("UPDATE fl_alembic SET version_num = '0003'")
    older.close()
    assert line("schema", "check") == 1
    assert "older version of the program: run “fieldloom init”" in line.err
    assert line("init") == 0
    assert line("schema", "check") == 0
    (tmp_path / "text.txt").write_text("no database " * 100, encoding="utf-8")
    monkeypatch.setenv("FIELDLOOM_DATABASE_URL", f"sqlite:///{tmp_path / 'text.txt'}")
    assert line("schema", "journal") == 1
    assert "The database says: file is not a database" in line.err


@ON_SQLITE
def test_a_refusal_is_a_document_too(line: Line) -> None:
    line(*ADD, "--yes")
    line("schema", "retire", "customer", "c_grade", "--yes")
    told = line.json("schema", "purge", "customer", "c_grade", "--yes", status=3)
    assert told["error"] == "NotConfirmed"
    assert told["confirmations"] == ["D1:customer:c_grade"]
    assert line.json("schema", "undo", "9", status=1)["error"] == "UnknownChange"


@ON_SQLITE
def test_a_journal_altered_by_hand_is_found(line: Line, installed: Database) -> None:
    line(*ADD, "--yes")
    with installed.writing() as conn:
        conn.exec_driver_sql("UPDATE fl_change_event SET process = 'nobody' WHERE id = 2")
    assert line("schema", "journal", "--verify") == 1
    assert "entry 2" in line.err
    assert line.json("schema", "journal", "--verify", status=1)["broken_at"] == 2


@ON_SQLITE
def test_arguments_that_are_no_pairs_are_usage(line: Line) -> None:
    with pytest.raises(SystemExit) as ended:
        line(*ADD, "--choice", "gold")
    assert ended.value.code == 2


@ON_SQLITE
def test_copying_shows_how_far_it_is(line: Line) -> None:
    line(*ADD, "--yes")
    assert line("init", "--samples") == 0
    with_values = Database(os.environ["FIELDLOOM_DATABASE_URL"])
    with with_values.writing() as conn:
        conn.exec_driver_sql("UPDATE customer SET c_grade = 'Ａ'")
    with_values.close()
    line("schema", "apply", "/dev/null", "--yes")
    change = {"operation": "change_field", "entity": "customer", "field": "c_grade", "changes": {"searchable": True}}
    path = Path(os.environ["FIELDLOOM_INSTANCE"]) / "change.json"
    path.write_text(json.dumps(change), encoding="utf-8")
    assert line("schema", "apply", str(path), "--yes") == 0
    assert "Copying customer.c_grade: 100%" in line.err


@pytest.mark.parametrize("backend", ["sqlite", "mariadb"], indirect=True)
def test_stopping_takes_back_what_was_begun(line: Line, installed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while values are copied: a sentence, no trace, and nothing is left of it."""
    line(*ADD, "--yes")
    line("init", "--samples")
    with installed.writing() as conn:
        conn.exec_driver_sql("UPDATE customer SET c_grade = '5'")
    wanted = ("schema", "convert", "customer", "c_grade", "c_number", "--type", "integer", "--yes")

    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("engine.schema.stages.fill.run", pressed)
        assert line(*wanted) == 130
    assert "Stopped" in line.err
    assert line("schema", "check") == 0
    assert line.json("schema", "journal", "2")["state"] == "failed"
    assert line(*wanted) == 0
    assert "Copying customer.c_grade: 100%" in line.err


@ON_SQLITE
def test_what_was_cut_off_is_ended_before_the_next_change_is_looked_at(line: Line, installed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    line(*ADD, "--yes")
    wanted = ("schema", "convert", "customer", "c_grade", "c_number", "--type", "integer", "--yes")
    with monkeypatch.context() as patch:  # as a killed process leaves it
        patch.setattr("engine.schema.stages.fill.run", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        patch.setattr("engine.schema.stages.stopped", lambda *_: None)
        assert line(*wanted) == 130
    assert line(*wanted, "--plan") == 1
    assert "is being filled by a change under way" in line.out
    assert line(*wanted) == 1
    assert "Change 2 was begun and not ended" in line.out
    assert "is retired; restore it first" in line.out
    assert line.json("schema", "journal", "2")["state"] == "applied"


def test_a_bar_is_drawn_in_one_line_on_a_terminal() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    draw = bar(out)
    for done in (5, 10):
        draw("Copying", done, 10)
    assert out.getvalue() == f"\rCopying  [{'#' * 15}{'.' * 15}]  50%\rCopying  [{'#' * 30}] 100%\n"


@ON_SQLITE
def test_it_is_a_command(line: Line) -> None:
    line(*ADD, "--yes")
    done = subprocess.run([sys.executable, "cli.py", "schema", "journal"], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Add the field “Grade” (c_grade, Single-line text) to “customer”." in done.stdout


def test_what_is_gone_is_told_and_made_again(line: Line, installed: Database) -> None:
    assert line("schema", "check") == 0
    assert line.out == "Definitions and database agree.\n"
    line(*ADD, "--yes")
    with installed.writing() as conn:
        conn.exec_driver_sql("ALTER TABLE customer DROP COLUMN c_grade")
    assert line("schema", "check") == 1
    assert "ERROR P2: The column “c_grade” of “customer” is gone." in line.out
    assert line("schema", "repair") == 0
    assert "ADD COLUMN c_grade" in line.out
    assert line.json("schema", "check", status=1)[0]["code"] == "P2"
    assert line("schema", "repair", "--apply") == 0
    assert "Definitions and database agree." in line.out
    assert line("schema", "check") == 0
    assert line.json("schema", "repair", "--apply") == {"changes": [], "left": []}
