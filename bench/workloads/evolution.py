"""Workload d: a field is added to a large table while others work: how soon every process has it, and who waits."""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import product
from bench.customers import customers
from bench.lines import Line, compared
from bench.measure import Effort, paired, timed
from bench.remote import serving
from bench.scratch import database, raw_connection
from bench.workloads.context import Context
from settings import ROOT

RAW, RAW_NAME = "raw_evolution", "raw ALTER TABLE ADD COLUMN"
SIZES = (100_000, 1_000_000)
WORKLOAD = "d evolve"
ROUNDS, HELD, CHUNK, MANY, PAIRS = 15, 0.3, 50_000, 500, 16


def run(ctx: Context) -> None:
    """Measure at growing numbers of rows, then on an entity of many fields."""
    numbers = itertools.count(1)
    everybody = customers(max(ctx.rows, 1))
    held = 0
    for size in sorted({min(size, ctx.rows) for size in SIZES}):
        ctx.product.set_indexes(made=False)  # a million rows into twenty indexes one by one take a quarter of an hour on MariaDB
        while held < size:
            chunk = list(itertools.islice(everybody, min(CHUNK, size - held)))
            ctx.product.load_customers(chunk)
            held += len(chunk)
        ctx.product.set_indexes(made=True)
        raw = RawTable(ctx, numbers)
        try:
            _measure(ctx, raw, size, numbers)
        finally:
            raw.drop()
    _many(ctx, numbers)


class RawTable:
    """A copy of the customers' table that nobody's program knows."""

    def __init__(self, ctx: Context, numbers: Iterator[int]) -> None:
        self._connection = raw_connection(ctx.url)
        self._cursor = self._connection.cursor()
        self._numbers = numbers
        for statement in (f"CREATE TABLE {RAW} AS SELECT * FROM customer", f"CREATE UNIQUE INDEX {RAW}_id ON {RAW} (id)"):
            self._cursor.execute(statement)
            self._connection.commit()

    def alter(self, table: str = RAW) -> None:
        """Add a column by hand, to this table or to the customers' own with all its indexes."""
        alter_by_hand(self._connection, table, next(self._numbers))

    def drop(self) -> None:
        """Remove it."""
        self._cursor.execute(f"DROP TABLE {RAW}")
        self._connection.commit()
        self._connection.close()


def alter_by_hand(connection: Any, table: str, number: int) -> None:
    """Add a column without any program."""
    connection.cursor().execute(f"ALTER TABLE {table} ADD COLUMN raw_{number} TEXT")
    connection.commit()


@dataclass
class Beside:
    """A process of `bench.evolving`."""

    process: subprocess.Popen[str]

    def tell(self, line: str) -> None:
        """Say a line to it."""
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """Its next line. Raises RuntimeError when it has ended."""
        assert self.process.stdout
        told = self.process.stdout.readline().strip()
        if not told:
            raise RuntimeError("a process beside has ended")
        return told


@contextmanager
def beside(*told: str) -> Iterator[Beside]:
    """Such a process, once it is ready."""
    command = [sys.executable, "-m", "bench.evolving", *told]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    found = Beside(process)
    try:
        found.hear()
        yield found
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(timeout=30)


def _measure(ctx: Context, raw: RawTable, size: int, numbers: Iterator[int]) -> None:
    _usable(ctx, raw, size, numbers)
    url = ctx.url.render_as_string(hide_password=False)
    adding = partial(_add, ctx.product, "customer", numbers)
    with beside("writer", url, "customer") as writer:
        own = statistics.median(_wait(ctx, writer, partial(raw.alter, "customer"), 0.0)[0] for _ in range(5))
        ctx.add(Line(WORKLOAD, f"{RAW_NAME} on the customers’ own table, {size:,} rows, longest wait of a writer", own * 1000, calls=5))
        for words, seconds in (("no reader", 0.0), ("an open reader", HELD)):
            name = f"{product.NAME}, {size:,} rows, longest wait of a writer beyond the raw ALTER’s own, {words}"
            waits = [_wait(ctx, writer, adding, seconds)[0] for _ in range(5)]
            _say(ctx, name, statistics.median(waits) - own, 25.0)
    with serving(ctx.product.serve, ctx.product.serve_environment) as server, beside("poster", str(server.port), ctx.product.token) as poster:
        found = [_wait(ctx, poster, adding, 0.0) for _ in range(3)]
        longest, saved, failed = statistics.median(one[0] for one in found), sum(one[1] for one in found), sum(one[2] for one in found)
        _say(ctx, f"{product.NAME}, {size:,} rows, longest wait of {saved:,} savings over HTTP", longest, 40.0)
        ctx.add(Line(WORKLOAD, f"{product.NAME}, {size:,} rows, savings that failed", float(failed), target=0.0, unit="", absolute=True))


