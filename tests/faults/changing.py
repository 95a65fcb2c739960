"""Processes that change fields and store records, each on its own connections, until they are done or killed.

Run as `python changing.py <database url> <folder>`. Every line of JSON on standard input starts a process by forking,
so that it is warm at once; its id is the answer. `{"seed": n}` changes and stores at random for ever, noting in
`<folder>/stored` what was committed; `{"publish": operations, "at": moment, "to": file}` publishes at that moment of the
monotonic clock and writes what came of it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from engine.errors import FieldloomError
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Field, Json
from engine.records import write
from engine.schema import apply, stages
from engine.schema.operation import Operation, read
from engine.schema.ops import OPERATIONS, AddField, ChangeField, ConvertField, MoveFields, PurgeField, RestoreField, RetireField
from engine.schema.running import Orders

ENTITY, OTHER = "c_thing", "c_other"
CONVERTED = "c_v"
"""How the names of the fields begin that are converted: they are never restored, so that nothing is stored in them afterwards."""
FULL = 20


def main(url: str, folder: str) -> None:
    """Start a process for every order."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody has to be waited for
    stages.GRACE = 0.02
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _work(Database(url), Path(folder), order)
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _work(database: Database, folder: Path, order: Mapping[str, Any]) -> None:
    if "publish" in order:
        _publish(database, folder, order)
        return
    draw = random.Random(order["seed"])
    notes = os.open(folder / "stored", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while True:
        try:
            if draw.random() < 0.3:
                told = _store(database, draw)
                os.write(notes, json.dumps(told).encode() + b"\n")
            else:
                with database.reading() as conn:
                    operations = list(_drawn(store.load(conn), draw))
                apply.publish(database, operations, orders(operations, folder))
        except (FieldloomError, DBAPIError):
            time.sleep(0.01)


def _store(database: Database, draw: random.Random) -> Mapping[str, Json]:
    """Store a record with a value in every field. Returns its id and values."""
    with database.writing() as conn:
        catalog = store.load(conn)
        entity = catalog.entity(ENTITY)
        values = {one.name: _value(one, draw) for one in entity.by_name.values()}
        return {"id": write.insert(conn, catalog, entity, values, by=None), "values": values}


def _value(one: Field, draw: random.Random) -> Json:
    if one.type == "text":
        return str(draw.randrange(10**6))
    return draw.randrange(10**6) if one.type == "integer" else None


def _drawn(catalog: Catalog, draw: random.Random) -> Iterator[Operation]:
    """A change that makes sense now."""
    entity = catalog.entity(ENTITY)
    own = [one for one in entity.fields if one.name != entity.title]
    gone = [one for one in entity.retired if one.state == "retired"]
    name = f"c_{draw.choice('stv')}{draw.randrange(16**8):08x}"
    act = draw.choice(("add", "retire", "restore", "purge", "search", "convert", "move"))
    if act == "add" or not own:
        kind = draw.choice(("text", "text", "integer"))
        if len(own) < FULL:
            yield AddField(ENTITY, name, kind, "basic", name, searchable=draw.random() < 0.4)
            if draw.random() < 0.3:
                yield AddField(ENTITY, f"{name}r", "reference", "basic", name, options={"entity": OTHER})
    elif act == "retire" or len(own) >= FULL:
        yield RetireField(ENTITY, draw.choice(own).name)
    elif act == "restore" and (back := [one for one in gone if not one.name.startswith(CONVERTED)]):
        yield RestoreField(ENTITY, draw.choice(back).name)
    elif act == "purge" and gone:
        yield PurgeField(ENTITY, draw.choice(gone).name)
    elif act == "search":
        one = draw.choice(own)
        yield ChangeField(ENTITY, one.name, {"searchable": not one.searchable})
    elif act == "convert" and (texts := [one for one in own if one.name.startswith(CONVERTED) and one.type == "text"]):
        yield ConvertField(ENTITY, draw.choice(texts).name, f"c_n{name[2:]}", "integer")
    else:
        yield MoveFields(ENTITY, (draw.choice(own).name,), "basic")


def orders(operations: list[Operation], folder: Path) -> Orders:
    """All that could be asked for is confirmed."""
    return Orders(confirmed=frozenset(f"D1:{ENTITY}:{getattr(one, 'field', '')}" for one in operations), archive=folder / "purged")


def _publish(database: Database, folder: Path, order: Mapping[str, Any]) -> None:
    operations = list(read(order["publish"], OPERATIONS))
    with database.reading() as conn:
        store.read_version(conn)
    time.sleep(max(0.0, order["at"] - time.monotonic()))
    try:
        told: dict[str, Json] = {"change": apply.publish(database, operations, orders(operations, folder)).change}
    except Exception as error:
        told = {"error": type(error).__name__, "message": str(error)}
    path = Path(order["to"])
    path.with_suffix(".part").write_text(json.dumps(told), encoding="utf-8")
    path.with_suffix(".part").rename(path)


__all__ = ["CONVERTED", "ENTITY", "OTHER", "main"]

if __name__ == "__main__":
    main(*sys.argv[1:])
