"""Publishing on a database of the test's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.metadata.database import Database
from engine.schema import apply, stages
from engine.schema.apply import Applied, Orders
from engine.schema.operation import Operation
from tests.engine.schema.acting import Publish


@pytest.fixture
def publish(installed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Publishes operations on a database of the test's own."""
    monkeypatch.setattr(stages, "GRACE", 0.01)

    def run(*operations: Operation, **told: Any) -> Applied:
        return apply.publish(installed, operations, Orders(author="Tester", archive=tmp_path / "purged", **told))

    return run
