"""The state on disk: saved when the server stops, loaded when it starts.

One JSON file; written to a neighbour and renamed, so that a crash leaves the old one whole.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

from sandbox.splynx.state import Splynx, StoredFile


def save(splynx: Splynx, path: Path) -> None:
    """Write everything that a restart needs."""
    data: dict[str, Any] = {
        "tables": splynx.store.dump(),
        "numbers": dict(splynx.numbers),
        "messages": dict(splynx.messages),
        "charges": dict(splynx.charges),
        "config": splynx.config,
        "files": {
            key: [file.name, file.content_type, base64.b64encode(file.content).decode()]
            for key, file in splynx.files.items()
        },
    }
    beside = path.with_name(path.name + ".new")
    beside.write_text(json.dumps(data), "utf-8")
    beside.replace(path)


def load(splynx: Splynx, path: Path) -> None:
    """The reverse of ``save``."""
    data = json.loads(path.read_text("utf-8"))
    splynx.store.load(data["tables"])
    splynx.numbers = Counter(data["numbers"])
    splynx.messages = Counter(data["messages"])
    splynx.charges = Counter(data["charges"])
    splynx.config = data["config"]
    splynx.files = {
        key: StoredFile(name, kind, base64.b64decode(text)) for key, (name, kind, text) in data["files"].items()
    }
    splynx.forget_additional_fields()
