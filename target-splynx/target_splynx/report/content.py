"""What a report tells, as types. No HTML, no queries.

Money is whole cents, times are ISO 8601 in UTC, durations are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OK, LOOK, NONE = "ok", "look", "none"
"""States of a sentence: fine, a person must look, nothing is known yet."""


@dataclass(frozen=True)
class Sentence:
    """A line of the summary. `state`: ok, look, none."""

    state: str
    text: str


@dataclass
class Work:
    """What was done for a section or a model. `read` … `blocked`: rows as the newest run saw them; the writes are of
    the run, or of all runs; `held`: records that live in Splynx now."""

    name: str
    section: str = ""
    read: int = 0
    to_write: int = 0
    created: int = 0
    changed: int = 0
    ended: int = 0
    deleted: int = 0
    adopted: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    blocked: int = 0
    held: int = 0
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Ran:
    """A run."""

    number: int
    kind: str
    state: str
    started_at: str
    finished_at: str
    written: int
    rejected: int
    requests: int
    seconds: float


@dataclass(frozen=True)
class Refused:
    """A row that was not written. Unless names are asked for, `record` and `value` (of the field that was refused) are
    empty, and `message` and `remedy` are without particulars."""

    id: str
    section: str
    resource: str
    source_key: str
    record: str
    state: str
    reason: str
    field: str
    value: str
    message: str
    remedy: str


@dataclass
class Reason:
    """Rows that were not written for one reason; `examples`: the first ones."""

    resource: str
    reason: str
    state: str
    number: int
    remedy: str
    examples: list[Refused]


@dataclass(frozen=True)
class Skip:
    """Rows that a rule leaves out on purpose."""

    model: str
    rule: str
    number: int


@dataclass(frozen=True)
class MoneyLine:
    """A sum in the source and in Splynx, whole units of `places` decimals, and as text for people; `money`: False for
    plain numbers."""

    name: str
    source: int
    splynx: int
    source_text: str
    splynx_text: str
    difference_text: str
    money: bool
    places: int


@dataclass(frozen=True)
class MoneyDifference:
    """A difference of one customer, with why."""

    account: str
    customer_id: int | None
    record: str
    check: str
    source_text: str
    splynx_text: str
    explained: bool
    why: str


@dataclass
class Money:
    """The last reconciliation. `stale`: something was written since."""

    at: str
    day: str
    strategy: str
    compared: int
    clean: bool
    complete: bool
    previews: int
    previews_wanted: int
    stale: bool
    sums: list[MoneyLine]
    ageing: list[MoneyLine]
    differences: list[MoneyDifference]


@dataclass(frozen=True)
class Finding:
    """What a data-quality check found."""

    severity: str
    code: str
    title: str
    action: str
    number: int
    accounts: int
    examples: list[str]
    accepted: bool
    problem: str


@dataclass(frozen=True)
class StreamAccount:
    """What became of a stream's rows: numbers by outcome."""

    stream: str
    read: int
    counts: dict[str, int]
    balanced: bool
    sentence: str


@dataclass
class Verified:
    """What the last `verify` found. `stale`: something was written since."""

    at: str
    stale: bool
    resources: dict[str, dict[str, int]]
    differences: list[dict[str, Any]]
    unreadable: dict[str, str]

    @property
    def clean(self) -> bool:
        """Whether Splynx holds everything as it was applied."""
        return not self.differences and not self.unreadable


@dataclass
class Handwork:
    """The last sheet of what is made by hand: kind, name, details, where, state."""

    at: str
    items: list[dict[str, str]]

    @property
    def left(self) -> int:
        """Things that nobody has done."""
        return sum(item["state"] in {"missing", "look"} for item in self.items)


@dataclass
class Report:
    """Everything. `run` is None for the whole migration; then the parts below `settings` may be filled. `notes`: parts
    that could not be made, with the reason."""

    title: str
    run: int | None
    written_at: str
    splynx: str
    names: bool
    held: int = 0
    """Records that live in Splynx now; one that several models wrote counts once."""
    summary: list[Sentence] = field(default_factory=list)
    runs: list[Ran] = field(default_factory=list)
    sections: list[Work] = field(default_factory=list)
    models: list[Work] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    money: Money | None = None
    findings: list[Finding] = field(default_factory=list)
    accounts: list[StreamAccount] = field(default_factory=list)
    verified: Verified | None = None
    handwork: Handwork | None = None
    notes: dict[str, str] = field(default_factory=dict)
