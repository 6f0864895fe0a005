"""Kill the target a hundred times while it loads, and compare the Splynx that comes out with an undisturbed one.

    python bench/kills.py [--kills 100] [--accounts 2000] [--seed 1] [--latency-ms 5] [--fault KIND …] [--record]

Each start of the target goes on where the last one was killed (SIGKILL, at a random moment of reading, planning or
loading; mostly loading). `--fault`, more than once or `all`:

* `cut`: Splynx closes 2 % of the connections of POSTs after it has carried them out, without an answer;
* `5xx`: 5 % of all requests are answered with 500 or 502, half of them after they were carried out;
* `token`: access tokens expire in the middle (with `auth_method: token`);
* `ledger`: after every tenth kill, on average, the ledger's file is deleted: then the markers in Splynx are all
  that is left.

When the load is done before the kills are used up, a fresh Splynx and workspace go on with the rest.

Out: a line per load and the counts of duplicates and losses, with --record also a line in kills.md; exit code 1 when
there are any.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "end_to_end"))

import migration  # noqa: E402

from portrait import duplicates, portrait  # noqa: E402

Portrait = dict[str, list[dict[str, Any]]]
REPORT = Path(__file__).with_name("kills.md")
_MOST = {"path_regex": "/admin/(?!auth)"}
FAULTS: dict[str, list[dict[str, Any]]] = {
    "cut": [{"match": {**_MOST, "method": "POST"}, "kind": "cut_after", "probability": 0.02}],
    "5xx": [
        {"match": _MOST, "kind": "status", "status": 502, "probability": 0.025},
        {"match": _MOST, "kind": "status", "status": 500, "probability": 0.025, "after": True},
    ],
    "token": [{"match": _MOST, "kind": "expired_token", "probability": 0.005}],
    "ledger": [],
}
EARLY = 0.125
LEDGERS = 0.1
"""How often the ledger is gone after a kill."""

SETTINGS: dict[str, Any] = {"auth_method": "token", "parallel_workers": 8, "batch_size": 50, "retry_attempts": 5}


@dataclass
class Tally:
    """What became of all loads."""

    kills: int = 0
    runs: int = 0
    loads: int = 0
    ledgers_lost: int = 0
    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    def found(self) -> str:
        """What is wrong, in numbers."""
        return f"{len(self.duplicates)} duplicates, {len(self.lost)} lost, {len(self.different)} different"

    @property
    def clean(self) -> bool:
        """Whether every load ended as the undisturbed one."""
        return not (self.duplicates or self.lost or self.different)


def compare(url: str, expected: Portrait, tally: Tally) -> None:
    """Count what is there twice, what is missing, and what differs otherwise."""
    found = portrait(url)
    tally.duplicates += duplicates(url)
    for resource in {**expected, **found}:
        rows = expected.get(resource, [])
        if found.get(resource, []) == rows:
            continue
        have, want = [str(row.get("id")) for row in found.get(resource, [])], [str(row.get("id")) for row in rows]
        tally.lost += [f"{resource} {name}" for name in sorted(set(want) - set(have))]
        tally.duplicates += [f"{resource} {name}" for name in sorted(set(have)) if have.count(name) > want.count(name)]
        if sorted(have) == sorted(want):
            tally.different += [
                f"{resource} {a.get('id')}" for a, b in zip(found[resource], rows, strict=True) if a != b
            ]


@dataclass
class Load:
    """A Splynx, a workspace and the input. `typical`: seconds of an undisturbed run; `writes`: between two kills."""

    url: str
    workspace: Path
    lines: Path
    typical: float
    writes: int
    chance: random.Random

    def start_and_kill(self) -> int:
        """One run, killed at a random moment unless it ends before. Its exit code (negative: killed)."""
        path = self.workspace.with_suffix(".log")
        with path.open("w", encoding="utf-8") as log:
            process = migration.target(self.url, self.workspace, self.lines, log, **SETTINGS)
            begun, started = sum(_writes(self.url)), time.monotonic()
            patience = self.chance.randrange(1, 2 * self.writes)
            # One in eight dies while it reads or plans, the others after so many writes.
            seconds = self.typical * self.chance.random() if self.chance.random() < EARLY else float("inf")
            while process.poll() is None and time.monotonic() - started < seconds:
                if sum(_writes(self.url)) - begun >= patience:
                    break
                time.sleep(0.02)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            output, _ = process.communicate()
        if output and process.returncode:
            raise SystemExit("state was passed on for rows that are not written")
        told = path.read_text(encoding="utf-8")
        if "defect" in told:
            raise SystemExit(told[-2000:])
        return process.returncode

    def go(self, kills: int, tally: Tally, *, lose: bool) -> None:
        """Until nothing is left to write or no kills are left; then to the end, undisturbed."""
        here = 0
        while here < kills:
            code = self.start_and_kill()
            tally.runs += 1
            if code == 0:
                break
            if code < 0:
                here += 1
                tally.kills += 1
                print(f"kill {tally.kills}: {sum(_writes(self.url)):,} writes", flush=True)
                if lose and self.chance.random() < LEDGERS:
                    tally.ledgers_lost += 1
                    for path in self.workspace.glob("ledger.sqlite*"):
                        path.unlink()
        migration.ask(self.url, "faults", "PUT", [])
        for _ in range(2):
            migration.run(self.url, self.workspace, self.lines, **SETTINGS)
        if sum(_writes(self.url)):
            tally.different.append(f"a run after the last one still wrote {_writes(self.url)}")


def _writes(url: str) -> tuple[int, ...]:
    """POST, PUT and DELETE, logins apart."""
    counted = migration.ask(url, "stats")["by_operation"]
    real = [(name.split()[0], number) for name, number in counted.items() if "auth/tokens" not in name]
    return tuple(sum(n for m, n in real if m == method) for method in ("POST", "PUT", "DELETE"))


def main() -> None:
    """Kill, compare, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency-ms", type=int, default=5)
    parser.add_argument("--writes", type=int, default=200, help="between two kills, on average (200)")
    parser.add_argument("--fault", action="append", choices=[*FAULTS, "all"], default=[])
    parser.add_argument("--record", action="store_true", help="a line in kills.md")
    given = parser.parse_args()
    faults = list(FAULTS) if "all" in given.fault else list(dict.fromkeys(given.fault))
    rules = [rule for fault in faults for rule in FAULTS[fault]]
    began = time.monotonic()
    chance = random.Random(given.seed)
    lines = migration.lines_of(given.accounts)
    tally = Tally()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clock = ("--now", "2026-11-15 12:00:00")
        with migration.splynx(*clock) as url:
            started = time.monotonic()
            migration.run(url, folder / "undisturbed", lines, parallel_workers=8)
            typical = time.monotonic() - started
            expected = portrait(url)
        print(f"undisturbed: {sum(map(len, expected.values())):,} records, {typical:.0f} s", flush=True)
        while tally.kills < given.kills:
            tally.loads += 1
            before = tally.kills
            workspace = folder / f"load{tally.loads}"
            with migration.splynx(*clock, "--latency-ms", str(given.latency_ms)) as url:
                migration.ask(url, "faults", "PUT", [{**rule, "seed": chance.randrange(10**6)} for rule in rules])
                load = Load(url, workspace, lines, typical, given.writes, chance)
                load.go(given.kills - tally.kills, tally, lose="ledger" in faults)
                compare(url, expected, tally)
            shutil.rmtree(workspace)
            print(f"load {tally.loads}: {tally.kills - before} kills; so far {tally.found()}", flush=True)
    minutes = (time.monotonic() - began) / 60
    print(
        f"{tally.kills} kills, {tally.runs} runs, {tally.loads} loads, {tally.ledgers_lost} ledgers lost: "
        f"{tally.found()} ({minutes:.0f} minutes)"
    )
    if given.record:
        with REPORT.open("a", encoding="utf-8") as report:
            report.write(
                f"| {datetime.now(timezone.utc):%Y-%m-%d} | {given.accounts:,} | {', '.join(faults) or 'none'} | "
                f"{tally.kills} | {tally.runs} | {tally.loads} | {tally.ledgers_lost} | {len(tally.duplicates)} | "
                f"{len(tally.lost)} | {len(tally.different)} | {minutes:.0f} |\n"
            )
    for what in ("duplicates", "lost", "different"):
        for entry in getattr(tally, what)[:20]:
            print(f"  {what}: {entry}")
    raise SystemExit(0 if tally.clean else 1)


if __name__ == "__main__":
    main()
