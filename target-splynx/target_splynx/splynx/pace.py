"""How fast Splynx may be asked: one pace for all workers.

* a limit per minute (setting `requests_per_minute`);
* a common pause when Splynx asks for one (429 or 503, with Retry-After or without);
* fewer requests in flight when Splynx refuses or slows down, more again when it recovers: half at a time down, one at a
  time up, as TCP does it. The most is `parallel_workers`, the least is one.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from target_splynx.errors import Stopped

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 120.0
DEFAULT_PAUSE = 5.0
SLOW_FACTOR = 4.0
SLOW_SECONDS = 1.0
"""Splynx is slow when its answers take this many times what they took at first, and at least this long."""
CALM_SECONDS = 1.0
"""After a cut, later complaints of requests that were under way already count as the same one."""


def _wait(stop: threading.Event, seconds: float) -> bool:
    """Wait that long, or until `stop` is set (True then)."""
    return stop.wait(seconds)


class Pace:
    """Thread safe. Every request runs inside `turn()`."""

    def __init__(self, per_minute: int, *, most: int = 64, stop: threading.Event | None = None) -> None:
        """`most`: requests in flight at the best of times; `stop`: whoever waits gives up when it is set."""
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0
        self._stop = stop or threading.Event()
        self._free = threading.Condition()
        self._most = max(1, most)
        self._limit = self._most
        self._flying = 0
        self._fine = 0  # good answers since the limit changed
        self._cut_at = 0.0
        self._usual: float | None = None  # seconds of an answer, slowly learned
        self._recent: float | None = None

    @property
    def limit(self) -> int:
        """Requests that may be in flight now."""
        return self._limit

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and hold it while the request is under way.

        Raises:
            Stopped: the run was stopped while waiting; the request has not left.
        """
        with self._free:
            while self._flying >= self._limit:
                self._free.wait(0.5)
            self._flying += 1
        try:
            self._wait()
            yield
        finally:
            with self._free:
                self._flying -= 1
                self._free.notify()

    def _wait(self) -> None:
        with self._free:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self._gap
        if start > now and _wait(self._stop, start - now):
            raise Stopped("Stopped by a signal while waiting for Splynx. Run again to go on.")

    def pause(self, seconds: float) -> None:
        """Nobody sends for that long, and fewer do afterwards."""
        with self._free:
            self._next = max(self._next, time.monotonic() + min(seconds, LONGEST_PAUSE))
        self.complain("it refuses for now")

    def complain(self, why: str) -> None:
        """Splynx cannot follow: half as many at once."""
        with self._free:
            now = time.monotonic()
            self._fine = 0
            if now - self._cut_at < CALM_SECONDS:
                return
            self._cut_at = now
            if self._limit > 1:
                self._limit = max(1, self._limit // 2)
                logger.warning("Splynx cannot follow (%s): %d requests at once from now on", why, self._limit)

    def answered(self, seconds: float) -> None:
        """A good answer after that many seconds. Called for writes, which are alike; lists are not."""
        with self._free:
            if self._usual is None or self._recent is None:
                self._usual = self._recent = seconds
            self._recent += (seconds - self._recent) / 8
            # What is usual follows slowly, while it is slow very slowly: a Splynx that stays slow with one request at a
            # time is not helped by waiting.
            self._usual += (seconds - self._usual) / (64 if self._recent < SLOW_FACTOR * self._usual else 256)
            slow = self._recent > max(SLOW_SECONDS, SLOW_FACTOR * self._usual)
            self._fine += 1
            if not slow and self._fine >= 2 * self._limit and self._limit < self._most:
                self._fine = 0
                self._limit += 1
                self._free.notify()
                logger.info("Splynx follows again: %d requests at once", self._limit)
        if slow:
            self.complain(f"answers take {self._recent:.1f} s instead of {self._usual:.1f} s")


def retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, which holds a number or an HTTP date (RFC 9110 §10.2.3); None without one."""
    text = (value or "").strip()
    if not text:
        return None
    if text.isdigit():
        return min(float(text), LONGEST_PAUSE)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return min(max((at - datetime.now(timezone.utc)).total_seconds(), 0.0), LONGEST_PAUSE)
