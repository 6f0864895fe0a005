"""Whether the stage still holds what a saved plan was made from.

In: the stage's connection. Out: a text that changes with every record that arrives and every row that goes.
"""

from __future__ import annotations

import hashlib
import json

import duckdb

from target_splynx.modelling.model import Model, Part
from target_splynx.stage.store import RUN_COLUMN, SOURCE_SCHEMA, Stage
from target_splynx.stage.types import quoted


def stage_fingerprint(stage: Stage) -> str:
    """Of all streams: rows, completeness, and in which run the newest row came (a merge stamps every row it writes)."""
    found = []
    for name, status in stage.streams().items():
        newest = stage.connection.execute(f"SELECT max({RUN_COLUMN}) FROM {SOURCE_SCHEMA}.{quoted(name)}").fetchone()
        found.append([name, status.rows, status.complete, newest[0] if newest else None])
    return _digest(found)


def models_fingerprint(models: list[Model], parts: list[Part]) -> str:
    """Of everything that the models' files say."""
    told = [[m.name, m.resource.name, m.mode, m.sql, list(m.natural_key), m.on_delete, m.end] for m in models]
    return _digest([sorted(told, key=str), sorted([part.name, part.sql] for part in parts)])


def mark_evaluated(stage: Stage, models: list[Model], parts: list[Part]) -> None:
    """The tables of the plan hold what these models make of what is staged now."""
    stage.connection.execute(
        "CREATE OR REPLACE TABLE engine.evaluated AS SELECT CAST(? AS VARCHAR) AS fingerprint",
        [_both(stage, models, parts)],
    )


def evaluated_from_this(stage: Stage, models: list[Model], parts: list[Part]) -> bool:
    """Whether nothing was staged, and no model changed, since `mark_evaluated`."""
    try:
        row = stage.connection.execute("SELECT fingerprint FROM engine.evaluated").fetchone()
    except duckdb.CatalogException:
        return False
    return row == (_both(stage, models, parts),)


def _both(stage: Stage, models: list[Model], parts: list[Part]) -> str:
    return f"{stage_fingerprint(stage)} {models_fingerprint(models, parts)}"


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:32]
