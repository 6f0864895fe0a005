"""What a run tells about itself that the ledger does not hold: requests, their duration, that it is alive.

`pulse.json` in the workspace, 0600, rewritten about once a second. Counts only: no addresses, no data of persons.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from target_splynx.splynx.client import Counters

FILE = "pulse.json"
EVERY_SECONDS = 1.0


class Beat(msgspec.Struct, frozen=True):
    """Counts since the run began. `at`: seconds since the epoch; `seconds`: the sum over all requests."""

    at: float
    process: int
    requests: int
    retries: int
    seconds: float


class Pulse:
    """The side of the run."""

    def __init__(self, workspace: Path, counters: Counters) -> None:
        """`counters` of the run's HTTP client."""
        self._path = workspace / FILE
        self._counters = counters
        self._last = 0.0

    def beat(self) -> None:
        """Called often; writes at most once a second. A full disk is no reason to stop a run."""
        now = time.monotonic()
        if now - self._last < EVERY_SECONDS:
            return
        self._last = now
        counted = self._counters
        beat = Beat(time.time(), os.getpid(), counted.requests, counted.retries, round(counted.seconds, 3))
        part = self._path.with_suffix(".part")
        try:
            descriptor = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(beat))
            part.replace(self._path)
        except OSError:
            return


def last_beat(workspace: Path) -> Beat | None:
    """The newest beat; None when there is none, as for a workspace on another machine."""
    try:
        return msgspec.json.decode((workspace / FILE).read_bytes(), type=Beat)
    except (OSError, msgspec.DecodeError):
        return None
