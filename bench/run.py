"""`python -m bench.run`: measure the product beside its references, print the table, keep the figures.

Figures of one run are comparable with each other, not with those of another machine or another day: hence ratios.
Targets of database work are judged on PostgreSQL, where they were set; other databases show their ratios without.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import plot, report, scratch
from bench.facts import facts
from bench.measure import Effort
from bench.product import Product, now
from bench.workloads import administration, evolution, form, imports, labels, save, search, start
from bench.workloads.context import Context

HERE = Path(__file__).resolve().parent
WORKLOADS: dict[str, Callable[[Context], None]] = {
    "form": form.run, "save": save.run, "search": search.run, "import": imports.run, "start": start.run,
    "evolution": evolution.run,
    "administration": administration.run, "labels": labels.run,
}  # fmt: skip
SIZES, QUICK_SIZES = (0, 100, 250, 500), (0, 500)
MARIADB_SIZES = (0, 50, 100)  # a row there holds no more texts
PLOTS = {
    form.PLOT: ("Drawing the create form", "fields (logarithmic)"),
    search.PLOT: ("Search: contains + equals + dates, sorted, 50 with total", "records in the table (logarithmic)"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the workloads. Returns 0, also where a target is missed: the table says so."""
    options = _options(argv)
    with tempfile.TemporaryDirectory(prefix="fieldloom-bench-") as folder, scratch.database(options.database, Path(folder)) as url:
        database = scratch.version(url)
        _say(f"Fieldloom beside its peers on {database}; {options.rows:,} records to search.")
        sizes = MARIADB_SIZES if url.get_backend_name() in ("mysql", "mariadb") else QUICK_SIZES if options.quick else SIZES
        product = Product(url, Path(folder), sizes)
        effort = Effort(0.4, 5, 100) if options.quick else Effort(options.seconds)
        ctx = Context(options.database, url, product, effort, options.rows, options.import_rows, sizes, _say)
        for name in options.only or WORKLOADS:
            _run(ctx, name)
        product.close()
    _publish(ctx, database, options)
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measure Fieldloom beside its peers.")
    default = os.environ.get("FIELDLOOM_BENCH_DATABASE_URL", "sqlite://")
    parser.add_argument(
        "--database", default=default, metavar="URL", help="the server to make a scratch database on; default: a SQLite file"
    )
    parser.add_argument("--rows", type=int, default=None, help="records to search (1,000,000; quick: 20,000)")
    parser.add_argument("--import-rows", type=int, default=None, help="records to import (10,000; quick: 1,000)")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each pair")
    parser.add_argument("--quick", action="store_true", help="a look in a minute or two: fewer rows, shorter measurements")
    parser.add_argument("--only", type=lambda text: text.split(","), default=None, help=f"some of: {','.join(WORKLOADS)}")
    parser.add_argument("--keep", action="store_true", help="also write bench/RESULTS.md and bench/plots; with --only a file for these workloads")
    options = parser.parse_args(argv)
    if unknown := set(options.only or ()) - set(WORKLOADS):
        parser.error(f"there is no workload {', '.join(sorted(unknown))}; there are: {', '.join(WORKLOADS)}")
    options.rows = options.rows or (20_000 if options.quick else 1_000_000)
    options.import_rows = options.import_rows or (1_000 if options.quick else 10_000)
    return options


def _run(ctx: Context, name: str) -> None:
    """One workload; a part that is broken is said in its line and does not hide the others."""
    _say(f"{name} …")
    begin = time.perf_counter()
    try:
        WORKLOADS[name](ctx)
    except Exception as error:
        if os.environ.get("FIELDLOOM_BENCH_RAISE"):
            raise
        ctx.missing(name, "stopped", error)
    _say(f"{name}: {time.perf_counter() - begin:.0f} s")


def _publish(ctx: Context, database: str, options: argparse.Namespace) -> None:
    told = {"Made": now(), **facts(database)}
    curves = ctx.curves()
    drawn = {name: plot.draw(*PLOTS[name], found) for name in PLOTS if (found := [one for one in curves if one.plot == name])}
    said = {"rows": options.rows, "import_rows": options.import_rows, "seconds": ctx.effort.seconds, "quick": options.quick}
    report.write(HERE / "results", "latest.json", report.document(ctx.lines, curves, told, said))
    for name, text in drawn.items():
        report.write(HERE / "results", f"{name}.svg", text)
    if options.keep:
        report.write(HERE, _kept(ctx, options), report.markdown(ctx.lines, told, list(drawn)))
        for name, text in drawn.items():
            report.write(HERE / "plots", f"{name}.svg", text)
    for name in drawn:
        _say(f"\n{report.growth(curves, name)}")
    print("\n" + "\n".join(f"{name}: {value}" for name, value in told.items()))
    print(f"\n{report.table(ctx.lines)}")
    missed = [line for line in ctx.lines if line.reached is False]
    judged = [line for line in ctx.lines if line.reached is not None]
    print(
        f"\n{len(judged) - len(missed)} of {len(judged)} targets reached."
        + "".join(f"\n  missed: {line.workload} {line.name}" for line in missed)
    )


def _kept(ctx: Context, options: argparse.Namespace) -> str:
    """The file that keeps the figures: one for a whole run, one of its own for some workloads on a database."""
    return f"RESULTS.{'-'.join(options.only)}.{ctx.url.get_backend_name()}.md" if options.only else "RESULTS.md"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
