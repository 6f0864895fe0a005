"""Keeping a result: a file in the workspace, with a fingerprint of what it was made from.

`go_live` demands a result that fits the stage, the ledger and the settings as they are; the report shows it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from target_splynx.ledger.store import Ledger
from target_splynx.ledger.written import last_writing_run
from target_splynx.reconcile.result import Reconciliation
from target_splynx.settings import Settings
from target_splynx.stage.content import contents
from target_splynx.stage.store import Stage
from target_splynx.workspace import read_json, write_private

FOLDER = "reconcile"
LATEST = "latest.json"
_PARTS = frozenset({"go_live_partners", "pilot_accounts"})
"""Settings that say who goes live, not what was compared."""


def fingerprint(settings: Settings, stage: Stage, ledger: Ledger, streams: Iterable[str]) -> dict[str, Any]:
    """What the comparison was made from: the rows of each stream, the run that wrote last, the settings that decide."""
    return {
        "streams": {name: content.as_dict() for name, content in contents(stage, streams).items()},
        "run": last_writing_run(ledger),
        "settings": settings_digest(settings.variables),
    }


def settings_digest(variables: Mapping[str, Any]) -> str:
    """Of the settings that models read."""
    told = {name: value for name, value in variables.items() if name not in _PARTS}
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


def as_dict(result: Reconciliation) -> dict[str, Any]:
    """Everything as JSON values; money in whole cents."""
    return {
        "day": result.day,
        "strategy": result.strategy,
        "currency_exponent": result.exponent,
        "clean": result.clean,
        "complete": result.complete,
        "compared": result.compared,
        "live": result.live,
        "previews": result.previews,
        "previews_wanted": result.previews_wanted,
        "unexplained": len(result.unexplained),
        "sums": [asdict(figure) for figure in result.sums],
        "differences": [
            {
                **asdict(each),
                "difference": each.difference,
                "unexplained": each.unexplained,
                "explained": each.explained,
            }
            for each in result.differences
        ],
        "blocking": result.blocking,
        "fingerprint": result.fingerprint,
    }


def save(workspace: Path, result: Reconciliation) -> Path:
    """Write `reconcile/<time>.json`, and the same as `latest.json`; only the owner may read them."""
    folder = workspace / FOLDER
    now = datetime.now(timezone.utc)
    text = json.dumps({"at": now.isoformat(timespec="seconds"), **as_dict(result)}, ensure_ascii=False, indent=1)
    path = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
    for target in (path, folder / LATEST):
        write_private(target, text)
    return path


def latest(workspace: Path) -> dict[str, Any] | None:
    """The last result, if there is one that can be read."""
    return read_json(workspace / FOLDER / LATEST)
