"""How fast tap-sonar reads, side by side with a bare loop and with the SDK's GraphQLStream used plainly.

In: options (`--help`). Out: tables on stdout, with `--record` also in README.md. All columns read the same Sonar
sandbox, the same streams and the same fields, write to a file, and take turns (a b c a b c …). How to read the figures:
README.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import instance
import report
from measure import Run, run

HERE = Path(__file__).resolve().parent
REAL_ACCOUNTS = 10_158
ROWS_PER_ACCOUNT = 112
"""Rows of the flat streams per account with full history, as the sandbox generates them."""
PARALLEL_AT_LATENCY = 8

WORKLOADS: Mapping[str, Sequence[str]] = {
    "flat": ("debits", "tax_transactions", "credits", "payments", "discounts", "notes", "account_services"),
    "nested": ("accounts", "contacts", "addresses", "invoices"),
}
"""`nested` are streams with ids of many-to-many relations, which cost the server a query per row."""


@dataclass(frozen=True)
class Scene:
    """What one comparison reads, from where."""

    url: str
    catalog: Path
    work: Path
    truth: Mapping[str, int]
    output: Path


def prepare(url: str, database: Path, streams: Sequence[str], folder: Path) -> Scene:
    """The files that the three columns read."""
    catalog = instance.select(instance.discover(url), streams)
    path = instance.write_json(catalog, folder / "catalog.json")
    work = instance.work(url, catalog, folder / "work.json")
    return Scene(url, path, work, instance.truth(database, catalog), folder / "output.jsonl")


def bare_loop(scene: Scene) -> Run:
    """Column a."""
    return run([sys.executable, str(HERE / "bare_loop.py"), str(scene.work)], scene.output)


def tap(scene: Scene, **settings: object) -> Run:
    """Column b: tap-sonar as users run it, from a catalog."""
    environment = instance.tap_environment(scene.url, **settings)
    return run(instance.tap_command("--catalog", str(scene.catalog)), scene.output, environment)


def plain(scene: Scene, window_mode: str) -> Run:
    """Column c: GraphQLStream with page numbers."""
    instance.set_window_mode(scene.url, window_mode)
    try:
        return run([sys.executable, str(HERE / "plain_graphql_tap.py"), "--config", str(scene.work)], scene.output)
    finally:
        instance.set_window_mode(scene.url, "error")


def compare(scene: Scene, latency_ms: int, repeats: int) -> dict[str, list[Run]]:
    """All columns, in turns."""
    settings: dict[str, object] = {"parallel_requests": PARALLEL_AT_LATENCY} if latency_ms else {}
    columns: dict[str, Callable[[], Run]] = {
        report.BARE: lambda: bare_loop(scene),
        report.TAP: lambda: tap(scene, **settings),
        report.PLAIN_ERROR: lambda: plain(scene, "error"),
        report.PLAIN_EMPTY: lambda: plain(scene, "empty"),
    }
    runs: dict[str, list[Run]] = {name: [] for name in columns}
    for turn in range(repeats):
        for name, column in columns.items():
            result = column()
            runs[name].append(result)
            took = f"{result.total} rows in {result.seconds:.1f} s, exit code {result.exit_code}"
            say(f"  {turn + 1}/{repeats} {name}: {took}")
    return runs


def memory(folder: Path) -> tuple[Mapping[str, int], Run]:
    """The tap on a provider of real size, all streams that are selected by default: the store's rows, and the run."""
    database = instance.data_set(REAL_ACCOUNTS)
    with instance.sonar(database, 0) as url:
        scene = prepare(url, database, (), folder)
        say(f"memory: {sum(scene.truth.values())} rows of {len(scene.truth)} streams")
        # Without the limit of 400 requests per minute, which would only make it longer.
        return scene.truth, tap(scene, requests_per_minute=0)


def say(text: str) -> None:
    """Progress, apart from the tables."""
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000, help="about how many rows the flat streams have (200000)")
    parser.add_argument("--latency-ms", type=int, nargs="*", default=[0, 200], help="Sonar's latencies (0 200)")
    parser.add_argument("--workloads", nargs="*", choices=list(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--repeats", type=int, default=3, help="turns; the median is shown (3)")
    parser.add_argument("--memory", action="store_true", help="also read 1.6 million rows, for the tap's peak memory")
    parser.add_argument("--record", action="store_true", help="write the tables into README.md")
    return parser.parse_args()


def main() -> int:
    """Run what was asked for; exit code 1 when the tap lost rows or missed a goal."""
    options = arguments()
    accounts = max(50, round(options.rows / ROWS_PER_ACCOUNT))
    parts = [report.machine()]
    print("\n".join(parts[0]))
    missed: list[str] = []

    def show(table: list[str]) -> None:
        """At once: a run takes long, and what was measured shall not be lost with what comes after."""
        parts.append(table)
        print("\n".join(table), flush=True)

    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        database = instance.data_set(accounts) if options.latency_ms else None
        for latency_ms in options.latency_ms:
            assert database is not None
            with instance.sonar(database, latency_ms) as url:
                for workload in options.workloads:
                    scene = prepare(url, database, WORKLOADS[workload], folder)
                    say(f"{workload}, {latency_ms} ms: {sum(scene.truth.values())} rows")
                    runs = compare(scene, latency_ms, options.repeats)
                    show(report.comparison(workload, latency_ms, scene.truth, runs))
                    missed += report.missed_goals(workload, latency_ms, scene.truth, runs)
        if options.memory:
            truth, result = memory(folder)
            show(report.memory_table(result))
            missed += report.missed_memory_goals(truth, result)
    if options.record:
        report.record(HERE / "README.md", "\n".join(line for part in parts for line in part))
    for goal in missed:
        say(f"MISSED: {goal}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
