"""Workload c: name contains, type equals, span of dates, sorted, a page of 50 with the total."""

from __future__ import annotations

import itertools

from bench import product
from bench.customers import customers
from bench.measure import Call
from bench.product import SEARCH_SPAN, SEARCH_TERM, SEARCH_TYPE, next_mark, query_string, search_pairs
from bench.references.raw_search import NAME, RawCustomers
from bench.workloads.context import Context

PLOT = "rows"
CHUNK = 50_000


def run(ctx: Context) -> None:
    """Measure at growing numbers of rows, each time without special indexes and with those the engine makes."""
    raw = RawCustomers(ctx.url)
    everybody = customers(ctx.rows)
    held = 0
    try:
        for size in _sizes(ctx.rows):
            ctx.product.set_indexes(made=False)
            while held < size:
                chunk = list(itertools.islice(everybody, min(CHUNK, size - held)))
                ctx.product.load_customers(chunk)
                raw.load(chunk, first=held + 1)
                held += len(chunk)
            _measure(ctx, raw, size, said=size == ctx.rows)
    finally:
        raw.close()


def _sizes(rows: int) -> list[int]:
    """1,000, 10,000 … up to the number wanted."""
    steps = itertools.takewhile(lambda size: size < rows, (10**power for power in itertools.count(3)))
    return [*steps, rows]


def _measure(ctx: Context, raw: RawCustomers, size: int, *, said: bool) -> None:
    raw.analyse()
    base = raw.search(SEARCH_TERM, SEARCH_TYPE, *SEARCH_SPAN)
    pairs = search_pairs(ctx.product.type_key(SEARCH_TYPE))
    engine = ctx.product.search_call(pairs)
    if engine() != base():
        raise RuntimeError(f"the search finds {engine()} records, the reference {base()}")
    web, api = ctx.product.signed_in(ctx.application), ctx.product.api(ctx.application)
    query = query_string(pairs)
    calls: dict[str, Call] = {
        "page over HTTP (WSGI)": lambda: web.get("/customer/", query).expect(200),
        "API (WSGI)": lambda: api.get("/api/v1/customer", query).expect(200),
        "engine alone": engine,
    }
    for made, words, target in ((False, "no special index", 0.35), (True, "the engine's indexes", 0.08)):
        ctx.product.set_indexes(made=made)
        for name, call in calls.items():
            told = f"{product.NAME}, {size:,} rows, {words}, {name}"
            wanted = ctx.target(target) if name.startswith("page") and size == 1_000_000 else None
            if said:
                pair = ctx.compare("c search", told, NAME, base, call, wanted)
            elif name.startswith("page"):
                pair = ctx.quietly(base, call)
            else:
                continue
            if name.startswith("page"):
                ctx.point(PLOT, f"{product.NAME}, {words}", size, pair.subject.median * 1000)
                if not made:
                    ctx.point(PLOT, NAME, size, pair.reference.median * 1000)
        if said:
            after = next_mark(api.get("/api/v1/customer", query).body)
            following = query_string([*pairs, ("page[after]", after)])
            name = f"{product.NAME}, {size:,} rows, {words}, the next page over HTTP (WSGI)"
            ctx.compare("c search", name, NAME, base, lambda q=following: web.get("/customer/", q).expect(200))  # type: ignore[misc]
