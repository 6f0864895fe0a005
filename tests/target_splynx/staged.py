"""A stage filled with what a tap sent, without a run; and which stream holds which type of Sonar."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from sandbox.sonar.contract import load_contract
from singer_feed import Feed
from target_splynx.stage.store import Stage


def stage_of(folder: Path, feed: Feed) -> Stage:
    """Every stream of the feed, whole."""
    stage = Stage(folder)
    names = []
    for line in feed.lines:
        message = json.loads(line)
        if message["type"] == "SCHEMA":
            names.append(message["stream"])
            stage.open_stream(message["stream"], message["schema"], message["key_properties"])
        elif message["type"] == "RECORD":
            stage.append_text(message["stream"], json.dumps(message["record"]).encode())
    stage.flush()
    for name in names:
        stage.mark_complete(name)
    return stage


@cache
def stream_of(type_name: str) -> str:
    """The stream of a type: `Account` → `accounts`."""
    contract = load_contract()
    return next(name for name, root in contract.query.items() if contract.entity_of(root.type.name) == type_name and not name.startswith("core_"))
