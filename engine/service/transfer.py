"""Definitions carried from one installation to another: as files, as a difference, as operations; the entries of lists with them."""

from __future__ import annotations

from pathlib import Path

from engine.metadata import definition, document, store, yaml_form
from engine.metadata.database import Database
from engine.metadata.model import Json
from engine.schema import difference
from engine.service import plan_json, row_files, starts, upgrading


def export(database: Database, folder: Path, *, rows: bool = False) -> list[str]:
    """Write the definitions in force into a folder, one file for each entity, with `rows` with their entries.

    Returns the names of the files. Raises OSError.
    """
    with database.reading() as conn:
        catalog = store.load(conn)
        files = document.texts(catalog)
        for name, entries in row_files.entries(conn, catalog).items() if rows else ():
            files[f"{name}.yaml"] += yaml_form.dump({"rows": entries}) if entries else ""
    document.write(folder, files)
    return sorted(files)


def compare(database: Database, folder: Path, *, retire_missing: bool = False, take_rows: bool = False) -> dict[str, Json]:
    """The operations that lead from here to the definitions in a folder, and what none leads to; entries that come. Raises BadCatalog."""
    wanted = definition.read_exported(folder)
    with database.reading() as conn:
        catalog = store.load(conn)
        found = difference.between(catalog, wanted, retire_missing=retire_missing, shipped=upgrading.shipped(conn, catalog))
        rows = row_files.compare(conn, catalog, wanted)
        findings = [*found.findings, *row_files.told(catalog, rows, take=take_rows)]
    return {
        "operations": [one.to_json() for one in found.operations],
        "findings": [plan_json.of_finding(one) for one in findings],
        "rows": {"new": len(rows.new), "changed": len(rows.changed) if take_rows else 0},
    }


def take_entries(database: Database, folder: Path, *, take_rows: bool = False) -> dict[str, int]:
    """Store the entries of a folder's lists that are not here, with `take_rows` what is different too. All or none. Raises BadCatalog."""
    wanted = definition.read_exported(folder)
    with database.writing() as conn:
        catalog = store.load(conn)
        count = row_files.take(conn, catalog, row_files.compare(conn, catalog, wanted), changed=take_rows)
        starts.give(conn, catalog)  # the states of a lifecycle come with the entries
        return count
