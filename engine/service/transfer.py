"""Definitions carried from one installation to another: as files, as a difference, as operations."""

from __future__ import annotations

from pathlib import Path

from engine.metadata import definition, document, store
from engine.metadata.database import Database
from engine.metadata.model import Json
from engine.schema import difference
from engine.service import plan_json


def export(database: Database, folder: Path) -> list[str]:
    """Write the definitions in force into a folder, one file for each entity. Returns the names of the files. Raises OSError."""
    with database.reading() as conn:
        files = document.texts(store.load(conn))
    document.write(folder, files)
    return sorted(files)


def compare(database: Database, folder: Path, *, retire_missing: bool = False) -> dict[str, Json]:
    """The operations that lead from here to the definitions in a folder, and what none leads to. Raises BadCatalog."""
    wanted = definition.read_exported(folder)
    with database.reading() as conn:
        found = difference.between(store.load(conn), wanted, retire_missing=retire_missing)
    return {"operations": [one.to_json() for one in found.operations], "findings": [plan_json.of_finding(one) for one in found.findings]}
