"""`fieldloom labels`: a translator's file out, in, and how far each language is."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

import cli
from tests.databases import Databases, url_of

CODE = "field.customer.code.label"


@pytest.fixture
def installation(databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An installation on SQLite; gives a folder for files."""
    monkeypatch.setenv("FIELDLOOM_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("FIELDLOOM_DATABASE_URL", url_of(databases.installed("sqlite")))
    return tmp_path


def test_a_file_goes_out_comes_back_and_is_reported(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = installation / "de.po"
    assert cli.main(["labels", "export", "de", "-o", str(path)]) == 0
    po = polib.pofile(str(path))
    entry = next(one for one in po if one.msgctxt == CODE)
    assert entry.msgstr == "Kundennummer"
    entry.msgstr = "Kundencode"
    po.save(str(path))
    capsys.readouterr()
    assert cli.main(["labels", "import", "de", str(path), "--mode", "overwrite", "--dry-run"]) == 0
    assert "changed 1," in capsys.readouterr().out
    assert cli.main(["labels", "import", "de", str(path), "--mode", "overwrite"]) == 0
    assert "1 labels changed." in capsys.readouterr().out
    cli.main(["labels", "export", "de"])
    assert "Kundencode" in capsys.readouterr().out
    assert cli.main(["labels", "report", "zh-Hans", "--fail-under", "100"]) == 0
    assert cli.main(["labels", "report", "ar", "--fail-under", "100"]) == 0
    cli.main(["schema", "add", "customer", "c_motto", "--type", "text", "--group", "basic", "--label", "Motto", "--yes"])
    assert cli.main(["labels", "report", "ar", "--fail-under", "100"]) == 1
    assert "not live" in capsys.readouterr().out


def test_a_failing_line_stops_all_and_is_named_as_compilers_do(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = installation / "de.po"
    cli.main(["labels", "export", "de", "-o", str(path)])
    po = polib.pofile(str(path))
    for entry in po:
        if entry.msgctxt in (CODE, "field.customer.name.label"):
            entry.msgstr = "Nummer {0}" if entry.msgctxt == CODE else "Firma"
    po.save(str(path))
    assert cli.main(["labels", "import", "de", str(path), "--mode", "overwrite"]) == 1
    told = capsys.readouterr().err
    assert f"{path}:" in told
    assert f"“{CODE}”: Nothing stands for {{0}} here." in told
    assert "Nothing was changed." in told
    assert cli.main(["labels", "import", "de", str(path), "--mode", "overwrite", "--skip-failing"]) == 0
    assert "1 labels changed." in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_ending_says_the_format(installation: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    path = installation / f"de.{kind}"
    assert cli.main(["labels", "export", "de", "-o", str(path), "--state", "translated"]) == 0
    assert cli.main(["labels", "import", "de", str(path)]) == 0
    assert "0 labels changed." in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["export", "tlh"], ["import", "tlh", "x.po"], ["import", "de", "no-such-file.po"], ["report", "tlh"]])
def test_what_is_not_there_is_refused(installation: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert cli.main(["labels", *arguments]) == 1
    assert capsys.readouterr().err
