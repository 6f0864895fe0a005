"""Files beside the models: what becomes of each source row, data-quality checks, what must be made by hand.

    -- title: Custom field value with more than 255 characters
    -- severity: warn
    SELECT …

In: a folder of such files (`library.COMPANIONS`). Out: `Companion`s, and the shared parts that they read as tables.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from target_splynx.errors import ModelError
from target_splynx.modelling.dependencies import Reads, build_graph, reads, through_parts
from target_splynx.modelling.evaluate import Evaluator
from target_splynx.modelling.library import COMPANIONS, companion_files, load_models
from target_splynx.modelling.model import Part

PLAN = ("plan",)
"""Companions may read what models yield, too (`plan."<section>__<model>"`)."""


@dataclass(frozen=True)
class Companion:
    """One file: name, the comment at its top (as text, and as values where it is `key: value` lines), SELECT."""

    name: str
    path: Path
    sql: str
    first_line: int
    comment: str
    header: dict[str, Any] = field(default_factory=dict)

    @property
    def part(self) -> Part:
        """As the SELECT that it is, for whoever looks for the tables it names."""
        return Part(self.name, self.path, self.sql, self.first_line)


def load(
    folder: str, mapping: str, models_path: str | None = None, *, keys: Iterable[str] = ()
) -> dict[str, Companion]:
    """The files of a folder by name. `keys`: what the header must say, each; without any it is a sentence.

    Raises:
        SettingsError: there is no such mapping.
        ModelError: a header says too little, or something unknown.
    """
    found = companion_files(folder, mapping, models_path)
    return {name: _read(path, tuple(keys)) for name, path in found.items()}


def _read(path: Path, keys: tuple[str, ...]) -> Companion:
    lines = path.read_text(encoding="utf-8").splitlines()
    top = [line[2:].strip() for line in itertools.takewhile(lambda line: line.startswith("--"), lines)]
    sql = "\n".join(lines[len(top) :]).strip().rstrip(";")
    companion = Companion(path.stem, path, sql, len(top) + 1, " ".join(top))
    if not keys:
        return companion
    try:
        header = yaml.safe_load("\n".join(top)) or {}
    except yaml.YAMLError:
        raise ModelError(path, "the header is not valid YAML.", line=1) from None
    told = set(header) if isinstance(header, dict) else set()
    if told != set(keys):
        raise ModelError(path, f"the header must say {', '.join(keys)}.", line=1)
    return Companion(path.stem, path, sql, len(top) + 1, companion.comment, header)


def streams_of(mapping: str, connection: duckdb.DuckDBPyConnection, models_path: str | None = None) -> list[str]:
    """Every stream that a migration reads: for its models, and for what stands beside them.

    Raises:
        SettingsError: there is no such mapping.
        ModelError: a file is wrong.
    """
    models, parts = load_models(mapping, models_path)
    graph = build_graph(models, parts, connection)
    of_parts = {part.name: reads(part, connection) for part in parts}
    found = {stream for each in graph.reads.values() for stream in each.streams}
    for folder in COMPANIONS:
        for companion in load(folder, mapping, models_path).values():
            found |= through_parts(reads(companion.part, connection, beside=PLAN), of_parts).streams
    return sorted(found)


class PartsFor:
    """Makes the shared parts that companions read, each once."""

    def __init__(
        self, evaluator: Evaluator, parts: list[Part], connection: duckdb.DuckDBPyConnection, *, reuse: bool = False
    ) -> None:
        """`parts`: in an order in which each comes after those it reads. `reuse`: those of the last run still hold."""
        self._evaluator, self._parts, self._connection = evaluator, parts, connection
        self._reads = {part.name: reads(part, connection) for part in parts}
        self._made: set[str] = set()
        if reuse:
            tables = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'shared'"
            self._made |= {name for (name,) in connection.execute(tables).fetchall()}

    def reads(self, companion: Companion) -> Reads:
        """Everything that it reads, through parts, too.

        Raises:
            ModelError: it names a part or a schema that there is not, or is no SQL.
        """
        found = through_parts(reads(companion.part, self._connection, beside=PLAN), self._reads)
        if unknown := sorted(found.parts - self._reads.keys()):
            raise ModelError(companion.path, f"there is no shared part `{unknown[0]}`.", line=companion.first_line)
        return found

    def make(self, companion: Companion) -> None:
        """Make what is missing of the parts that it reads."""
        wanted = self.reads(companion).parts
        for part in self._parts:
            if part.name in wanted and part.name not in self._made:
                self._evaluator.run_part(part)
                self._made.add(part.name)
