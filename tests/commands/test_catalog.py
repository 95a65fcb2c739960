"""`fieldloom catalog …`: definitions from one installation to another."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from engine.metadata import store
from engine.metadata.database import Database
from engine.schema import apply
from engine.schema.apply import Orders
from engine.schema.ops import AddEntity, AddField, ChangeField, ChangeGroup
from engine.service import setup
from tests.commands.conftest import Line
from tests.databases import LOCALES, Databases, url_of
from tests.engine.schema.test_difference import life
from tests.engine.service.test_upgrading import Catalogs

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ADD = ("schema", "add", "customer", "c_grade", "--type", "text", "--group", "basic", "--label", "Grade", "--label-in", "zh-Hans=等级", "--yes")


def files(folder: Path) -> dict[str, str]:
    """All files of a folder."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def live(database: Database, seed: int) -> None:
    """Two changes of a random life, published."""
    with database.reading() as conn:
        _, done = life(Random(seed), store.load(conn), 24)
    for part in (done[:8], done[8:]):
        apply.publish(database, part, Orders())


@pytest.mark.parametrize("seed", [1, 2])
def test_another_installation_becomes_the_same(
    line: Line, installed: Database, databases: Databases, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    live(installed, seed)
    assert line("catalog", "export", str(tmp_path / "a")) == 0
    other = databases.installed(backend)
    try:
        monkeypatch.setenv("FIELDLOOM_DATABASE_URL", url_of(other))
        assert line("catalog", "apply", str(tmp_path / "a"), "--retire-missing", "--yes") == 0, line.out + line.err
        assert "is in force" in line.out
        assert line("catalog", "apply", str(tmp_path / "a"), "--retire-missing", "--yes") == 0
        assert line.out == "Nothing to do.\n"
        assert line("catalog", "export", str(tmp_path / "b")) == 0
        assert files(tmp_path / "b") == files(tmp_path / "a")
        assert len(line.json("schema", "journal")) == 1
        assert line("schema", "undo", "1", "--yes") == 0, line.err
    finally:
        databases.drop(other)


def test_an_entity_that_outgrew_its_table_goes_to_another_installation(
    line: Line, installed: Database, databases: Databases, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However its fields are spread over tables there, here they find their own."""
    fields = [{"name": name, "label": name, "type": "text"} for name in ("name", *(f"c_t{n}" for n in range(20)))]
    groups = [{"name": "basic", "label": "Basic", "fields": fields}, {"name": "more", "label": "More", "fields": []}]
    wide = AddEntity({"entity": "c_wide", "label": "Wide", "plural": "Wide", "title": "name", "groups": groups})
    many = [AddField("c_wide", f"c_m{n}", "text", "more", f"M {n}", searchable=n == 1) for n in range(1, 301)]
    ruled = ChangeField("c_wide", "c_m1", {"rules": {"required": {"c_m299": {"_nempty": True}}}})
    shown = ChangeGroup("c_wide", "more", {"visible": {"c_t1": {"_nempty": True}}})
    apply.publish(installed, [wide, *many, ruled, shown], Orders())
    assert line("catalog", "export", str(tmp_path / "a")) == 0
    other = databases.installed(backend)
    try:
        monkeypatch.setenv("FIELDLOOM_DATABASE_URL", url_of(other))
        assert line("catalog", "apply", str(tmp_path / "a"), "--yes") == 0, line.out + line.err
        assert line("catalog", "apply", str(tmp_path / "a"), "--yes") == 0
        assert line.out == "Nothing to do.\n"
        assert line("catalog", "export", str(tmp_path / "b")) == 0
        assert files(tmp_path / "b") == files(tmp_path / "a")
        assert line("schema", "check") == 0, line.out
    finally:
        databases.drop(other)


@ON_SQLITE
def test_a_difference_is_told_before(line: Line, tmp_path: Path) -> None:
    line("catalog", "export", str(tmp_path / "a"))
    assert line("catalog", "diff", str(tmp_path / "a")) == 0
    assert line.out == "No difference that a change leads to.\n"
    line(*ADD)
    assert line("catalog", "diff", str(tmp_path / "a")) == 0
    assert "T4: The field “Grade” is not there; it stays." in line.out
    found = line.json("catalog", "diff", str(tmp_path / "a"), "--retire-missing")
    assert [one["operation"] for one in found["operations"]] == ["retire_field"]
    assert found["plan"]["statements"] == []
    assert line("catalog", "apply", str(tmp_path / "a"), "--retire-missing", "--plan") == 0
    assert "Retire “Grade”" in line.out


@ON_SQLITE
def test_a_difference_that_cannot_run_says_why(line: Line, tmp_path: Path) -> None:
    line(*ADD)
    line("catalog", "export", str(tmp_path / "a"))
    path = tmp_path / "a" / "customer.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("name: c_grade", "name: rank"), encoding="utf-8")
    assert line("catalog", "diff", str(tmp_path / "a")) == 1
    assert "ERROR N1: “rank” cannot be a database name here" in line.out
    assert line("catalog", "diff", str(tmp_path / "none")) == 1
    assert "is no folder" in line.err


@ON_SQLITE
def test_an_export_takes_files_away_that_nothing_stands_behind(line: Line, tmp_path: Path) -> None:
    folder = tmp_path / "to"
    folder.mkdir()
    (folder / "old.yaml").write_text("entity: old\n", encoding="utf-8")
    own = {"notes.txt": "mine", "compose.yaml": "services: {}\n", "copy.yaml": "entity: old\n"}
    for name, text in own.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert line.json("catalog", "export", str(folder))["files"][0] == "acquisition_channel.yaml"
    assert not (folder / "old.yaml").exists()
    assert own.items() <= files(folder).items()


TWICE = "entity: customer\nlabel: X\nplural: Xs\ngroups: [{name: a, label: A, fields: [{name: name, label: N, type: text}]}]\n"
WRONG = {
    "an empty folder": ("", "holds no definitions"),
    "no YAML": ("{[", "not readable YAML"),
    "an entity in two files": (TWICE, "c_x.yaml defines this entity too"),
    "an unknown property": ("entity: c_x\nlabel: X\nplural: Xs\ncolour: red\ngroups: []\n", "'colour'"),
    "an unknown type": ("entity: c_x\nlabel: X\nplural: Xs\ngroups: [{name: a, label: A, fields: [{name: name, label: N, type: song}]}]\n", "'song'"),
}


@ON_SQLITE
@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_with_a_folder_is_named(line: Line, tmp_path: Path, text: str, told: str) -> None:
    if text:
        (tmp_path / "c_x.yaml").write_text(text, encoding="utf-8")
    if text == TWICE:
        (tmp_path / "customer.yaml").write_text(text, encoding="utf-8")
    assert line("catalog", "diff", str(tmp_path)) == 1
    assert told in line.err


@ON_SQLITE
def test_a_folder_from_before_an_upgrade_says_what_it_takes_back(line: Line, installed: Database, tmp_path: Path) -> None:
    line("catalog", "export", str(tmp_path / "a"))
    later = Catalogs(tmp_path)
    later.field("customer", "fax", help="Do they still have one?")
    later.field("customer", "county", options={"max_length": 80})
    setup.install(installed, later.folder, LOCALES)
    assert line("catalog", "diff", str(tmp_path / "a")) == 0
    for told in ("T7: “Fax” is here as this version of the program ships it; the folder takes that back (help).", "(max_length)"):
        assert told in line.out
    assert line("catalog", "apply", str(tmp_path / "a"), "--plan") == 0
    assert "T7: “Fax”" in line.out
    plan = line.json("catalog", "apply", str(tmp_path / "a"), "--plan")
    assert [(one["code"], one["field"]) for one in plan["findings"] if one["code"] == "T7"] == [("T7", "county"), ("T7", "fax")]
    line("catalog", "export", str(tmp_path / "b"))
    line("catalog", "diff", str(tmp_path / "b"))
    assert "T7" not in line.out


@ON_SQLITE
def test_an_export_that_cannot_be_written_says_so_in_the_form_that_was_asked_for(line: Line, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("", encoding="utf-8")
    told = line.json("catalog", "export", str(tmp_path / "a"), status=1)
    assert told["message"] == f"{tmp_path / 'a'}: File exists."
