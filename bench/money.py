"""The whole books of a provider at cut-over: load, reconcile, go live, and the first bills, against Sonar's figures.

    python bench/money.py [--accounts 1000] [--history full] [--workers 8] [--record]

In: options. Out: a table; with --record also in money.md, which says how to read it. Exit code 1 when a cent, a date or
a reason is not as it must be. What must be is computed from the sandbox's Sonar (`sandbox.data.truth` and plain SQL),
not by the models under test.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import instance
import migration

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "target_splynx"))

from money_checks import Check, Ledgers, first_cycle, held_back, sums

REPORT = Path(__file__).with_name("money.md")
MARK = "<!-- figures: written by money.py -->"
DAY = "2026-11-16"
"""The day of the cut-over; the data set ends the day before."""
SECTIONS = ["foundation", "catalogue", "network", "customers", "services", "money"]
"""All that money hangs on. Tickets, jobs, devices and documents move none."""


@dataclass(frozen=True)
class Commands:
    """`splynx-migration` on the workspace of a load, as an operator calls it."""

    url: str
    workspace: Path
    settings: dict[str, Any]

    def __call__(self, *arguments: str, good: Sequence[int] = (0,), **settings: Any) -> Any:
        """What a command prints with --json; anything but a good exit code ends the benchmark."""
        config = {
            "api_url": self.url, "api_key": migration.KEY, "api_secret": migration.SECRET,
            "workspace": str(self.workspace), "timezone": "America/Chicago", **self.settings, **settings,
        }  # fmt: skip
        environment = {f"TARGET_SPLYNX_{name.upper()}": _text(value) for name, value in config.items()}
        done = subprocess.run(
            [str(Path(sys.executable).with_name("splynx-migration")), *arguments, "--json"],
            env={**os.environ, **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode not in good:
            told = done.stdout[-3000:] + done.stderr[-3000:]
            raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}:\n{told}")
        return json.loads(done.stdout)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)


class Watch:
    """Seconds of each step."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float]] = []
        self._since = time.monotonic()

    def lap(self, name: str) -> None:
        """A step ended."""
        now = time.monotonic()
        self.steps.append((name, now - self._since))
        self._since = now
        print(f"{name}: {self.steps[-1][1]:.0f} s", flush=True)


def run(accounts: int, history: str, workers: int, **settings: Any) -> tuple[list[Check], Watch]:
    """Everything, on a fresh Splynx."""
    lines = migration.lines_of(accounts, history)
    database = instance.data_set(accounts, history)
    chosen = {"cutover_date": DAY, "parallel_workers": workers, "sections": SECTIONS, **settings}
    watch = Watch()
    with (
        tempfile.TemporaryDirectory() as folder,
        migration.splynx("--now", "2026-11-15 12:00:00") as url,
    ):
        workspace = Path(folder) / "workspace"
        written = migration.run(url, workspace, lines, **chosen)
        watch.lap("load")
        command = Commands(url, workspace, chosen)
        rejects = command("rejects", good=(0, 2))
        proof = command("reconcile", "--day", DAY, "--deposits", good=(0, 2))
        watch.lap("reconcile")
        books = Ledgers.read(database, url, DAY)
        found = [Check("writes of the load", f"{written.writes:,}")]
        found += sums(books, proof)
        found += held_back(books, rejects)
        if all(check.good for check in found):
            command("go-live", good=(0, 2), enable_billing=True, sections=["go_live"])
            watch.lap("go-live")
            found += first_cycle(books, url, proof, workers)
            watch.lap("first bills")
    return found, watch


def main() -> None:
    """Run, print, record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--history", choices=["recent", "full"], default="full")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the target")
    parser.add_argument("--record", action="store_true", help="write the table into money.md")
    given = parser.parse_args()
    settings = dict(each.split("=", 1) for each in given.set)
    found, watch = run(given.accounts, given.history, given.workers, **settings)
    seconds = ", ".join(f"{name} {took:.0f} s" for name, took in watch.steps)
    circumstances = (
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {given.accounts:,} accounts (history: {given.history}), "
        f"{given.workers} workers, Python {platform.python_version()}, {os.cpu_count()} cores shared with the sandbox, "
        f"load average {os.getloadavg()[0]:.1f}. {seconds}."
    )
    table = [
        circumstances,
        "",
        "| | found | must be | |",
        "|---|---:|---:|---|",
        *(f"| {check.name} | {check.found} | {check.wanted} | {check.mark} |" for check in found),
    ]
    print("\n".join(table))
    for check in found:
        for line in check.details[:20]:
            print(f"  {check.name}: {line}")
    if given.record:
        head = REPORT.read_text(encoding="utf-8").split(MARK)[0]
        REPORT.write_text(head + MARK + "\n\n" + "\n".join(table) + "\n", encoding="utf-8")
    raise SystemExit(0 if all(check.good for check in found) else 1)


if __name__ == "__main__":
    main()
