"""Kill the target a hundred times while it loads, and compare the Splynx that comes out with an undisturbed one.

    python bench/kills.py [--kills 100] [--accounts 2000] [--seed 1] [--latency-ms 5]

Each start of the target goes on where the last one was killed (SIGKILL, at a random moment of reading, planning or
loading; mostly loading). Meanwhile Splynx cuts answers after the commit, answers 5 % of the requests with 5xx and
expires tokens, and twice a load the ledger is deleted between two runs: then the markers in Splynx are
all that is left. When the load is done before the kills are used up, a fresh Splynx and workspace go on with the rest.

Out: a line per load and the counts of duplicates and losses; exit code 1 when there are any.
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
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "end_to_end"))

import migration  # noqa: E402

from portrait import duplicates, portrait  # noqa: E402

Portrait = dict[str, list[dict[str, Any]]]
_MOST = {"path_regex": "/admin/(customers|tariffs|networking)"}
FAULTS: list[dict[str, Any]] = [
    {"match": {**_MOST, "method": "POST"}, "kind": "cut_after", "probability": 0.01},
    {"match": _MOST, "kind": "status", "status": 502, "probability": 0.025},
    {"match": _MOST, "kind": "status", "status": 500, "probability": 0.025, "after": True},
    {"match": _MOST, "kind": "expired_token", "probability": 0.002},
]


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

    @property
    def clean(self) -> bool:
        """Whether every load ended as the undisturbed one."""
        return not (self.duplicates or self.lost or self.different)


def compare(url: str, expected: Portrait, tally: Tally) -> None:
    """Count what is there twice, what is missing, and what differs otherwise."""
    found = portrait(url)
    tally.duplicates += duplicates(url)
    for resource, rows in expected.items():
        if found.get(resource) == rows:
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
    """A Splynx, a workspace and the input."""

    url: str
    workspace: Path
    lines: Path
    typical: float
    chance: random.Random

    def start_and_kill(self) -> int:
        """One run, killed at a random moment unless it ends before. Its exit code (negative: killed)."""
        process = migration.target(self.url, self.workspace, self.lines, **SETTINGS)
        deadline = time.monotonic() + self.typical * (0.2 + self.chance.random())
        begun = sum(_writes(self.url))
        patience = self.chance.randrange(1, 400)  # writes of this run before it dies
        while process.poll() is None and time.monotonic() < deadline and sum(_writes(self.url)) - begun < patience:
            time.sleep(0.02)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        output, log = process.communicate()
        if output and process.returncode:
            raise SystemExit("state was passed on for rows that are not written")
        if "defect" in log:
            raise SystemExit(log[-2000:])
        return process.returncode

    def go(self, kills: int, tally: Tally, *, lose: bool) -> None:
        """Until nothing is left to write or no kills are left; then to the end, undisturbed."""
        lose_at = {self.chance.randrange(1, 6), self.chance.randrange(6, 12)} if lose else set()
        here = 0
        while here < kills:
            code = self.start_and_kill()
            tally.runs += 1
            if code == 0:
                break
            if code < 0:
                here += 1
                tally.kills += 1
            if here in lose_at:
                lose_at.discard(here)
                tally.ledgers_lost += 1
                for path in self.workspace.glob("ledger.sqlite*"):
                    path.unlink()
        migration.ask(self.url, "faults", "PUT", [])
        for _ in range(2):
            migration.run(self.url, self.workspace, self.lines, **SETTINGS)
        if sum(_writes(self.url)):
            tally.different.append(f"a run after the last one still wrote {_writes(self.url)}")


def _fields(here: dict[str, Any], there: dict[str, Any]) -> str:
    names = [name for name in sorted({*here, *there}) if here.get(name) != there.get(name)]
    return ", ".join(f"{name} {there.get(name)!r} became {here.get(name)!r}" for name in names)


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
    parser.add_argument("--no-faults", action="store_true", help="kills only")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    lines = migration.lines_of(given.accounts)
    tally = Tally()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clock = ("--now", "2026-11-15 12:00:00")
        with migration.splynx(*clock) as url:
            began = time.monotonic()
            migration.run(url, folder / "undisturbed", lines, parallel_workers=8)
            typical = time.monotonic() - began
            expected = portrait(url)
        print(f"undisturbed: {sum(map(len, expected.values())):,} records, {typical:.0f} s", flush=True)
        while tally.kills < given.kills:
            tally.loads += 1
            before = tally.kills
            workspace = folder / f"load{tally.loads}"
            with migration.splynx(*clock, "--latency-ms", str(given.latency_ms)) as url:
                if not given.no_faults:
                    migration.ask(url, "faults", "PUT", [{**rule, "seed": chance.randrange(10**6)} for rule in FAULTS])
                load = Load(url, workspace, lines, typical, chance)
                load.go(given.kills - tally.kills, tally, lose=not given.no_faults)
                compare(url, expected, tally)
            shutil.rmtree(workspace)
            print(f"load {tally.loads}: {tally.kills - before} kills", flush=True)
    print(
        f"{tally.kills} kills, {tally.runs} runs, {tally.loads} loads, {tally.ledgers_lost} ledgers lost: "
        f"{len(tally.duplicates)} duplicates, {len(tally.lost)} lost, {len(tally.different)} different"
    )
    for what in ("duplicates", "lost", "different"):
        for entry in getattr(tally, what)[:20]:
            print(f"  {what}: {entry}")
    raise SystemExit(0 if tally.clean else 1)


if __name__ == "__main__":
    main()
