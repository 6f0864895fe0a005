"""What a person ticked off: a small file in the workspace, because Splynx cannot be asked.

In and out: ids of items (`kind:name`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from target_splynx.workspace import write_private

_FILE = "handwork-ticks.json"


def read_ticks(workspace: Path) -> frozenset[str]:
    """Ids that were ticked off."""
    path = workspace / _FILE
    return frozenset(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else frozenset()


def write_ticks(workspace: Path, ticked: Iterable[str]) -> None:
    """Replace what was ticked off (mode 0600)."""
    write_private(workspace / _FILE, json.dumps(sorted(ticked), ensure_ascii=False, indent=1))
