"""Requests in flight, and a main thread that can be interrupted while it waits for them.

In: functions to run. Out: futures, waited for in small steps, so that a termination signal or a failure
elsewhere ends the wait at once instead of after the request's timeout.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TypeVar

T = TypeVar("T")

STEP_SECONDS = 0.5


class Stopped(BaseException):
    """The run was told to end. Not an Exception: nothing on the way up may take it for a failed request."""

    def __init__(self, signum: int) -> None:
        """Keep the signal that told it."""
        super().__init__(signum)
        self.signum = signum


class RequestPool:
    """`workers` threads; at most as many requests at the same time."""

    def __init__(self, workers: int) -> None:
        """Threads start with the first task."""
        self.workers = workers
        self._executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="sonar")
        self._stop = threading.Event()
        self._signum = signal.SIGTERM.value

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stop.is_set()

    def submit(self, function: Callable[..., T], *arguments: object) -> Future[T]:
        """Run `function` as soon as a thread is free."""
        return self._executor.submit(function, *arguments)

    def result(self, future: Future[T]) -> T:
        """The future's result or exception; raises Stopped when the pool is stopped meanwhile."""
        while True:
            self.check()
            try:
                return future.result(timeout=STEP_SECONDS)
            except FutureTimeoutError:
                if future.done():
                    return future.result()

    def check(self) -> None:
        """Raise Stopped when the run shall end."""
        if self._stop.is_set():
            raise Stopped(self._signum)

    def wait(self, seconds: float) -> None:
        """Sleep, but wake up and raise Stopped when the run shall end."""
        if self._stop.wait(seconds):
            raise Stopped(self._signum)

    def stop(self, signum: int) -> None:
        """End all waits; tasks that have not begun never will. Safe to call from a signal handler."""
        self._signum = signum
        self._stop.set()

    def close(self) -> None:
        """Stop, and let the threads end by themselves."""
        self._stop.set()
        self._executor.shutdown(wait=False, cancel_futures=True)
