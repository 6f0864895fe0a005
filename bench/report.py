"""Tables of the benchmark.

In: runs. Out: Markdown, and the goals that were missed: 0.8 of the bare loop without latency, 5 times it at 200 ms,
every row, less than 250 MB.
"""

from __future__ import annotations

import os
import platform
import re
import statistics
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from measure import Run

BARE, TAP = "a) bare loop", "b) tap-sonar"
PLAIN_ERROR, PLAIN_EMPTY = "c) plain GraphQLStream, Sonar refuses", "c) plain GraphQLStream, Sonar sends nothing"

RATIO_WITHOUT_LATENCY, RATIO_WITH_LATENCY, PEAK_MB = 0.8, 5.0, 250.0

_MARKED = re.compile(r"(<!-- generated: results -->\n).*?(<!-- end -->)", re.DOTALL)


def machine() -> list[str]:
    """When and on what."""
    moment = datetime.now(timezone.utc)
    load = f", load average {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    software = (
        f"tap-sonar {version('tap-sonar')}, singer-sdk {version('singer-sdk')}, Python {platform.python_version()}"
    )
    return [
        f"Measured {moment:%Y-%m-%d %H:%M} UTC: {software}.",
        f"{_processor()}, {os.cpu_count()} cores{load}; the sandbox and the reader share them.",
        "",
    ]


def comparison(
    workload: str, latency_ms: int, truth: Mapping[str, int], runs: Mapping[str, Sequence[Run]]
) -> list[str]:
    """One comparison as a table, and what became of each stream."""
    base = median_rate(runs[BARE])
    total = sum(truth.values())
    lines = [
        f"### {workload.capitalize()} rows, {latency_ms} ms latency: {total:,} rows in {len(truth)} streams",
        "",
        "| | rows/s (median) | from – to | of the bare loop | CPU s per 100,000 rows | rows read | exit code |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, results in runs.items():
        rates = [result.rows_per_second for result in results]
        cpu = statistics.median(result.cpu_seconds / max(1, result.total) * 1e5 for result in results)
        read = min(result.total for result in results)
        share = "all" if read == total else f"{read:,} of {total:,}"
        codes = ", ".join(str(code) for code in sorted({result.exit_code for result in results}))
        ratio = f"{median_rate(results) / base:.2f}" if read == total else f"({median_rate(results) / base:.2f})"
        lines.append(
            f"| {name} | {median_rate(results):,.0f} | {min(rates):,.0f} – {max(rates):,.0f} | {ratio} | {cpu:.1f} | "
            f"{share} | {codes} |"
        )
    cut = {name: count for name, count in truth.items() if count > 10_000}
    if cut:
        told = "; ".join(_cut(name, cut[name], runs) for name in cut)
        lines += ["", f"Streams of more than 10,000 rows: {told}."]
    return [*lines, ""]


def _cut(name: str, count: int, runs: Mapping[str, Sequence[Run]]) -> str:
    mine = runs[TAP][-1].rows.get(name, 0)
    plain = {results[-1].rows.get(name, 0) for column, results in runs.items() if column in {PLAIN_ERROR, PLAIN_EMPTY}}
    return f"`{name}` has {count:,}: tap-sonar {mine:,}, plain {', '.join(f'{rows:,}' for rows in sorted(plain))}"


def memory_table(result: Run) -> list[str]:
    """The peak of a long run."""
    figures = f"{result.peak_mb:.0f} | {result.seconds:.0f} | {result.cpu_seconds:.0f} | {result.exit_code}"
    return [
        "### Memory",
        "",
        "| | rows | streams | peak MB | seconds | CPU s | exit code |",
        "|---|---|---|---|---|---|---|",
        f"| tap-sonar, all default streams | {result.total:,} | {len(result.rows)} with rows | {figures} |",
        "",
    ]


def median_rate(results: Sequence[Run]) -> float:
    """Rows per second."""
    return statistics.median(result.rows_per_second for result in results)


def missed_goals(
    workload: str, latency_ms: int, truth: Mapping[str, int], runs: Mapping[str, Sequence[Run]]
) -> list[str]:
    """What the comparison does not show."""
    everything = {name: count for name, count in truth.items() if count}
    missed = [
        f"{workload}, {latency_ms} ms: {name} did not read all rows"
        for name in (BARE, TAP)
        if any(result.exit_code or dict(result.rows) != everything for result in runs[name])
    ]
    # Where the server works per row, it is the server that is measured.
    if workload == "flat":
        ratio = median_rate(runs[TAP]) / median_rate(runs[BARE])
        goal = RATIO_WITH_LATENCY if latency_ms >= 200 else RATIO_WITHOUT_LATENCY
        if ratio < goal:
            missed.append(f"{workload}, {latency_ms} ms: {ratio:.2f} times the bare loop, goal {goal}")
    return missed


def missed_memory_goals(truth: Mapping[str, int], result: Run) -> list[str]:
    """What the long run does not show."""
    missed = []
    short = [name for name, count in truth.items() if result.rows.get(name, 0) < count]
    if result.exit_code or short:
        missed.append(f"memory: exit code {result.exit_code}, rows missing in {', '.join(short) or 'no stream'}")
    if result.peak_mb > PEAK_MB:
        missed.append(f"memory: {result.peak_mb:.0f} MB, goal {PEAK_MB:.0f} MB")
    return missed


def record(readme: Path, text: str) -> None:
    """Put the tables between the README's markers."""
    old = readme.read_text(encoding="utf-8")
    if not _MARKED.search(old):
        raise SystemExit(f"{readme} has no markers for the results")
    readme.write_text(_MARKED.sub(lambda match: f"{match[1]}{text}\n{match[2]}", old), encoding="utf-8")


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(": ", 1)[1]
    except OSError:
        pass
    return platform.processor() or platform.machine()
