"""What a run did, per stream, for the log.

In: counts of each stream as it ends. Out: one table line per stream that had rows, requests or problems, and
the total. No data, only names and numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from tap_sonar.client import Counts

COMPLETE, FAILED, CUT_SHORT = "complete", "FAILED", "cut short"


@dataclass
class StreamResult:
    """One stream's end. `seconds` are from its SCHEMA to its last record; `outcome` is one of the constants above."""

    name: str
    rows: int = 0
    seconds: float = 0.0
    outcome: str = CUT_SHORT
    reason: str = ""
    lost: int = 0
    counts: Counts | None = None


class Summary:
    """Collects the results of a run."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self.results: dict[str, StreamResult] = {}

    def of(self, name: str) -> StreamResult:
        """The (new or known) result of a stream."""
        return self.results.setdefault(name, StreamResult(name))

    @property
    def failed(self) -> list[StreamResult]:
        """Streams that are missing or incomplete."""
        return [result for result in self.results.values() if result.outcome == FAILED]

    def lines(self) -> list[str]:
        """The table, widest name first column; empty when no stream was read."""
        if not self.results:
            return []
        width = max(len(name) for name in self.results)
        head = (
            f"{'stream':<{width}}  {'rows':>9}  {'requests':>8}  {'retries':>7}  {'waits':>5}  {'seconds':>7}  outcome"
        )
        lines = [head]
        total = StreamResult("total", counts=Counts())
        for result in self.results.values():
            lines.append(_line(result, width))
            total.rows += result.rows
            total.seconds += result.seconds
            total.lost += result.lost
            if result.counts is not None and total.counts is not None:
                total.counts.requests += result.counts.requests
                total.counts.retries += result.counts.retries
                total.counts.rate_waits += result.counts.rate_waits
        total.outcome = f"{len(self.results)} streams, {len(self.failed)} failed"
        lines.append(_line(total, width))
        return lines


def _line(result: StreamResult, width: int) -> str:
    counts = result.counts or Counts()
    outcome = f"{result.outcome}: {result.reason}" if result.reason else result.outcome
    return (
        f"{result.name:<{width}}  {result.rows:>9}  {counts.requests:>8}  {counts.retries:>7}  {counts.rate_waits:>5}  "
        f"{result.seconds:>7.1f}  {outcome}"
    )
