"""What a person ticked off: a small file in the workspace, because Splynx cannot be asked.

In and out: ids of items (`kind:name`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

_FILE = "handwork-ticks.json"


def read_ticks(workspace: Path) -> frozenset[str]:
    """Ids that were ticked off."""
    path = workspace / _FILE
    return frozenset(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else frozenset()


def write_ticks(workspace: Path, ticked: Iterable[str]) -> None:
    """Replace what was ticked off (mode 0600)."""
    path = workspace / _FILE
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump(sorted(ticked), file, ensure_ascii=False, indent=1)
    part.replace(path)
