"""What is about to be purged, written to a file and read back before it goes."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.metadata.model import Catalog, Field, Json
from engine.schema.fill import values_of


def export(conn: Connection, catalog: Catalog, fields: Sequence[Field], folder: Path, change: int) -> list[dict[str, Json]]:
    """Write (id, value) of each field as gzipped CSV. Returns for each its file, row count and SHA-256, read back from the disk.

    Raises OSError where a file cannot be written; then nothing is purged.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [_export(conn, catalog, field, folder / f"change-{change}-{field.entity}.{field.name}.csv.gz") for field in fields]


def _export(conn: Connection, catalog: Catalog, field: Field, path: Path) -> dict[str, Json]:
    path.touch(mode=0o600)
    count = 0
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer: Any = csv.writer(file)
        writer.writerow(["id", field.name])
        for id, value in values_of(conn, catalog, field):
            writer.writerow([id, json.dumps(value, ensure_ascii=False)])
            count += 1
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        back = sum(1 for _ in csv.reader(file)) - 1
    if back != count:
        raise OSError(f"{path}: {count} rows were written, {back} can be read")
    return {"field": f"{field.entity}.{field.name}", "file": path.name, "rows": count, "sha256": sha256(path.read_bytes()).hexdigest()}
