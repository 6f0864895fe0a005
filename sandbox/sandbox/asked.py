"""What a sandbox server was asked: counters of requests, connections and time, shown at ``GET /_sandbox/stats``."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Statistics:
    """What the server was asked since the start or the last reset."""

    requests: int = 0
    by_operation: Counter[str] = field(default_factory=Counter)
    by_method: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)
    faults_by_kind: Counter[str] = field(default_factory=Counter)
    connections_used: int = 0
    max_requests_on_a_connection: int = 0
    in_flight: int = 0
    max_concurrency: int = 0
    seconds_busy: float = 0.0
    since: float = field(default_factory=time.time)
    _per_connection: dict[Any, int] = field(default_factory=dict, repr=False)

    def begin(self, request: web.Request) -> None:
        """Count a request that arrived, on its connection."""
        self.requests += 1
        self.by_method[request.method] += 1
        self.in_flight += 1
        self.max_concurrency = max(self.max_concurrency, self.in_flight)
        connection = request.protocol
        seen = self._per_connection.get(connection, 0) + 1
        if seen == 1:
            self.connections_used += 1
            if self.connections_used % 256 == 0:
                self._forget_closed()
        self._per_connection[connection] = seen
        self.max_requests_on_a_connection = max(self.max_requests_on_a_connection, seen)

    def end(self, operations: list[str], status: str, seconds: float) -> None:
        """Count how a request ended."""
        self.in_flight -= 1
        self.by_operation.update(operations)
        self.by_status[status] += 1
        self.seconds_busy += seconds

    def _forget_closed(self) -> None:
        """Drop closed connections (aiohttp's handler objects take no weak references)."""
        self._per_connection = {c: n for c, n in self._per_connection.items() if c.transport is not None}

    def to_json(self) -> dict[str, Any]:
        """The counters as JSON: keep-alive shows as requests per connection well above 1."""
        self._forget_closed()
        used = self.connections_used
        return {
            "requests": self.requests,
            "by_operation": dict(sorted(self.by_operation.items())),
            "by_method": dict(sorted(self.by_method.items())),
            "by_status": dict(sorted(self.by_status.items())),
            "faults_by_kind": dict(sorted(self.faults_by_kind.items())),
            "connections_used": used,
            "open_connections": len(self._per_connection),
            "requests_per_connection": round(self.requests / used, 2) if used else 0.0,
            "max_requests_on_a_connection": self.max_requests_on_a_connection,
            "in_flight": self.in_flight,
            "max_concurrency": self.max_concurrency,
            "seconds_busy": round(self.seconds_busy, 3),
            "seconds_since_reset": round(time.time() - self.since, 3),
        }
