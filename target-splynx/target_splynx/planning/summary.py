"""What planning found, in numbers: per model and in all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class ModelCounts:
    """What planning found for one model."""

    read: int = 0
    create: int = 0
    update: int = 0
    end: int = 0
    delete: int = 0
    adopt: int = 0
    unchanged: int = 0
    rejected: int = 0
    blocked: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    problem: str = ""

    def __str__(self) -> str:
        """One line for the log."""
        return (
            f"{self.read} rows, {self.create} to create, {self.update} to change, {self.end} to end, "
            f"{self.delete} to delete, {self.unchanged} unchanged, {self.rejected} rejected, {self.blocked} blocked, "
            f"{sum(self.skipped.values())} skipped"
        )

    @property
    def writes(self) -> int:
        """Requests that this model needs."""
        return self.create + self.update + self.end + self.delete


@dataclass
class PlanSummary:
    """Counts per model in load order, and the models that could not run."""

    models: dict[str, ModelCounts] = field(default_factory=dict)

    @property
    def writes(self) -> int:
        """All requests that writing the plan needs."""
        return sum(counts.writes for counts in self.models.values())

    @property
    def rows(self) -> int:
        """Rows that the models yield."""
        return sum(counts.read for counts in self.models.values())

    @property
    def rejected(self) -> int:
        """Rows that cannot be written; without those that wait for them."""
        return sum(counts.rejected for counts in self.models.values())

    @property
    def failed(self) -> dict[str, str]:
        """Models that could not be evaluated, with the reason."""
        return {name: counts.problem for name, counts in self.models.items() if counts.problem}
