"""What the run tells while it writes: a line per section every few seconds. Counts only, no data of persons."""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from target_splynx.ledger.entries import Outcome

logger = logging.getLogger(__name__)

WINDOW = 12
"""Lines that a rate looks back, a minute at the default pace."""


@dataclass
class Loaded:
    """What became of a model's operations."""

    done: int = 0
    created: int = 0
    changed: int = 0
    adopted: int = 0
    ended: int = 0
    deleted: int = 0
    rejected: int = 0
    blocked: int = 0
    seconds: float = 0.0


@dataclass
class Progress:
    """Counts per model; logs every `every` seconds. `totals`: operations to carry out per model; `pulse` is called with
    each `tick`.

    Rates are of the last `WINDOW` lines, and of no time before the writing began: planning and waiting are no writing.
    """

    totals: dict[str, int]
    every: float = 5.0
    pulse: Callable[[], None] | None = None
    models: dict[str, Loaded] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing is over yet."""
        self._since: dict[str, float] = {}
        self._told: dict[str, int] = {}
        self._looks: deque[tuple[float, Counter[str]]] = deque(maxlen=WINDOW)
        self.begin()

    def begin(self) -> None:
        """Writing begins now: start the clock."""
        self._logged = time.monotonic()
        self._looks.clear()
        self._looks.append((self._logged, self._by_section()[0]))

    def settled(self, outcome: Outcome) -> None:
        """One operation ended."""
        operation = outcome.operation
        self._since.setdefault(operation.model, time.monotonic())
        loaded = self.models.setdefault(operation.model, Loaded())
        loaded.done += 1
        if outcome.state == "rejected":
            loaded.rejected += 1
        elif outcome.state == "blocked":
            loaded.blocked += 1
        elif outcome.state == "done":
            name = {"create": "created", "update": "changed", "end": "ended", "delete": "deleted", "adopt": "adopted"}[
                operation.action
            ]
            setattr(loaded, name, getattr(loaded, name) + 1)
        loaded.seconds = time.monotonic() - self._since[operation.model]

    def finished(self, model: str) -> None:
        """A model has nothing left to write."""
        loaded = self.models.get(model)
        if loaded and loaded.done != self._told.get(model, 0):
            self._told[model] = loaded.done  # a model ends twice: its farewells come last
            logger.info("loaded %s: %d of %d", model, loaded.done, self.totals.get(model, loaded.done))

    def tick(self) -> None:
        """Maybe log."""
        if self.pulse is not None:
            self.pulse()
        now = time.monotonic()
        if now - self._logged < self.every:
            return
        self._logged = now
        done, total = self._by_section()
        for section in total:
            begun = [at for model, at in self._since.items() if model.split("/")[0] == section]
            # A rate of the first moments tells nothing.
            if done[section] < total[section] and begun and now - min(begun) > self.every / 5:
                self._say(section, done[section], total[section], self._rate(now, done, section, min(begun)))
        self._say("in all", sum(done.values()), sum(total.values()), self._rate(now, done))
        self._looks.append((now, done))

    def _rate(self, now: float, done: Counter[str], section: str | None = None, begun: float = 0.0) -> float:
        """Operations per second since the oldest look; of a section, since it began if that was later."""
        at, before = self._looks[0]
        number = done.total() - before.total() if section is None else done[section] - before[section]
        return number / max(now - max(at, begun), 0.001)

    def _by_section(self) -> tuple[Counter[str], Counter[str]]:
        """Operations that are over, and all of them."""
        done: Counter[str] = Counter()
        total: Counter[str] = Counter()
        for name, number in self.totals.items():
            section = name.split("/")[0]
            total[section] += number
            done[section] += self.models[name].done if name in self.models else 0
        return done, total

    @staticmethod
    def _say(what: str, done: int, total: int, rate: float) -> None:
        left = round((total - done) / rate) if rate else None
        logger.info(
            "writing %s: %d of %d, %.0f/s%s",
            what,
            done,
            total,
            rate,
            "" if left is None else f", about {left} s left",
            extra={
                "section": what,
                "done": done,
                "total": total,
                "per_second": round(rate, 1),
                "seconds_left": left,
            },
        )