def _usable(ctx: Context, raw: RawTable, size: int, numbers: Iterator[int]) -> None:
    """From the publishing to the last of two workers that reads the field."""
    url = ctx.url.render_as_string(hide_password=False)
    alters, usable, published = [], [], []
    with ExitStack() as held:
        workers = [held.enter_context(beside("worker", url, str(ctx.product.instance), ctx.product.token)) for _ in range(2)]
        for turn in range(ROUNDS + 1):
            name = f"c_added_{next(numbers)}"
            for one in workers:
                one.tell(name)
            time.sleep(0.05)
            began = time.perf_counter()
            ctx.product.add_field("customer", name)
            done = time.perf_counter()
            seen = max(float(one.hear()) for one in workers)
            alter = timed(raw.alter)
            if turn:  # the first one warms up
                alters.append(alter)
                usable.append(max(seen, done) - began)
                published.append(done - began)
    base = statistics.median(alters)
    own = statistics.median(timed(lambda: raw.alter("customer")) for _ in range(5))
    ctx.add(Line(WORKLOAD, f"{RAW_NAME} on the customers’ own table, {size:,} rows", own * 1000, RAW_NAME, base * 1000, own / base, calls=5))
    for words, times, target in (("published", published, None), ("usable in every worker", usable, 75.0)):
        value = statistics.median(times)
        told = f"{product.NAME}, {size:,} rows, a field {words}"
        ctx.add(Line(WORKLOAD, told, value * 1000, RAW_NAME, base * 1000, value / base, min(times) / min(alters), target, calls=len(times)))
    _say(ctx, f"{product.NAME}, {size:,} rows, a field usable in every worker, in milliseconds", statistics.median(usable), 30.0)


def _wait(ctx: Context, one: Beside, change: Callable[[], None], reader: float) -> tuple[float, int, int]:
    """(longest wait, how many, how many failed) of what writes every 10 ms while the table is changed, and a reader holds it."""
    one.tell("go")
    time.sleep(0.1)
    holder = threading.Thread(target=_hold, args=(ctx, reader))
    holder.start()
    time.sleep(0.05)
    change()
    holder.join()
    time.sleep(0.1)
    one.tell("stop")
    longest, count, failed = one.hear().split()
    return float(longest), int(count), int(failed)


def _hold(ctx: Context, seconds: float) -> None:
    """Somebody's transaction that has read the table."""
    if not seconds:
        return
    connection = raw_connection(ctx.url)
    cursor = connection.cursor()
    cursor.execute("BEGIN")
    cursor.execute("SELECT name FROM customer WHERE id = 2")
    cursor.fetchall()
    time.sleep(seconds)
    connection.rollback()
    connection.close()


def _many(ctx: Context, numbers: Iterator[int]) -> None:
    """The first field of an entity beside the last of many; and so of the statement by hand, which is the database's own share of it.

    They alternate, each in an installation of its own: a machine that grows quicker or slower meanwhile does so for both.
    """
    with tempfile.TemporaryDirectory(prefix="fieldloom-bench-") as folder, database(ctx.server, Path(folder)) as url:
        few, many = product.Product(url, Path(folder), ctx.sizes), ctx.product
        for one in (few, many):
            one.add_entity("c_grown")
        before = MANY - PAIRS - 1  # the last pair adds the last field; one more warms up
        for start in range(1, before, 60):
            many.add_field("c_grown", *(f"c_field_{number}" for number in range(start + 1, min(start + 60, before) + 1)))
        effort = Effort(seconds=0.0, least=PAIRS)
        added = paired(partial(_add, few, "c_grown", numbers), partial(_add, many, "c_grown", numbers), effort)
        with closing(raw_connection(url)) as first, closing(raw_connection(ctx.url)) as last:
            by_hand = paired(partial(_alter, first, numbers), partial(_alter, last, numbers), effort)
        few.close()
    ctx.add(compared(WORKLOAD, f"{RAW_NAME}, column {MANY} of a table", "its first", by_hand))
    ctx.add(compared(WORKLOAD, f"{product.NAME}, field {MANY} of an entity", "its first", added, 1.3))


def _add(one: product.Product, entity: str, numbers: Iterator[int]) -> None:
    one.add_field(entity, f"c_added_{next(numbers)}")


def _alter(connection: Any, numbers: Iterator[int]) -> None:
    alter_by_hand(connection, "c_grown", next(numbers))


def _say(ctx: Context, name: str, seconds: float, target: float) -> None:
    ctx.add(Line(WORKLOAD, name, seconds * 1000, target=target, absolute=True))


__all__: Sequence[str] = ["run"]
