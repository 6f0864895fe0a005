"""Nobody goes live without proof: billing is switched on only after a clean reconciliation of the same data.

In: settings, stage, ledger, and what a run is about to write. Out: nothing, or `NotProven` with the way out. Refused
when there is no result, when something in it is unexplained or was not looked at, when rows have moved since, when a
run has written since, when settings differ, or when anything but `go_live` would be written along with it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from target_splynx.errors import NotProven
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.written import last_writing_run
from target_splynx.modelling.library import companion_files
from target_splynx.reconcile.saved import FOLDER, latest, settings_digest
from target_splynx.settings import Settings
from target_splynx.stage.content import contents
from target_splynx.stage.store import Stage

logger = logging.getLogger(__name__)

SECTION = "go_live"
_SHOWN = 3
_AGAIN = "Nothing was written."
_WAY = (
    "Load what is new without go_live (`enable_billing` false), run `splynx-migration reconcile`, and when it is clean "
    "`splynx-migration go-live`."
)


def demand_proof(settings: Settings, stage: Stage, ledger: Ledger, writes: Mapping[str, int]) -> None:
    """Let a run go on, or not. `writes`: model → planned writes. A run that does not go live needs no proof.

    Raises:
        NotProven: with one sentence on what is missing.
    """
    if not any(number for model, number in writes.items() if model.startswith(f"{SECTION}/")):
        return
    if not companion_files(FOLDER, settings.mapping, settings.models_path):
        logger.warning(
            "go_live without proof: the mapping %s does not say what its source's money comes to", settings.mapping
        )
        return
    others = {model: number for model, number in writes.items() if number and not model.startswith(f"{SECTION}/")}
    if others:
        named = ", ".join(f"{model} ({number})" for model, number in list(others.items())[:_SHOWN])
        raise NotProven(
            f"go_live comes alone, and this run would also write {named}"
            f"{f' and {len(others) - _SHOWN} more' if len(others) > _SHOWN else ''}. {_WAY} {_AGAIN}"
        )
    result = latest(settings.workspace)
    if result is None:
        raise NotProven(f"go_live needs a clean reconciliation, and there is none. {_WAY} {_AGAIN}")
    if not result.get("clean"):
        raise NotProven(
            f"The reconciliation of {result.get('at')} has {result.get('unexplained')} unexplained differences. Look "
            f"at them: `splynx-migration reconcile`. {_AGAIN}"
        )
    if not result.get("complete"):
        raise NotProven(
            f"The reconciliation of {result.get('at')} looked at the next charge of {result.get('previews')} of "
            f"{result.get('previews_wanted')} customers: run `splynx-migration reconcile` without --sample and "
            f"--no-preview. {_AGAIN}"
        )
    _same_data(stage, ledger, settings, result)


def _same_data(stage: Stage, ledger: Ledger, settings: Settings, result: Mapping[str, Any]) -> None:
    kept = result.get("fingerprint") or {}
    streams = dict(kept.get("streams") or {})
    now = contents(stage, streams)
    moved = [
        _moved(name, before, now[name].as_dict() if name in now else None)
        for name, before in streams.items()
        if name not in now or now[name].as_dict() != before
    ]
    if moved:
        raise NotProven(
            f"The source has moved since the reconciliation of {result.get('at')}: {'; '.join(moved[:_SHOWN])}"
            f"{f'; and {len(moved) - _SHOWN} more streams' if len(moved) > _SHOWN else ''}. Freeze it. {_WAY} {_AGAIN}"
        )
    run = last_writing_run(ledger)
    if run != kept.get("run"):
        raise NotProven(f"Run {run} wrote after the reconciliation of {result.get('at')}. {_WAY} {_AGAIN}")
    if settings_digest(settings.variables) != kept.get("settings"):
        raise NotProven(
            f"Settings of the models have been changed since the reconciliation of {result.get('at')}. {_WAY} {_AGAIN}"
        )


def _moved(name: str, before: Mapping[str, Any], now: Mapping[str, Any] | None) -> str:
    if now is None:
        return f"{name} is gone"
    if now["rows"] != before["rows"]:
        return f"{name} has {now['rows']} rows, then {before['rows']} (newest {now['newest']})"
    return f"{name} was changed (newest {now['newest']}, then {before['newest']})"
