"""One line of a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Topic = Literal["connection", "permissions", "side effects", "reference data", "this machine", "to expect"]


@dataclass(frozen=True)
class Finding:
    """`ok`: True fine, False something to do before the first write, None cannot be seen from here: look yourself."""

    ok: bool | None
    topic: Topic
    what: str
    remedy: str = ""

    @property
    def sign(self) -> str:
        """✓, ✗, or ? for what a person has to look at."""
        return {True: "✓", False: "✗", None: "?"}[self.ok]
