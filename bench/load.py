"""How fast target-splynx writes, against the best that the latency allows; how soon it knows that nothing is to do.

    python bench/load.py [--accounts 1000] [--history none|recent|full] [--latency-ms 50] [--workers 8] [--record]

In: options. Out: a table; with --record also in load.md, which says how to read it.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from datetime import datetime, timezone
from pathlib import Path

import migration

CUTOVER = "2026-11-15"
"""The made-up provider lives around this day: money moves, too."""
REPORT = Path(__file__).with_name("load.md")
MARK, END = "<!-- figures of load.py, history {} -->", "<!-- end -->"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--history", choices=["none", "recent", "full"], default="none")
    parser.add_argument("--latency-ms", type=int, default=50)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--record", action="store_true", help="write the table into load.md")
    given = parser.parse_args()
    lines = migration.lines_of(given.accounts, given.history)
    with tempfile.TemporaryDirectory() as folder, migration.splynx("--latency-ms", str(given.latency_ms)) as url:
        workspace = Path(folder) / "workspace"
        settings = {"parallel_workers": given.workers, "cutover_date": CUTOVER}
        first = migration.run(url, workspace, lines, **settings)
        second = migration.run(url, workspace, lines, **settings)
    ideal = first.writes * given.latency_ms / 1000 / given.workers
    over = [("load time over ideal", f"{first.loading / ideal:.2f}", "≤ 1.15")] if ideal else []
    rows = [
        ("rows read", f"{rows_of(lines):,}", ""),
        ("writes of the first run", f"{first.writes:,}", ""),
        ("load time, s", f"{first.loading:.1f}", ""),
        ("ideal (writes × latency / workers), s", f"{ideal:.1f}", ""),
        *over,
        ("requests per written record", f"{first.requests / first.writes:.3f}", "≤ 1.05"),
        ("writes of the second run", f"{second.writes}", "0"),
        ("second run, end of the input to its end, s", f"{second.after_input:.1f}", "≤ 60 (10,158 accounts, history)"),
        ("peak memory of both runs, MB", f"{max(first.peak_mb, second.peak_mb):.0f}", "< 600"),
    ]
    circumstances = (
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {given.accounts:,} accounts (history: {given.history}), "
        f"{given.latency_ms} ms, {given.workers} workers, Python {platform.python_version()}, {os.cpu_count()} cores "
        f"shared with the sandbox, load average {os.getloadavg()[0]:.1f}"
    )
    table = [
        circumstances,
        "",
        "| | measured | goal |",
        "|---|---|---|",
        *(f"| {name} | {value} | {goal} |" for name, value, goal in rows),
    ]
    print("\n".join(table))
    if given.record:
        text = REPORT.read_text(encoding="utf-8")
        mark = MARK.format(given.history)
        if mark not in text:
            raise SystemExit(f"{REPORT.name} has no place for a provider with history {given.history}: {mark}")
        head, tail = text.split(mark)
        figures = "\n".join(table)
        REPORT.write_text(f"{head}{mark}\n\n{figures}\n\n{END}{tail.split(END, 1)[1]}", encoding="utf-8")


def rows_of(lines: Path) -> int:
    """Records in a file of Singer lines."""
    with lines.open("rb") as source:
        return sum(line.startswith(b'{"type":"RECORD"') for line in source)


if __name__ == "__main__":
    main()
