"""`apply`: a saved plan is carried out exactly as it stands, or not at all.

In: settings, stage, ledger, the number of a run in state `planned`. Out: `RunResult`. Refused when the stage or the
models have moved since, when Splynx no longer holds what the plan was made against, or when another run came between.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from target_splynx.contract.resource import resources
from target_splynx.contract.values import same
from target_splynx.errors import MigrationError, PlanStale, Stopped
from target_splynx.ledger.entries import Operation
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.undoings import begin_loading, run_of
from target_splynx.loading.progress import Progress
from target_splynx.loading.session import LoadSession, limits_of
from target_splynx.modelling.dependencies import Graph
from target_splynx.modelling.model import Model
from target_splynx.planning.diff import is_provisional
from target_splynx.planning.existing import Existing
from target_splynx.planning.relations import identity
from target_splynx.readback import Expected, pairs, read
from target_splynx.run import RunResult, fingerprints, prepare_models
from target_splynx.settings import Settings
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import SplynxError
from target_splynx.stage.store import Stage
from target_splynx.watching.pulse import Pulse

logger = logging.getLogger(__name__)

_SHOWN = 5
_AGAIN = "Make a new plan: `splynx-migration plan --refresh`. Nothing was written."


def apply_plan(
    settings: Settings,
    stage: Stage,
    ledger: Ledger,
    client: Client,
    *,
    run: int | None,
    stop: threading.Event,
) -> RunResult:
    """Carry out the plan of `run` (None: of the last run).

    Raises:
        PlanStale: something has moved since; the message says what, and nothing was written.
        Stopped: a signal came; what had begun is finished.
    """
    began = time.monotonic()
    number, summary = _saved(ledger, run)
    client.check()
    graph, _ = prepare_models(settings, stage)
    _same_input(summary, stage, graph)
    session = LoadSession(settings, ledger, client, graph, stop=stop)
    session.resolve_doubts()
    active = frozenset(model for model, _, state, _ in ledger.counts(number) if state == "planned")
    _nothing_moved(ledger, client, graph, number, active, settings.parallel_workers)
    rows = list(summary.get("rows", []))
    rejects, read = sum(int(row["rejected"]) for row in rows), sum(int(row["read"]) for row in rows)
    limits = limits_of(settings, rejects=rejects, rows=read)
    if not begin_loading(ledger, number):
        raise PlanStale(f"Run {number} was overtaken by another run. {_AGAIN}")
    result = RunResult(number, "failed", rows=rows)
    totals: Counter[str] = Counter()
    for model, _, state, count in ledger.counts(number):
        totals[model] += count if state == "planned" else 0
    progress = Progress(totals=dict(totals), pulse=Pulse(settings.workspace, client.counters).beat)
    try:
        session.load(number, active=active, progress=progress, limits=limits)
        result.state = "done"
    except Stopped:
        result.state = "stopped"
        raise
    finally:
        for row in rows:
            _add_loaded(row, progress)
        result.requests = client.counters.requests
        result.seconds = time.monotonic() - began
        ledger.finish_run(
            number,
            result.state,
            {**summary, "rows": rows, "requests": result.requests, "seconds": round(result.seconds, 1)},
        )
    logger.info(result.sentence())
    return result


# -- may it be applied? ------------------------------------------------------------------------------------------------


def _saved(ledger: Ledger, run: int | None) -> tuple[int, dict[str, Any]]:
    """The number and summary of the plan, if it is the newest thing that happened."""
    last = ledger.last_run()
    if last is None:
        raise PlanStale("There is no plan yet. Make one: `splynx-migration plan --refresh`.")
    number = int(last["id"]) if run is None else run
    found = run_of(ledger, number)
    if found is None:
        raise PlanStale(f"There is no run {number}. `splynx-migration plan` shows the last one.")
    if int(last["id"]) != number:
        raise PlanStale(f"Run {last['id']} came after the plan of run {number}. {_AGAIN}")
    if found["state"] != "planned":
        raise PlanStale(
            f"Run {number} is {found['state']}, not a saved plan."
            + (" It was interrupted while it wrote." if found["state"] in {"loading", "stopped"} else "")
            + f" {_AGAIN}"
        )
    problems = [row for row in found["summary"].get("rows", []) if row.get("problem")]
    if problems:
        raise PlanStale(f"The plan is not whole. {problems[0]['model']}: {problems[0]['problem']} {_AGAIN}")
    return number, found["summary"]


def _same_input(summary: dict[str, Any], stage: Stage, graph: Graph) -> None:
    now = fingerprints(stage, graph)
    kept = summary.get("fingerprints") or {}
    if kept.get("stage") != now["stage"]:
        raise PlanStale(f"Records have been staged since the plan was made. {_AGAIN}")
    if kept.get("models") != now["models"]:
        raise PlanStale(f"The models have been changed since the plan was made. {_AGAIN}")


def _nothing_moved(
    ledger: Ledger, client: Client, graph: Graph, run: int, active: frozenset[str], workers: int
) -> None:
    """Compare with Splynx what the plan would change or make; lists, not one request per record."""
    moved: list[str] = []
    existing = Existing(client)
    for model in graph.order:
        if model.name not in active:
            continue
        planned = list(_planned(ledger, run, model.name))
        try:
            moved += _changed_since(client, model, planned, workers)
            moved += _made_since(existing, model, planned)
        except SplynxError as error:
            raise MigrationError(
                f"{model.resource.name} cannot be read back ({error}), so nobody knows whether Splynx has moved. "
                "Nothing was written."
            ) from None
    if moved:
        more = f", and {len(moved) - _SHOWN} more" if len(moved) > _SHOWN else ""
        raise PlanStale(f"Splynx has moved since the plan was made: {'; '.join(moved[:_SHOWN])}{more}. {_AGAIN}")


def _planned(ledger: Ledger, run: int, model: str) -> Iterator[Operation]:
    after = 0
    while page := ledger.planned(run, model, after=after, limit=2000):
        yield from page
        after = page[-1].id


def _changed_since(client: Client, model: Model, planned: list[Operation], workers: int) -> Iterator[str]:
    """Records that are gone, or whose fields no longer hold what the plan says they held."""
    held: dict[str, list[Operation]] = {}
    wanted: dict[str, Expected] = {}
    for operation in planned:
        if operation.action == "create" or not operation.splynx_id or _will_be_made(operation):
            continue
        own = identity(operation.resource, operation.splynx_id, operation.path)[1]
        held.setdefault(own, []).append(operation)
        wanted[own] = Expected(operation.source_key, operation.splynx_id, operation.path, {})
    if not wanted:
        return
    for each, row in read(client, resources()[model.resource.name], wanted, workers):
        own = identity(model.resource.name, each.splynx_id, each.path)[1]
        if row is None:
            yield f"{model.resource.name} {each.splynx_id} is gone"
            continue
        for operation in held[own]:
            image = operation.payload if operation.action == "adopt" else operation.before or {}
            for name, before, now, shown in pairs(image, row):
                # Nothing is known of a field that was not written before.
                if shown and before is not None and operation.action != "delete" and not same(before, now):
                    yield f"{name} of {model.resource.name} {each.splynx_id} was changed"


def _will_be_made(operation: Operation) -> bool:
    text = operation.splynx_id or ""
    return text.lstrip("-").isdigit() and is_provisional(int(text))


def _made_since(existing: Existing, model: Model, planned: list[Operation]) -> Iterator[str]:
    """Records that the plan creates and that are there by now."""
    if model.mode != "create":
        return
    wanted = [(o.source_key, {**o.path, **o.payload}) for o in planned if o.action == "create"]
    for key in existing.find(model, wanted):
        yield f"{model.resource.name} {key} is there by now"


# -- small things ------------------------------------------------------------------------------------------------------


def _add_loaded(row: dict[str, Any], progress: Progress) -> None:
    loaded = progress.models.get(row["model"])
    if loaded is None:
        return
    for name in ("created", "changed", "ended", "deleted", "adopted"):
        row[name] = getattr(loaded, name)
    row["rejected"] += loaded.rejected
    row["blocked"] += loaded.blocked
    row["seconds"] = round(float(row["seconds"]) + loaded.seconds, 1)
