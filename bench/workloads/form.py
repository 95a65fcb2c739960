"""Workload a: the create form, from 60 to 560 fields."""

from __future__ import annotations

from bench import product
from bench.catalog import entity
from bench.fields import specs
from bench.measure import Call, alone
from bench.references import plain_form
from bench.remote import DidNotStart, serving
from bench.workloads.context import Context
from bench.workloads.peers import PEERS, peer

PLOT = "fields"
BASE = f"{plain_form.NAME}, 60 fields"


def run(ctx: Context) -> None:
    """Measure everybody's form beside the plain one of 60 fields."""
    base = plain_form.drawer(specs())
    client = ctx.product.signed_in(ctx.application)
    most = ctx.sizes[-1]
    for further in ctx.sizes:
        fields = 60 + further
        address = f"/{entity(further)}/new"
        client.get(address).expect(200)
        said = further in (0, most)

        def measure(name: str, call: Call, *, target: float | None = None, said: bool = said, fields: int = fields) -> None:
            if said:
                median = ctx.compare("a form", f"{name}, {fields} fields", BASE, base, call, target).subject.median
            else:
                median = alone(call, ctx.effort).median
            ctx.point(PLOT, name, fields, median * 1000)

        over = 0.25 if further == 0 else 0.5 if further == 500 else None
        measure(f"{product.NAME} over HTTP (WSGI), signed in", lambda a=address: client.get(a), target=over)  # type: ignore[misc]
        measure(f"{product.NAME} engine alone", ctx.product.form_call(further), target=0.02 if further == 0 else None)
        if said:
            filled = ctx.product.form_call(further, filled=True)
            ctx.compare("a form", f"{product.NAME} engine alone, all values filled in, {fields} fields", BASE, base, filled)
            ctx.compare("a form", f"{product.NAME} baking once per catalog version, {fields} fields", BASE, base, ctx.product.bake_call(further))
        measure(plain_form.NAME, plain_form.drawer(specs(further)))
        for one in PEERS:
            _peer(ctx, one, further, measure)
    _server(ctx, base)


def _peer(ctx: Context, name: str, further: int, measure: object) -> None:
    try:
        found = peer(ctx, name)
    except ImportError as error:
        if further == 0:
            ctx.missing("a form", name, error)
        return
    path = found.path(further)
    found.client.get(path).expect(200)
    assert callable(measure)
    measure(f"{name} (WSGI)", lambda: found.client.get(path))


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
