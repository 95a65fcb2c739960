"""Workload h: the administrator's table of an entity with hundreds of fields, and one move in it."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle

from bench import product
from bench.catalog import entity
from bench.fields import specs
from bench.lines import compared
from bench.measure import Call
from bench.references import plain_form
from bench.workloads.context import Context
from bench.workloads.form import BASE

FURTHER = 250
PAGE, MOVE = 300.0, 50.0
"""Milliseconds: the budget of the page with 300 fields, and what a drop may take to be answered."""


def run(ctx: Context) -> None:
    """Measure the page and a move beside the plain form of 60 fields."""
    further = FURTHER if FURTHER in ctx.sizes else max(ctx.sizes)
    base = plain_form.drawer(specs())
    client = ctx.product.signed_in(ctx.application)
    address = f"/admin/{entity(further)}/fields"
    fields = 60 + further
    token = client.get(address).expect(200).token
    _add(ctx, f"{product.NAME} table of fields (WSGI), {fields} fields", base, lambda: client.get(address).expect(200), PAGE * fields / 300)
    steps = cycle(("down", "up"))

    def move() -> object:
        return client.post(address, {"csrf_token": token, "do": f"step:{next(steps)}:text_02"}).expect(303)

    _add(ctx, f"{product.NAME} one move in the draft (WSGI), {fields} fields", base, move, MOVE)


def _add(ctx: Context, name: str, base: Call, subject: Call, target: float) -> None:
    pair = ctx.quietly(base, subject)
    told = compared("h administration", name, BASE, pair, target)
    ctx.add(replace(told, absolute=True))
