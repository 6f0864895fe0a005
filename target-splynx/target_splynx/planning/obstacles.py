"""Models that must not run: half of their input, or waiting for a model that cannot run."""

from __future__ import annotations

from target_splynx.modelling.dependencies import Graph
from target_splynx.stage.store import Stage


def obstacles(graph: Graph, stage: Stage) -> dict[str, str]:
    """Model → reason and remedy."""
    stopped: dict[str, str] = {}
    complete = stage.complete()
    for model in graph.order:
        for stream in sorted(graph.reads[model.name].streams - graph.optional.keys() - complete):
            stopped.setdefault(
                model.name,
                f"stream {stream} was never staged in full. Select it in the tap and run once with --full-refresh "
                "(meltano run --full-refresh tap-sonar target-splynx).",
            )
        for name in sorted(graph.waits_for[model.name]):
            if name in stopped:
                stopped.setdefault(model.name, f"it waits for {name}, which cannot run.")
    return stopped
