"""Two processes change the fields of one entity at the same moment."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from engine.metadata.database import Database
from engine.schema import apply, stages
from engine.schema.operation import Operation
from engine.schema.ops import AddField, ConvertField, PurgeField, RetireField
from engine.schema.running import Orders
from tests.engine.schema.invariants import check, round_trip
from tests.faults.changing import ENTITY
from tests.faults.conftest import Changers, until

pytestmark = pytest.mark.faults
ROUNDS = 4


def together(changers: Changers, folder: Path, *changes: Operation) -> list[dict[str, Any]]:
    """What came of changes that began at the same moment, each in a process of its own."""
    files = [folder / f"{time.monotonic_ns()}-{place}.json" for place, _ in enumerate(changes)]
    at = time.monotonic() + 0.25
    for change, file in zip(changes, files, strict=True):
        changers.start(publish=[change.to_json()], at=at, to=str(file))
    until(lambda: all(file.exists() for file in files), 30, "a change does not end")
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def test_a_name_is_given_to_one_of_two(changeable: Database, changers: Changers, tmp_path: Path) -> None:
    for turn in range(ROUNDS):
        one, other = (AddField(ENTITY, f"c_f{turn}", kind, "basic", "F") for kind in ("text", "integer"))
        told = together(changers, tmp_path, one, other)
        assert sorted("change" in each for each in told) == [False, True], told
        (refused,) = (each for each in told if "error" in each)
        assert refused["error"] in ("ChangeRefused", "Outdated"), refused
        check(changeable)


def test_different_fields_are_both_there(changeable: Database, changers: Changers, tmp_path: Path) -> None:
    for turn in range(ROUNDS):
        told = together(changers, tmp_path, *(AddField(ENTITY, f"c_f{turn}{which}", "text", "basic", "F", searchable=True) for which in "ab"))
        assert all("change" in each for each in told), told
    catalog = check(changeable)
    names = [f"c_f{turn}{which}" for turn in range(ROUNDS) for which in "ab"]
    round_trip(changeable, catalog, ENTITY, {"name": "N"} | {name: name for name in names})


def test_one_of_two_converts_a_field(changeable: Database, changers: Changers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "GRACE", 0.0)
    apply.publish(changeable, [AddField(ENTITY, "c_text", "text", "basic", "T"), AddField(ENTITY, "c_old", "text", "basic", "T")], Orders())
    id = round_trip(changeable, check(changeable), ENTITY, {"name": "N", "c_text": "12", "c_old": "13"})
    apply.publish(changeable, [RetireField(ENTITY, "c_old")], Orders())
    told = together(changers, tmp_path, ConvertField(ENTITY, "c_text", "c_a", "integer"), ConvertField(ENTITY, "c_text", "c_b", "decimal"))
    assert sorted("change" in each for each in told) == [False, True], told
    told = together(changers, tmp_path, PurgeField(ENTITY, "c_old"), PurgeField(ENTITY, "c_old"))
    assert sorted("change" in each for each in told) == [False, True], told
    catalog = check(changeable)
    assert ("c_a" in catalog.entity(ENTITY).by_name) != ("c_b" in catalog.entity(ENTITY).by_name)
    assert id
