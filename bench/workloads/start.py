"""Workload g: from the command to the first answer, and the memory of two server processes."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from bench import product
from bench.lines import Line
from bench.references import plain_server
from bench.remote import DidNotStart, Server, serving
from bench.workloads.context import Context

STARTS = 5
MEBIBYTE = 2**20


def run(ctx: Context) -> None:
    """Measure starts one after the other, then two processes at once, after each has shown a page."""
    told = ctx.product.serve_environment
    _measure(ctx, product.NAME, ctx.product.serve, told, page="/sign-in", targets=(1.0, 130.0))
    _measure(ctx, plain_server.NAME, _plain, {}, page="/", targets=(None, None))


def _plain(port: int) -> Sequence[str]:
    return [sys.executable, "-m", "bench.references.plain_server", str(port)]


def _measure(
    ctx: Context,
    name: str,
    command: Callable[[int], Sequence[str]],
    environ: dict[str, str],
    *,
    page: str,
    targets: tuple[float | None, float | None],
) -> None:
    try:
        times = [_start(command, environ) for _ in range(STARTS)]
        with ExitStack() as stack:
            servers = [stack.enter_context(serving(command, environ)) for _ in range(2)]
            for server in servers:
                _ask(server, page)
            weights = [server.proportional_bytes() for server in servers]
    except DidNotStart as error:
        ctx.missing("g start", name, error)
        return
    ctx.add(Line("g start", f"{name}, start to first answer", statistics.median(times), target=targets[0], unit="s", calls=STARTS))
    if None in weights:
        ctx.add(Line("g start", f"{name}, memory of 2 workers", missing="not measured: this system does not tell it"))
        return
    total = sum(weight or 0 for weight in weights) / MEBIBYTE
    ctx.add(Line("g start", f"{name}, memory of 2 workers (PSS)", total, target=targets[1], unit="MiB", calls=2))


def _start(command: Callable[[int], Sequence[str]], environ: dict[str, str]) -> float:
    with serving(command, environ) as server:
        return server.started_in


def _ask(server: Server, page: str) -> None:
    server.application()({"PATH_INFO": page, "QUERY_STRING": "", "REQUEST_METHOD": "GET", "wsgi.input": _Nothing()}, lambda *_: None)


class _Nothing:
    """A body without content."""

    def read(self) -> bytes:
        """Nothing."""
        return b""
