"""What carrying out a plan needs, put together once: for a run, for `apply`, for a rollback.

In: settings, ledger, client, models. Out: doubts of earlier runs resolved, a plan loaded, `Limits` from the settings.
"""

from __future__ import annotations

import threading
from decimal import Decimal

from target_splynx.errors import MigrationError
from target_splynx.ledger.store import Ledger
from target_splynx.loading.doubts import resolve_in_doubt
from target_splynx.loading.execute import Executor
from target_splynx.loading.loader import Limits, Loader
from target_splynx.loading.passwords import PasswordFile
from target_splynx.loading.progress import Progress
from target_splynx.modelling.dependencies import Graph
from target_splynx.planning.files import FileStore
from target_splynx.settings import Settings
from target_splynx.splynx.client import Client


class LoadSession:
    """Writes to one Splynx, with one ledger."""

    def __init__(
        self, settings: Settings, ledger: Ledger, client: Client, graph: Graph, *, stop: threading.Event
    ) -> None:
        """`stop`: set by a signal."""
        self.files = FileStore(settings.workspace)
        self._settings, self._ledger, self._graph, self._stop = settings, ledger, graph, stop
        self._executor = Executor(
            client,
            retry_attempts=settings.retry_attempts,
            passwords=PasswordFile(settings.workspace),
            files=self.files,
        )

    def resolve_doubts(self) -> None:
        """See `loading.doubts`."""
        models = {model.name: model for model in self._graph.order}
        resolve_in_doubt(self._ledger, self._executor, models, workers=self._settings.parallel_workers)

    def load(
        self,
        run: int,
        *,
        active: frozenset[str],
        progress: Progress,
        limits: Limits | None = None,
        executor: Executor | None = None,
    ) -> None:
        """Carry out what is planned. `active`: names of the models that have something to write; `limits`: default:
        those of the settings without rejects; `executor`: another way of writing.

        Raises:
            MigrationError: see `Loader.load`.
        """
        settings = self._settings
        Loader(
            run=run,
            graph=self._graph,
            active=active,
            ledger=self._ledger,
            executor=executor or self._executor,
            progress=progress,
            limits=limits or Limits(workers=settings.parallel_workers, batch_size=settings.batch_size),
            stop=self._stop,
        ).load()


def limits_of(settings: Settings, *, rejects: int, rows: int) -> Limits:
    """`on_reject` and `reject_limit` count the rejects that planning found, too. `rows`: that the models yield.

    Raises:
        MigrationError: the plan alone goes beyond them.
    """
    limit = reject_limit(settings.reject_limit, rows)
    too_many = ""
    if settings.on_reject == "stop" and rejects:
        too_many = f"{rejects} records cannot be written and on_reject is stop"
    elif limit is not None and rejects > limit:
        too_many = f"{rejects} records cannot be written, more than reject_limit ({settings.reject_limit}) allows"
    if too_many:
        raise MigrationError(f"{too_many}. See `splynx-migration rejects`. Nothing was written.")
    return Limits(
        workers=settings.parallel_workers,
        batch_size=settings.batch_size,
        on_reject=settings.on_reject,
        max_rejects=None if limit is None else limit - rejects,
    )


def reject_limit(text: str, rows: int) -> int | None:
    """`50` or `5%` (of the rows that the models yield); empty = no limit. The text was checked by the settings."""
    if not text:
        return None
    if text.endswith("%"):
        return int(rows * Decimal(text[:-1]) / 100)
    return int(text)
