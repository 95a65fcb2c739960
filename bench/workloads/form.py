"""Workload a: the create form, from 60 to 560 fields."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bench import product
from bench.catalog import entity
from bench.fields import specs
from bench.measure import Call
from bench.references import plain_form
from bench.remote import DidNotStart, serving
from bench.workloads.context import Context
from bench.workloads.peers import PEERS, peer
from bench.wsgi import Answer, Client

PLOT = "fields"
BASE = f"{plain_form.NAME}, 60 fields"


def run(ctx: Context) -> None:
    """Measure everybody's form beside the plain one of 60 fields; the table shows the smallest and the largest."""
    base = plain_form.drawer(specs())
    client = ctx.product.signed_in(ctx.application)
    for further in ctx.sizes:
        fields = 60 + further
        for name, call, target in _calls(ctx, client, further):
            if further in (0, ctx.sizes[-1]):
                pair = ctx.compare("a form", f"{name}, {fields} fields", BASE, base, call, target)
            else:
                pair = ctx.quietly(base, call)
            ctx.point(PLOT, name, fields, pair.subject.median * 1000)
    baking = f"{product.NAME} baking, once per catalog version, 60 fields"
    ctx.compare("a form", baking, BASE, base, ctx.product.bake_call(0))
    _server(ctx, base)


def _calls(ctx: Context, client: Client, further: int) -> Iterator[tuple[str, Call, float | None]]:
    """(who, how, target) for one number of further fields."""
    address = f"/{entity(further)}/new"
    over_http = {0: 0.25, 500: 0.5}.get(further)
    yield f"{product.NAME} over HTTP (WSGI)", partial(_shown, client, address), over_http
    yield f"{product.NAME} engine alone, empty", ctx.product.form_call(further), {0: 0.02}.get(further)
    yield f"{product.NAME} engine alone, filled in", ctx.product.form_call(further, filled=True), None
    yield plain_form.NAME, plain_form.drawer(specs(further)), None
    for name in PEERS:
        try:
            found = peer(ctx, name)
        except ImportError as error:
            if further == 0:
                ctx.missing("a form", name, error)
            continue
        path = found.path(further)
        yield f"{name} (WSGI)", partial(_shown, found.client, path), None


def _shown(client: Client, path: str) -> Answer:
    return client.get(path).expect(200)


def _server(ctx: Context, base: Call) -> None:
    """The same through a real server: a process, a socket, a keep-alive connection."""
    name = f"{product.NAME} over HTTP (waitress, own process), 60 fields"
    try:
        with serving(ctx.product.serve, ctx.product.serve_environment) as server:
            client = ctx.product.signed_in(server.application())
            address = f"/{entity(0)}/new"
            client.get(address).expect(200)
            ctx.compare("a form", name, BASE, base, lambda: client.get(address))
    except DidNotStart as error:
        ctx.missing("a form", name, error)
