"""One run of a program: how long, how much processor time, how much memory, how many records.

In: a command line. Out: a `Run`. Output goes to a file, so that no reader takes part of the two cores; the records in
it are counted when the program has ended. Only the standard library: a child's peak of memory is never below what its
parent had at the fork, so this process stays small.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_RECORD = re.compile(rb'\{"type": ?"RECORD", ?"stream": ?"(\w+)"')


@dataclass(frozen=True)
class Run:
    """What a run took. `seconds` from start to end of the process, `peak_mb` = maximum resident set in 10^6 bytes."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    exit_code: int
    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        """Records of all streams."""
        return sum(self.rows.values())

    @property
    def rows_per_second(self) -> float:
        """Records per second, start-up of the process included."""
        return self.total / self.seconds


def run(command: Sequence[str], output: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run `command` with its stdout in `output` (deleted afterwards) and its stderr in `output`.log."""
    log = output.with_suffix(".log")
    with output.open("wb") as out, log.open("wb") as errors:
        started = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env={**os.environ, **(environment or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    rows = count_records(output)
    output.unlink()
    return Run(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss * 1024 / 1e6,
        exit_code=process.returncode,
        rows=rows,
    )


def count_records(path: Path) -> dict[str, int]:
    """RECORD messages per stream in a file of Singer messages."""
    counts: Counter[bytes] = Counter()
    with path.open("rb") as lines:
        for line in lines:
            if match := _RECORD.match(line):
                counts[match[1]] += 1
    return {name.decode(): count for name, count in counts.items()}
