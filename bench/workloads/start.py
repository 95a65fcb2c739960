"""Workload g: from the command to the first answer, and the memory of two server processes."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from bench import product
from bench.lines import Line
from bench.references import plain_server
from bench.remote import DidNotStart, serving
from bench.workloads.context import Context
from bench.wsgi import Client

STARTS = 5
MEBIBYTE = 2**20
Command = Callable[[int], Sequence[str]]


def run(ctx: Context) -> None:
    """Measure starts in turn, then two processes at once, after each has shown a page."""
    environ = ctx.product.serve_environment
    try:
        starts = [(_start(ctx.product.serve, environ), _start(_plain, {})) for _ in range(STARTS)]
        ours, plain = _weight(ctx.product.serve, environ, "/sign-in"), _weight(_plain, {}, "/")
    except DidNotStart as error:
        ctx.missing("g start", product.NAME, error)
        return
    ours_in, plain_in = (statistics.median(times) for times in zip(*starts, strict=True))
    _add(ctx, f"{product.NAME}, start to first answer", "s", 1.0, ours_in, plain_in)
    name = f"{product.NAME}, memory of 2 workers (PSS)"
    if ours is None or plain is None:
        ctx.add(Line("g start", name, missing="not measured: this system does not tell it"))
        return
    _add(ctx, name, "MiB", 130.0, ours / MEBIBYTE, plain / MEBIBYTE)


def _add(ctx: Context, name: str, unit: str, target: float, value: float, base: float) -> None:
    line = Line("g start", name, value, plain_server.NAME, base, value / base, target=target, unit=unit, absolute=True)
    ctx.add(line)


def _plain(port: int) -> Sequence[str]:
    return [sys.executable, "-m", "bench.references.plain_server", str(port)]


def _weight(command: Command, environ: dict[str, str], page: str) -> int | None:
    """Bytes of two processes."""
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(command, environ)) for _ in range(2)]
        for server in servers:
            Client(server.application()).get(page).expect(200)
        weights = [server.proportional_bytes() for server in servers]
    return None if None in weights else sum(weight or 0 for weight in weights)


def _start(command: Command, environ: dict[str, str]) -> float:
    with serving(command, environ) as server:
        return server.started_in
