"""Room on the disk, and how long it may take: from the last plan, else from what is staged, and from how fast Splynx
answers now.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from target_splynx.checkup.finding import Finding
from target_splynx.ledger.store import Ledger
from target_splynx.settings import Settings
from target_splynx.splynx.client import Client

LOW_DISK_BYTES = 2 * 1024**3
_PROBES = 3
_WRITE_FACTOR = 2.0
"""GUESS: a write takes about twice as long as a small read."""


def this_machine(settings: Settings) -> Iterator[Finding]:
    """Room for staging and ledger."""
    folder = _existing(settings.workspace)
    free = shutil.disk_usage(folder).free
    yield Finding(
        free > LOW_DISK_BYTES,
        "this machine",
        f"{free / 1024**3:.1f} GiB free for the workspace",
        "Make room, or move `workspace`.",
    )
    if settings.workspace.is_dir() and settings.workspace.stat().st_mode & 0o077:
        yield Finding(
            False,
            "this machine",
            f"other users may look into {settings.workspace}",
            f"chmod 700 {settings.workspace}",
        )


def expectation(settings: Settings, client: Client, ledger: Ledger) -> Iterator[Finding]:
    """Writes of the last plan, and the time that they take at the pace of now."""
    run = ledger.last_run()
    summary: dict[str, Any] = json.loads(run["summary"] or "{}") if run else {}
    rows = summary.get("rows", [])
    if not run or not rows:
        yield Finding(
            None,
            "to expect",
            "no plan yet, so nobody knows how much there is to write",
            "TARGET_SPLYNX_DRY_RUN=true meltano run tap-sonar target-splynx, then check again.",
        )
        return
    writes = sum(int(row["to_create"]) + int(row["to_change"]) for row in rows) if run["state"] == "planned" else 0
    if not writes:
        done = sum(int(row["created"]) + int(row["changed"]) for row in rows)
        words = f"run {run['id']} ({run['state']}): {done} records written in {summary.get('seconds', 0)} s"
        yield Finding(True, "to expect", words)
        return
    each = _seconds_per_read(client) * _WRITE_FACTOR / settings.parallel_workers
    if settings.requests_per_minute:
        each = max(each, 60 / settings.requests_per_minute)
    yield Finding(
        True,
        "to expect",
        f"run {run['id']} planned {writes} writes: about {duration(writes * each)} with {settings.parallel_workers} "
        "workers at the pace of now (verify and the second plan come on top)",
    )


def duration(seconds: float) -> str:
    """`40 s`, `12 min`, `3.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def _seconds_per_read(client: Client) -> float:
    began = time.monotonic()
    for _ in range(_PROBES):
        client.server_time()
    return (time.monotonic() - began) / _PROBES


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
