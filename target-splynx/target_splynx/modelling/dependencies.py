"""Which tables a model reads, and the order that follows.

In: models and a DuckDB connection (its parser finds the tables). Out: `Graph`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from target_splynx.errors import ModelError
from target_splynx.modelling.model import SECTIONS, Model, Part

FIELDS_RESOURCE = "additional_fields"

BARRIERS = frozenset({"money", "go_live"})
"""Sections that begin only when everything before is written (research/mapping.md §13, order constraints)."""


@dataclass(frozen=True)
class Reads:
    """Tables that a SELECT reads: streams of the source, resources of Splynx, shared parts, tables of the engine."""

    streams: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    engine: frozenset[str] = frozenset()

    def __or__(self, other: Reads) -> Reads:
        """Both."""
        return Reads(
            self.streams | other.streams,
            self.resources | other.resources,
            self.parts | other.parts,
            self.engine | other.engine,
        )


@dataclass
class Graph:
    """Models in load order, with what each reads (through shared parts, too) and which models each waits for.

    `parts`: the shared SELECTs, each after those it reads. `optional`: streams that may be missing, with the columns
    that an empty table in their place has.
    """

    order: list[Model]
    reads: dict[str, Reads]
    parts: list[Part] = field(default_factory=list)
    waits_for: dict[str, set[str]] = field(default_factory=dict)
    optional: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def reads(source: Model | Part, connection: duckdb.DuckDBPyConnection, *, beside: Iterable[str] = ()) -> Reads:
    """The tables named in a SELECT. `beside`: further schemas that it may name; their tables are not told.

    Raises:
        ModelError: the SQL does not parse, or names a table outside `sonar`, `splynx`, `shared`, `engine`.
    """
    try:
        names = connection.get_table_names(source.sql, qualified=True)
    except duckdb.Error as error:
        raise sql_error(source, error) from None
    groups: dict[str, set[str]] = {"sonar": set(), "splynx": set(), "shared": set(), "engine": set()}
    for raw in names:
        name = re.split(r"\s+AS\s+", raw, flags=re.IGNORECASE)[0].replace('"', "")
        schema, _, table = name.partition(".")
        if table and schema in groups:
            groups[schema].add(table)
        elif table and schema not in beside:
            raise ModelError(
                source.path,
                f"unknown schema in `{name}`.",
                line=_line(source, name),
                remedy="Read sonar.<stream>, splynx.<resource> or shared.<part>.",
            )
    return Reads(*(frozenset(groups[name]) for name in ("sonar", "splynx", "shared", "engine")))


def through_parts(direct: Reads, part_reads: dict[str, Reads]) -> Reads:
    """What a SELECT reads, with everything that the parts it names read."""
    found, todo = direct, set(direct.parts)
    while todo:
        name = todo.pop()
        more = part_reads.get(name, Reads())
        todo |= more.parts - found.parts
        found |= more
    return found


def _ordered_parts(parts: Iterable[Part], part_reads: dict[str, Reads]) -> list[Part]:
    left = {part.name: part for part in parts}
    order: list[Part] = []
    while left:
        ready = [name for name in left if not (part_reads[name].parts & left.keys())]
        if not ready:
            first = left[min(left)]
            raise ModelError(first.path, f"these shared parts read each other: {', '.join(sorted(left))}.")
        order += [left.pop(name) for name in sorted(ready)]
    return order


def build_graph(
    models: Iterable[Model],
    parts: Iterable[Part],
    connection: duckdb.DuckDBPyConnection,
    optional: Mapping[str, Mapping[str, str]] | None = None,
) -> Graph:
    """Topological order; ties by section, then name. `optional`: see `Graph`.

    A model waits for every model that creates a resource it reads; a patch waits for the models that create its
    resource; marked models wait for the additional fields; the sections `money` and `go_live` wait for everything
    before them.

    Raises:
        ModelError: the models wait for each other in a circle, or name a part that is not there.
    """
    models, parts = list(models), list(parts)
    part_reads = {part.name: reads(part, connection) for part in parts}
    direct = {model.name: reads(model, connection) for model in models}
    for part in parts:
        _check_parts(part, part_reads[part.name], part_reads)
    for model in models:
        _check_parts(model, direct[model.name], part_reads)
    all_reads = {name: through_parts(found, part_reads) for name, found in direct.items()}
    waits = _waits(models, all_reads)
    return Graph(_ordered(models, waits), all_reads, _ordered_parts(parts, part_reads), waits, optional or {})


def _check_parts(source: Model | Part, named: Reads, part_reads: dict[str, Reads]) -> None:
    for name in sorted(named.parts - part_reads.keys()):
        raise ModelError(source.path, f"there is no shared part `{name}`.", line=_line(source, f"shared.{name}"))


def _waits(models: list[Model], all_reads: dict[str, Reads]) -> dict[str, set[str]]:
    """The models that must be written before each model."""
    creators: dict[str, list[Model]] = {}
    for model in models:
        if model.mode == "create":
            creators.setdefault(model.resource.name, []).append(model)
    waits: dict[str, set[str]] = {}
    for model in models:
        needs = set(all_reads[model.name].resources)
        if model.mode == "patch":
            needs.add(model.resource.name)
        if model.resource.additional_fields:
            needs.add(FIELDS_RESOURCE)
        if model.mode == "create":
            needs.discard(model.resource.name)
        waits[model.name] = {
            writer.name for resource in needs for writer in creators.get(resource, ()) if writer.name != model.name
        }
        for name in model.after:
            if name not in all_reads:
                raise ModelError(model.path, f"`after: {name}` names no model.", line=_line_in(model.path, "after:"))
            waits[model.name].add(name)
        if model.section in BARRIERS:
            rank_here = SECTIONS.index(model.section)
            waits[model.name] |= {other.name for other in models if SECTIONS.index(other.section) < rank_here}
    return waits


def _ordered(models: list[Model], waits: dict[str, set[str]]) -> list[Model]:
    order: list[Model] = []
    left = {model.name: model for model in models}
    done: set[str] = set()
    rank = {model.name: (SECTIONS.index(model.section), model.name) for model in models}
    while left:
        ready = sorted((name for name in left if waits[name] <= done), key=rank.__getitem__)
        if not ready:
            circle = sorted(left)
            first = left[circle[0]]
            raise ModelError(
                first.path,
                f"these models wait for each other: {', '.join(circle)}.",
                remedy="Move the link that closes the circle into a model with `-- mode: patch`.",
            )
        name = ready[0]
        order.append(left.pop(name))
        done.add(name)
    return order


def sql_error(model: Model | Part, error: BaseException) -> ModelError:
    """DuckDB's complaint, placed in the model's file."""
    text = str(error)
    match = re.search(r"LINE (\d+):", text)
    line = model.first_line + int(match[1]) - 1 if match else None
    problem = text.split("\n\nLINE")[0].strip().replace("\n", " ")
    return ModelError(model.path, problem, line=line)


def _line(model: Model | Part, text: str) -> int | None:
    for number, line in enumerate(model.sql.splitlines()):
        if text.split(".")[-1] in line:
            return model.first_line + number
    return None


def _line_in(path: Path, text: str) -> int:
    return next((n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line), 1)
