"""What is said about each stream: the files of a mapping, or, where streams are resources, the models themselves.

In: settings, graph, stage. Out: stream → `Companion` whose SELECT yields id, model, source_key, part, skip.
"""

from __future__ import annotations

from pathlib import Path

from target_splynx.modelling import companions
from target_splynx.modelling.columns import key_expression
from target_splynx.modelling.companions import Companion
from target_splynx.modelling.dependencies import Graph
from target_splynx.modelling.library import AS_IS
from target_splynx.settings import Settings
from target_splynx.stage.store import SOURCE_SCHEMA, Stage
from target_splynx.stage.types import quoted

COLUMNS = ("id", "model", "source_key", "part", "skip")


def told_streams(settings: Settings, graph: Graph) -> dict[str, Companion]:
    """Stream → what becomes of its rows.

    Raises:
        SettingsError: there is no such mapping.
    """
    found = _as_they_are(graph) if settings.mapping == AS_IS else {}
    return found | companions.load("accounting", settings.mapping, settings.models_path)


def _as_they_are(graph: Graph) -> dict[str, Companion]:
    """`mapping: splynx`: a row of the stream is the record, by its key."""
    found: dict[str, Companion] = {}
    for model in graph.order:
        section, _, stream = model.name.partition("/")
        if stream not in graph.reads[model.name].streams or model.path.is_file():
            continue
        sql = (
            f"SELECT source_key AS id, '{section}/{stream}' AS model, source_key, 'written' AS part, NULL AS skip "
            f"FROM plan.{quoted(model.table)}"
        )
        found[stream] = Companion(stream, Path(stream), sql, 1, "Written as it is.")
    return found


def row_keys(stage: Stage, stream: str) -> str:
    """A SELECT of the key of every row of a stream, as text in a column `id` (several columns joined by `|`)."""
    key = stage.key(stream)
    expression = key_expression(key) if key else "CAST(s.rowid AS VARCHAR)"
    return f"SELECT {expression} AS id FROM {SOURCE_SCHEMA}.{quoted(stream)} AS s"
