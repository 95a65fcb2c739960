"""Workload f: many validated records at once."""

from __future__ import annotations

from bench import product
from bench.fields import specs
from bench.references.raw_insert import NAME_MANY, RawTable
from bench.workloads.context import Context

TARGET = 15.0


def run(ctx: Context) -> None:
    """Measure the validated import beside executemany of the same rows in one transaction."""
    raw = RawTable(ctx.url, "raw_imports", specs())
    try:
        rows = [raw.row(number) for number in range(ctx.import_rows)]
        call = ctx.product.import_call(ctx.import_rows)
        name = f"{product.NAME}, {ctx.import_rows:,} rows × 60 fields, validated, with history"
        ctx.compare("f import", name, NAME_MANY, lambda: raw.insert_many(rows), call, ctx.target(TARGET))
    finally:
        raw.close()
