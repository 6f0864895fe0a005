"""What the benchmarks of the load share: the input of a provider, a Splynx in a process of its own, runs of the target.

In: how many accounts, what latency. Out: a file of Singer lines (made by tap-sonar once, kept in .cache/bench), the
address of a sandbox, what a run took.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import instance

KEY, SECRET = "benchmark-key", "benchmark-secret"
_AT = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})")


def lines_of(accounts: int, history: str = "none") -> Path:
    """Everything that the tap sends of a provider of that size."""
    folder = instance.cache_folder()
    path = folder / f"lines-{accounts}-{history}.jsonl"
    if path.exists():
        return path
    database = instance.data_set(accounts, history)
    part = path.with_suffix(".part")
    with instance.sonar(database, 0) as url, part.open("wb") as output:
        environment = {**os.environ, **instance.tap_environment(url, requests_per_minute=0)}
        subprocess.run(instance.tap_command(), env=environment, check=True, stdout=output, stderr=subprocess.DEVNULL)
    part.replace(path)
    return path


@contextmanager
def splynx(*options: str) -> Iterator[str]:
    """A fresh Splynx sandbox; its address."""
    command = [sys.executable, "-m", "sandbox", "splynx", "--key", KEY, "--secret", SECRET, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split(": ", 1)[1].strip()
    finally:
        process.terminate()
        process.wait()


def ask(url: str, path: str, method: str = "GET", body: object = None) -> Any:
    """A control endpoint of the sandbox."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{url}/_sandbox/{path}", data=data, method=method)) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def target(
    url: str, workspace: Path, lines: Path, log: IO[str] | int = subprocess.PIPE, **settings: object
) -> subprocess.Popen[str]:
    """The target as a process; its log comes on stderr, or goes to `log`."""
    config = workspace.with_suffix(".json")
    config.write_text(
        json.dumps({
            "api_url": url, "api_key": KEY, "api_secret": SECRET, "workspace": str(workspace),
            "timezone": "America/Chicago", **settings,
        })
    )  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "target_splynx", "--config", str(config), "--input", str(lines)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
    )  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What a run took. Seconds; `writes` = requests that Splynx carried out, `requests` = all that it was asked."""

    loading: float
    after_input: float
    peak_mb: float
    writes: int
    requests: int


def run(url: str, workspace: Path, lines: Path, **settings: object) -> Ran:
    """One run to its end, which must be a good one."""
    ask(url, "reset-stats", "POST")
    process = target(url, workspace, lines, **settings)
    assert process.stderr is not None
    log = process.stderr.read().splitlines()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("\n".join(log[-20:]))
    stats = ask(url, "stats")
    writes = sum(stats["by_method"].get(method, 0) for method in ("POST", "PUT", "DELETE"))
    end = _moment(log, r"run \d+ done: ")
    return Ran(
        loading=(end - _moment(log, "the plan has ")).total_seconds(),
        after_input=(end - _moment(log, "staged ")).total_seconds(),
        peak_mb=usage.ru_maxrss * 1024 / 1e6,
        writes=writes,
        requests=stats["requests"],
    )


def _moment(log: Sequence[str], pattern: str) -> datetime:
    for line in log:
        if re.search(pattern, line) and (found := _AT.match(line)):
            return datetime.strptime(found[1] + "+0000", "%Y-%m-%d %H:%M:%S,%f%z")
    raise SystemExit(f"the log does not say {pattern!r}:\n" + "\n".join(log[-20:]))
