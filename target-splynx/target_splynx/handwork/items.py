"""What must be made by hand, and what of it is there by now.

In: settings, stage, ledger, client (reads lists). Out: `Item`s. What is needed is told by `models/<mapping>/handwork/
<kind>.sql`:

    -- title: Ticket types
    -- where: Config › Tickets › Types
    -- why: The API only reads them. Tickets find theirs by name.
    SELECT name, details, "exists" …

`exists`: whether Splynx shows it; NULL where no API shows it, so that a person must look and tick it off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import duckdb

from target_splynx.contract.resource import resources
from target_splynx.errors import ModelError
from target_splynx.ledger.store import Ledger
from target_splynx.modelling import companions
from target_splynx.modelling.companions import Companion, PartsFor
from target_splynx.modelling.dependencies import sql_error
from target_splynx.modelling.evaluate import Evaluator
from target_splynx.planning.existing import Existing
from target_splynx.planning.large import LARGE
from target_splynx.run import prepare_models
from target_splynx.settings import Settings
from target_splynx.splynx.client import Client
from target_splynx.stage.store import Stage

_KEYS = ("title", "where", "why")


@dataclass(frozen=True)
class Item:
    """One thing to make. `exists`: Splynx shows it (None: no API shows it); `ticked`: a person said it is done."""

    kind: str
    name: str
    details: str
    exists: bool | None
    ticked: bool = False

    @property
    def id(self) -> str:
        """What `--tick` takes."""
        return f"{self.kind}:{self.name}"

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return bool(self.exists) or self.ticked


@dataclass(frozen=True)
class Chapter:
    """All things of one kind. `problem`: why they could not be listed."""

    kind: str
    title: str
    where: str
    why: str
    items: tuple[Item, ...] = ()
    problem: str = ""

    @property
    def missing(self) -> int:
        """Things that are left to do."""
        return sum(not item.done for item in self.items)


def chapters(settings: Settings, stage: Stage, ledger: Ledger, client: Client, ticked: frozenset[str]) -> list[Chapter]:
    """Everything that is to be made by hand, by kind.

    Raises:
        MigrationError: a setting or a file is wrong, or Splynx does not answer.
    """
    graph, _ = prepare_models(settings, stage)
    evaluator = Evaluator(stage.connection, settings.workspace, keep=True)
    evaluator.set_variables(settings.variables)
    parts = PartsFor(evaluator, graph.parts, stage.connection)
    lists = _Lists(evaluator, ledger, Existing(client))
    found = companions.load("handwork", settings.mapping, settings.models_path, keys=_KEYS)
    return [_chapter(source, stage, parts, lists, ticked) for _, source in sorted(found.items())]


def _chapter(source: Companion, stage: Stage, parts: PartsFor, lists: _Lists, ticked: frozenset[str]) -> Chapter:
    title, where, why = (str(source.header[key]) for key in _KEYS)
    chapter = Chapter(source.name, title, where, why)
    try:
        found = parts.reads(source)
        missing = sorted(found.streams - stage.complete())
        if missing:
            return replace(chapter, problem=f"stream {missing[0]} was never staged in full: select it in the tap.")
        for resource in sorted(found.resources):
            lists.make(resource)
        parts.make(source)
        return replace(chapter, items=tuple(_items(stage.connection, source, ticked)))
    except ModelError as error:
        return replace(chapter, problem=str(error))


def _items(connection: duckdb.DuckDBPyConnection, source: Companion, ticked: frozenset[str]) -> Iterator[Item]:
    try:
        rows = connection.execute(
            'SELECT DISTINCT CAST(name AS VARCHAR), CAST(details AS VARCHAR), CAST("exists" AS BOOLEAN) '
            f"FROM ({source.sql}\n) ORDER BY ALL"
        ).fetchall()
    except duckdb.Error as error:
        raise sql_error(source.part, error) from None
    for name, details, exists in rows:
        item = Item(source.name, name, details or "", exists)
        yield replace(item, ticked=item.id in ticked)


class _Lists:
    """Tables `splynx.<resource>` of what Splynx lists, each read once."""

    def __init__(self, evaluator: Evaluator, ledger: Ledger, existing: Existing) -> None:
        self._evaluator, self._ledger, self._existing = evaluator, ledger, existing
        self._made: set[str] = set()

    def make(self, name: str) -> None:
        if name in self._made or name not in resources():
            return
        self._made.add(name)
        resource = resources()[name]
        ids = ((key, int(number)) for key, number in self._ledger.ids(name) if number.lstrip("-").isdigit())
        listed = [] if name in LARGE else self._existing.listing(resource)
        self._evaluator.resource_table(resource, [], ids, listed, provisional=False)
