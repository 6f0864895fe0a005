"""A run at one moment: from the ledger (any machine that reaches it), and from the workspace where that is here.

In: an open ledger, the workspace. Out: `Snapshot`. Two of them give rates.
"""

from __future__ import annotations

import os
import socket
import time
from collections import defaultdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from target_splynx.ledger.store import Ledger
from target_splynx.ledger.tables import operations
from target_splynx.modelling.model import SECTIONS
from target_splynx.watching.pulse import Beat, last_beat

ENDED = frozenset({"done", "failed", "stopped"})
NEWEST = 5
_OVER = frozenset({"done", "rejected", "blocked", "abandoned"})
_SPOOL = "spool"


class SectionProgress(msgspec.Struct, frozen=True):
    """Operations of a section: `done` includes what was rejected."""

    name: str
    done: int
    total: int
    rejected: int


class Reject(msgspec.Struct, frozen=True):
    """One of the newest rejects."""

    record: str
    reason: str
    message: str


class Snapshot(msgspec.Struct, frozen=True):
    """`at` and `elapsed` in seconds; `beat` and `reading_bytes` only where the workspace is on this machine."""

    at: float
    run: int | None
    state: str
    dry_run: bool
    elapsed: float
    sections: list[SectionProgress]
    rejects: list[Reject]
    beat: Beat | None
    reading_bytes: int
    alive: bool | None
    """Whether the process that works with the ledger is there; None when it is on another machine."""

    @property
    def done(self) -> int:
        """Operations that are over."""
        return sum(section.done for section in self.sections)

    @property
    def total(self) -> int:
        """Operations of the run."""
        return sum(section.total for section in self.sections)

    @property
    def rejected(self) -> int:
        """Records that were refused, or that wait for such a one."""
        return sum(section.rejected for section in self.sections)

    @property
    def over(self) -> bool:
        """Whether the run has ended, or its process is gone."""
        planned = self.state == "planned" and self.dry_run
        return self.state in ENDED or planned or (self.run is not None and self.alive is False)


def snapshot(ledger: Ledger, workspace: Path) -> Snapshot:
    """The newest run as it is now."""
    run = ledger.last_run()
    spool = workspace / _SPOOL
    reading = sum(_size(path) for path in spool.glob("*.ndjson")) if spool.is_dir() else 0
    alive = _alive(ledger)
    if run is None:
        return Snapshot(time.time(), None, "no run yet", False, 0.0, [], [], None, reading, alive)
    number = int(run["id"])
    return Snapshot(
        at=time.time(),
        run=number,
        state=str(run["state"]),
        dry_run=bool(run["dry_run"]),
        elapsed=_elapsed(run),
        sections=_sections(ledger, number),
        rejects=_newest_rejects(ledger, number),
        beat=last_beat(workspace),
        reading_bytes=reading,
        alive=alive,
    )


def _sections(ledger: Ledger, run: int) -> list[SectionProgress]:
    done: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    rejected: dict[str, int] = defaultdict(int)
    for model, _, state, number in ledger.counts(run):
        section = model.split("/")[0]
        total[section] += number
        done[section] += number if state in _OVER else 0
        rejected[section] += number if state in {"rejected", "blocked"} else 0
    order = [name for name in SECTIONS if name in total] + sorted(set(total) - set(SECTIONS))
    return [SectionProgress(name, done[name], total[name], rejected[name]) for name in order]


def _newest_rejects(ledger: Ledger, run: int) -> list[Reject]:
    query = (
        sa.select(operations.c.label, operations.c.reason, operations.c.message)
        .where(operations.c.run == run, operations.c.state == "rejected")
        .order_by(operations.c.at.desc(), operations.c.id.desc())
        .limit(NEWEST)
    )
    with ledger.engine.connect() as connection:
        return [Reject(row.label, row.reason or "", row.message or "") for row in connection.execute(query)]


def _elapsed(run: dict[str, Any]) -> float:
    began = datetime.fromisoformat(run["started_at"])
    ended = datetime.fromisoformat(run["finished_at"]) if run["finished_at"] else datetime.now(timezone.utc)
    return max((ended - began).total_seconds(), 0.0)


def _alive(ledger: Ledger) -> bool | None:
    who = ledger.holder()
    if who is None or who.host != socket.gethostname():
        return None
    try:
        os.kill(who.process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # merged meanwhile
        return 0
