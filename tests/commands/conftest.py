"""The command line on an installation of the test's own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cli
from engine.metadata.database import Database
from tests.databases import url_of
from tests.web.conftest import app_on

__all__ = ["app_on"]


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The instance folder; no other setting is inherited."""
    for name in [name for name in os.environ if name.startswith("FIELDLOOM_") and not name.startswith("FIELDLOOM_TEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FIELDLOOM_INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


class Line:
    """What a command answers."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str) -> int:
        """Run a command. Returns its exit status; `out` and `err` hold what it said."""
        try:
            return cli.main(arguments)
        finally:
            self.out, self.err = self._capsys.readouterr()

    def json(self, *arguments: str, status: int = 0) -> Any:
        """The document that a command answers with `--json`."""
        assert self(*arguments, "--json") == status, self.out + self.err
        return json.loads(self.out)


@pytest.fixture
def line(installed: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Line:
    """The command line of an installed database."""
    monkeypatch.setenv("FIELDLOOM_DATABASE_URL", url_of(installed))
    return Line(capsys)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    """Writes a file and names it."""

    def write(text: str) -> str:
        path = tmp_path / "operations.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write
