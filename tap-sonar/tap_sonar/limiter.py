"""One pace for all threads.

In: `acquire()` before each request, `pause(seconds)` when Sonar says that it is too much. Out: blocking waits.
Sonar counts requests per minute and user and resets its counter every 60 s (research/sonar-api.md "Rate limit"), at a
moment that nobody outside knows. So never more than the limit is sent in ANY 60 seconds: that holds for every position
of Sonar's window, and still lets a short run go at full speed.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0


class Limiter:
    """At most `requests_per_minute` calls of `acquire` return in any 60 seconds (0: no limit)."""

    def __init__(
        self,
        requests_per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`clock` (seconds) and `wait` are replaced in tests and by the tap's interruptible wait."""
        self._limit = max(0, requests_per_minute)
        self._clock = clock
        self._wait = wait
        self._lock = threading.Lock()
        self._sent: deque[float] = deque()
        self._blocked_until = 0.0

    @property
    def requests_per_minute(self) -> int:
        """The limit in force; 0 is none."""
        return self._limit

    def acquire(self) -> None:
        """Return when a request may be sent."""
        while True:
            delay = self._reserve()
            if delay <= 0:
                return
            self._wait(delay)

    def _reserve(self) -> float:
        """Take a place and return 0, or return the seconds until it is worth asking again."""
        with self._lock:
            now = self._clock()
            if now < self._blocked_until:
                return self._blocked_until - now
            if not self._limit:
                return 0.0
            while self._sent and now - self._sent[0] >= WINDOW_SECONDS:
                self._sent.popleft()
            if len(self._sent) < self._limit:
                self._sent.append(now)
                return 0.0
            return WINDOW_SECONDS - (now - self._sent[0])

    def pause(self, seconds: float) -> None:
        """Nobody sends anything for `seconds` from now."""
        with self._lock:
            self._blocked_until = max(self._blocked_until, self._clock() + seconds)

    def lower(self, requests_per_minute: int) -> None:
        """Sonar named its limit: never send more than that."""
        with self._lock:
            if requests_per_minute > 0 and (not self._limit or requests_per_minute < self._limit):
                self._limit = requests_per_minute
