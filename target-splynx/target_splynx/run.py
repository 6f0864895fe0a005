"""One run: resolve doubts, plan, load, sum up. Used by the target at the end of its input and by `splynx-migration`.

In: settings and a stage whose input has ended. Out: `RunResult`; the ledger holds everything else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from target_splynx import functions
from target_splynx.contract.live import LiveContract
from target_splynx.errors import MigrationError, Stopped
from target_splynx.ledger.befores import fill_befores
from target_splynx.ledger.store import Ledger
from target_splynx.loading.progress import Progress
from target_splynx.loading.session import LoadSession, limits_of
from target_splynx.modelling.dependencies import Graph, build_graph
from target_splynx.modelling.evaluate import Evaluator
from target_splynx.modelling.library import AS_IS, load_models, names_in, optional_streams
from target_splynx.modelling.passthrough import passthrough_models
from target_splynx.planning.billed import Billed
from target_splynx.planning.engine_tables import keep_basis
from target_splynx.planning.existing import Existing
from target_splynx.planning.planner import Planner
from target_splynx.planning.summary import PlanSummary
from target_splynx.reconcile.guard import demand_proof
from target_splynx.settings import Settings
from target_splynx.splynx.auth import authentication
from target_splynx.splynx.client import Client
from target_splynx.stage.fingerprint import mark_evaluated, models_fingerprint, stage_fingerprint
from target_splynx.stage.store import Stage
from target_splynx.stage.sweeps import swept_stream
from target_splynx.watching.pulse import Pulse

logger = logging.getLogger(__name__)


@dataclass
class RunResult:
    """What a run did. `rows`: one dict per model, in load order, as the summary table shows them."""

    run: int
    state: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0
    seconds: float = 0.0
    failed_models: dict[str, str] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        """Records that could not be written, with those that wait for them."""
        return sum(int(row["rejected"]) + int(row["blocked"]) for row in self.rows)

    @property
    def written(self) -> int:
        """Writes that Splynx accepted."""
        return sum(
            int(row["created"]) + int(row["changed"]) + int(row["ended"]) + int(row["deleted"]) for row in self.rows
        )

    def sentence(self) -> str:
        """The result in one line."""
        total = {name: sum(int(row[name]) for row in self.rows) for name in _COUNTS}
        head = "planned" if self.state == "planned" else self.state
        return (
            f"run {self.run} {head}: {total['created']} created, {total['changed']} changed, {total['ended']} ended, "
            f"{total['deleted']} deleted, {total['adopted']} adopted, {total['unchanged']} unchanged, "
            f"{total['rejected']} rejected, {total['blocked']} blocked, {total['skipped']} skipped, "
            f"{self.requests} requests, {self.seconds:.0f} s"
        )


_COUNTS = ("created", "changed", "ended", "deleted", "adopted", "unchanged", "rejected", "blocked", "skipped")


def connect(settings: Settings, *, stop: threading.Event | None = None) -> Client:
    """The HTTP client that the settings describe. `stop`: once set, nobody waits for a slow Splynx any more."""
    auth = authentication(
        settings.auth_method,
        api_key=settings.api_key,
        api_secret=settings.api_secret,
        admin_login=settings.admin_login,
        admin_password=settings.admin_password,
    )
    return Client(
        settings.api_url,
        auth,
        timeout=settings.request_timeout,
        ca_bundle=settings.ca_bundle,
        retry_attempts=settings.retry_attempts,
        requests_per_minute=settings.requests_per_minute,
        connections=settings.parallel_workers,
        stop=stop,
    )


def prepare_models(settings: Settings, stage: Stage) -> tuple[Graph, frozenset[str]]:
    """All models in order, and the names of those whose section is loaded now."""
    functions.register(
        stage.connection,
        timezone=settings.timezone,
        currency_exponent=settings.currency_exponent,
        default_country=settings.default_country,
    )
    made = passthrough_models(stage.connection, names_in(settings.models_path)) if settings.mapping == AS_IS else []
    graph = build_graph(
        *load_models(settings.mapping, settings.models_path, made), stage.connection, optional_streams(settings.mapping)
    )
    return graph, frozenset(model.name for model in graph.order if model.section in settings.sections)


def fingerprints(stage: Stage, graph: Graph) -> dict[str, str]:
    """What a saved plan was made from: `apply` compares."""
    return {"stage": stage_fingerprint(stage), "models": models_fingerprint(graph.order, graph.parts)}


def execute(
    settings: Settings,
    stage: Stage,
    ledger: Ledger,
    *,
    public_settings: Mapping[str, Any],
    stop: threading.Event,
    client: Client | None = None,
    streams: Iterable[str] = (),
) -> RunResult:
    """Plan, and unless `dry_run`, load. `streams`: names of the streams that the tap sent in this run.

    Raises:
        MigrationError: one clear line; the ledger tells how far it came.
    """
    began = time.monotonic()
    ledger.hold(settings.workspace)
    client = client or connect(settings, stop=stop)
    client.check()
    graph, active = prepare_models(settings, stage)
    _unknown_streams(settings.unknown_streams, streams, graph, stage)
    session = LoadSession(settings, ledger, client, graph, stop=stop)
    if not settings.dry_run:
        session.resolve_doubts()
    run = ledger.start_run(dry_run=settings.dry_run, settings=dict(public_settings))
    result = RunResult(run, "failed")
    summary = PlanSummary()
    progress = Progress(totals={}, pulse=Pulse(settings.workspace, client.counters).beat)
    try:
        evaluator = Evaluator(stage.connection, settings.workspace)
        evaluator.set_variables(settings.variables)
        planner = Planner(
            run=run,
            graph=graph,
            active=active,
            stage=stage,
            ledger=ledger,
            live=LiveContract(client),
            existing=Existing(client, adopt=settings.adopt),
            evaluator=evaluator,
            billed=Billed(client),
            on_delete=settings.on_delete,
            files=session.files,
        )
        session.files.clear()
        summary = planner.plan(stop)
        keep_basis(evaluator, ledger, run)
        mark_evaluated(stage, graph.order, graph.parts)
        ledger.set_run_state(run, "planned")
        logger.info("the plan has %d writes", summary.writes)
        fill_befores(ledger, run)
        result.state = "planned"
        if not settings.dry_run:
            result.state = "failed"
            limits = limits_of(settings, rejects=summary.rejected, rows=summary.rows)
            demand_proof(settings, stage, ledger, {name: counts.writes for name, counts in summary.models.items()})
            ledger.set_run_state(run, "loading")
            progress.totals = {name: counts.writes + counts.adopt for name, counts in summary.models.items()}
            session.load(run, active=active, progress=progress, limits=limits)
            session.files.clear()
            result.state = "failed" if summary.failed else "done"
    except Stopped:
        result.state = "stopped"
        raise
    finally:
        result.rows = _rows(summary, progress)
        result.requests = client.counters.requests
        result.seconds = time.monotonic() - began
        result.failed_models = summary.failed
        told = {"rows": result.rows, "requests": result.requests, "seconds": round(result.seconds, 1)}
        if result.state == "planned":
            told["fingerprints"] = fingerprints(stage, graph)
        ledger.finish_run(run, result.state, told)
    logger.info(result.sentence())
    if summary.failed:
        first = next(iter(summary.failed.items()))
        raise MigrationError(f"{len(summary.failed)} models could not be planned. {first[0]}: {first[1]}")
    return result


def _unknown_streams(policy: str, streams: Iterable[str], graph: Graph, stage: Stage) -> None:
    """Say, or refuse, what no model reads; streams of ids tell what is gone from those that models read."""
    named = {swept_stream(stage, name) or name for name in streams}
    unknown = sorted(named.difference(*(reads.streams for reads in graph.reads.values())))
    if not unknown or policy == "ignore":
        return
    message = f"no model reads {'stream' if len(unknown) == 1 else 'streams'} {', '.join(unknown)}"
    if policy == "fail":
        raise MigrationError(
            f"{message[0].upper()}{message[1:]}, and unknown_streams is fail. Deselect them in the tap, add models "
            "(`models_path`), or set unknown_streams to warn. Nothing was written."
        )
    logger.warning("%s: staged, but not loaded", message)


def _rows(summary: PlanSummary, progress: Progress) -> list[dict[str, Any]]:
    rows = []
    for name, counts in summary.models.items():
        loaded = progress.models.get(name)
        rows.append(
            {
                "section": name.split("/")[0],
                "model": name,
                "read": counts.read,
                "to_create": counts.create,
                "to_change": counts.update,
                "created": loaded.created if loaded else 0,
                "changed": loaded.changed if loaded else 0,
                "ended": loaded.ended if loaded else 0,
                "deleted": loaded.deleted if loaded else 0,
                "adopted": loaded.adopted if loaded else 0,
                "unchanged": counts.unchanged,
                "skipped": sum(counts.skipped.values()),
                "skip_rules": dict(counts.skipped),
                "rejected": counts.rejected + (loaded.rejected if loaded else 0),
                "blocked": counts.blocked + (loaded.blocked if loaded else 0),
                "seconds": round(counts.seconds + (loaded.seconds if loaded else 0.0), 1),
                "problem": counts.problem,
            }
        )
    return rows
