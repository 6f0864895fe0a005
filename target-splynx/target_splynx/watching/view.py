"""Snapshots for people (rich, or plain lines where there is no terminal) and for programs (a dict).

Rates come from a window of snapshots, so that they follow the present and do not jump.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from target_splynx.checkup.expectation import duration
from target_splynx.watching.snapshot import Snapshot

WINDOW = 30
"""Snapshots that a rate is made from."""


class Watched:
    """The last snapshots of a run."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._seen: deque[Snapshot] = deque(maxlen=WINDOW)
        self._first: Snapshot | None = None
        self._worked = False

    def see(self, now: Snapshot) -> None:
        """The newest snapshot; another run begins anew."""
        if self._seen and self._seen[-1].run != now.run:
            self._seen.clear()
        self._seen.append(now)
        self._first = self._first or now
        self._worked = self._worked or not (now.over or now.run is None)

    @property
    def ended(self) -> bool:
        """Whether the run that we wait for is over; not one that was over before we came."""
        first, now = self._first, self.now
        if first is None or not now.over:
            return False
        return self._worked or (first.run, first.state) != (now.run, now.state)

    @property
    def now(self) -> Snapshot:
        """The newest."""
        return self._seen[-1]

    def rate(self, section: str | None = None) -> float:
        """Operations per second, of a section or of all."""
        first, last = self._seen[0], self._seen[-1]
        seconds = last.at - first.at
        return max(_done(last, section) - _done(first, section), 0) / seconds if seconds > 0 else 0.0

    def left(self, section: str | None = None) -> float | None:
        """Seconds to the end at the present rate; None while that cannot be told."""
        rate = self.rate(section)
        todo = _total(self.now, section) - _done(self.now, section)
        return 0.0 if not todo else todo / rate if rate > 0 else None

    def requests(self) -> tuple[float, float] | None:
        """Requests per second, and milliseconds of an answer; None where the workspace is elsewhere."""
        beats = [seen.beat for seen in self._seen if seen.beat is not None]
        if len(beats) < 2 or beats[-1].at <= beats[0].at or beats[-1].requests <= beats[0].requests:
            return None
        number = beats[-1].requests - beats[0].requests
        return number / (beats[-1].at - beats[0].at), 1000 * (beats[-1].seconds - beats[0].seconds) / number

    def as_dict(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        pace = self.requests()
        found: dict[str, Any] = msgspec.to_builtins(self.now)
        for section in found["sections"]:
            section |= {
                "per_second": round(self.rate(section["name"]), 2),
                "seconds_left": _whole(self.left(section["name"])),
            }
        return {
            **found,
            "done": self.now.done,
            "total": self.now.total,
            "rejected": self.now.rejected,
            "over": self.now.over,
            "per_second": round(self.rate(), 2),
            "seconds_left": _whole(self.left()),
            "requests_per_second": round(pace[0], 2) if pace else None,
            "milliseconds_per_request": round(pace[1], 1) if pace else None,
        }

    def line(self) -> str:
        """The present in one line, for logs and pipes."""
        now = self.now
        if now.run is None or (now.over and now.reading_bytes):
            return f"{_head(now)}{_reading(now)}"
        words = [f"{_head(now)}: {now.done} of {now.total}"]
        if not now.over:
            words += [f"{self.rate():.0f}/s", f"{_left(self.left())} left"]
        if now.rejected:
            words.append(f"{now.rejected} not written")
        if pace := self.requests():
            words.append(f"{pace[0]:.0f} requests/s of {pace[1]:.0f} ms")
        return ", ".join(words)

    def screen(self) -> RenderableType:
        """The present as a screen."""
        now = self.now
        parts: list[RenderableType] = [Text(f"{_head(now)}{_reading(now)}", style="bold")]
        if now.sections:
            parts.append(self._table())
        if pace := self.requests():
            retries = now.beat.retries if now.beat else 0
            parts.append(Text(f"{pace[0]:.1f} requests/s, {pace[1]:.0f} ms each, {retries} repeated"))
        if now.rejects:
            parts.append(Text(f"Newest of {now.rejected} not written:", style="bold"))
            parts += [
                Text(f"  ✗ {r.record}: {r.reason}. {r.message}", overflow="ellipsis", no_wrap=True) for r in now.rejects
            ]
        return Group(*parts)

    def _table(self) -> Table:
        table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1, 0, 0))
        for name in ("section", "", "done", "total", "per second", "left", "not written"):
            table.add_column(name, justify="left" if name in {"section", ""} else "right", no_wrap=True)
        now = self.now
        for section in now.sections:
            rate = self.rate(section.name)
            table.add_row(
                section.name,
                ProgressBar(total=max(section.total, 1), completed=section.done, width=24),
                str(section.done),
                str(section.total),
                f"{rate:.0f}" if rate else "",
                "" if section.done >= section.total or now.over else _left(self.left(section.name)),
                Text(str(section.rejected), style="red") if section.rejected else "",
            )
        whole = "" if now.over else _left(self.left())
        table.add_row(
            "all",
            "",
            str(now.done),
            str(now.total),
            f"{self.rate():.0f}" if self.rate() else "",
            whole,
            str(now.rejected or ""),
        )
        return table


def _head(now: Snapshot) -> str:
    if now.run is None:
        return "No run yet"
    words = f"Run {now.run} is {now.state}" + (", dry run" if now.dry_run else "")
    if now.over and now.state not in {"done", "failed", "stopped", "planned"}:
        words += ", but its process is gone: start it again, it goes on"
    return f"{words}, {duration(now.elapsed)}"


def _reading(now: Snapshot) -> str:
    return f"; reading, {now.reading_bytes / 1e6:.1f} MB wait in the spool" if now.reading_bytes else ""


def _left(seconds: float | None) -> str:
    return "?" if seconds is None else duration(seconds)


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _done(snapshot: Snapshot, section: str | None) -> int:
    return sum(found.done for found in snapshot.sections if section in {None, found.name})


def _total(snapshot: Snapshot, section: str | None) -> int:
    return sum(found.total for found in snapshot.sections if section in {None, found.name})
