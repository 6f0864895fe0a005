"""Reading and writing the ledger. One thread writes (the loader's coordinator); each method is one transaction.

In and out: the types of `ledger.entries`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from target_splynx.errors import LedgerError
from target_splynx.ledger.entries import (
    Doubt,
    Operation,
    Outcome,
    Record,
    encode,
    now,
    operation_of,
    operation_row,
    record_of,
)
from target_splynx.ledger.hold import Hold, Holder, holder, take
from target_splynx.ledger.opening import opened
from target_splynx.ledger.parting import part
from target_splynx.ledger.tables import operations, records, runs

CHUNK = 500

REFUSED = "refused"
"""Splynx looked at the payload and refused it. Other rejects are found before anything is sent, or may pass by
themselves."""

CANNOT_CHANGE = "cannot_change"
"""Splynx has no way to change such a record: told once for each change."""


class Ledger:
    """The ledger of one Splynx."""

    def __init__(self, url: str, *, splynx: str) -> None:
        """`url`: SQLAlchemy URL; `splynx`: the server's address, to refuse a ledger of another server."""
        self._hold: Hold | None = None
        self.engine, self._purged = opened(url, splynx)

    def close(self) -> None:
        """Give back the connections, and the ledger to others."""
        if self._hold is not None:
            self._hold.release()
            self._hold = None
        self.engine.dispose()

    def hold(self, workspace: Path | str = "") -> None:
        """Keep other runs out until `close`; asked twice, it is held once. Every run that writes does this.

        Raises:
            LedgerBusy: another run works with it; the message says who and since when.
        """
        if self._hold is None:
            self._hold = take(self.engine, workspace=workspace)

    def needs_payloads(self) -> None:
        """Called before anything that compares with what was written.

        Raises:
            LedgerError: the payloads were wiped.
        """
        if self._purged is not None:
            raise LedgerError(
                f"The ledger was purged on {self._purged[:10]}: it knows no more what was written. Set `workspace` (or "
                "`ledger_url`) to a new one; records are recognised by their markers."
            )

    def holder(self) -> Holder | None:
        """Who works with the ledger, or did last."""
        return holder(self.engine)

    # -- runs ----------------------------------------------------------------------------------------------------

    def start_run(self, *, dry_run: bool, settings: dict[str, Any]) -> int:
        """A new run; operations that earlier runs planned and never sent are abandoned.

        Raises:
            LedgerBusy: another run works with the ledger.
        """
        self.hold()
        self.needs_payloads()
        with self.engine.begin() as connection:
            connection.execute(operations.update().where(operations.c.state == "planned").values(state="abandoned"))
            connection.execute(
                runs.update()
                .where(runs.c.state.in_(["planning", "planned", "loading"]))
                .values(state="failed", finished_at=now())
            )
            result = connection.execute(
                runs.insert().values(started_at=now(), state="planning", dry_run=dry_run, settings=encode(settings))
            )
            key = result.inserted_primary_key
            if key is None:  # pragma: no cover - only statements without a key have none
                raise LedgerError("The database told no number for the run.")
            return int(key[0])

    def finish_run(self, run: int, state: str, summary: dict[str, Any]) -> None:
        """Close a run: done, planned (dry run), failed or stopped."""
        with self.engine.begin() as connection:
            connection.execute(
                runs.update().where(runs.c.id == run).values(state=state, finished_at=now(), summary=encode(summary))
            )

    def set_run_state(self, run: int, state: str) -> None:
        """planning → planned → loading."""
        with self.engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.id == run).values(state=state))

    def last_run(self) -> dict[str, Any] | None:
        """The newest run as a dict of its columns."""
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(runs).order_by(runs.c.id.desc()).limit(1)).mappings().first()
            return dict(row) if row else None

    # -- records -------------------------------------------------------------------------------------------------

    def ids(self, resource: str, models: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
        """(source_key, Splynx id) of every record of a resource that these models (or any) made and that still lives
        there."""
        query = (
            sa.select(records.c.source_key, records.c.splynx_id)
            .where(records.c.resource == resource, records.c.state != "deleted")
            .distinct()  # a patch keeps a record of its own with the same key and id
        )
        if models:
            query = query.where(records.c.model.in_(models))
        with self.engine.connect() as connection:
            rows = connection.execution_options(yield_per=5000).execute(query)
            yield from ((str(key), str(splynx_id)) for key, splynx_id in rows)

    def newest(self, resource: str) -> int:
        """The highest id that Splynx has given to a record of a resource with numbers as ids; 0 when none is known."""
        number = sa.cast(records.c.splynx_id, sa.BigInteger)
        query = sa.select(sa.func.max(number)).where(records.c.resource == resource)
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def keys(self, model: str, states: Sequence[str] = ("live",)) -> Iterator[str]:
        """Source keys of a model's records that are live (or in other states: `ended`, `deleted`)."""
        query = sa.select(records.c.source_key).where(records.c.model == model, records.c.state.in_(states))
        with self.engine.connect() as connection:
            for (key,) in connection.execution_options(yield_per=5000).execute(query):
                yield key

    def records(self, model: str, keys: Sequence[str]) -> dict[str, Record]:
        """The records of some source keys of a model."""
        found: dict[str, Record] = {}
        with self.engine.connect() as connection:
            for start in range(0, len(keys), CHUNK):
                query = sa.select(records).where(
                    records.c.model == model, records.c.source_key.in_(keys[start : start + CHUNK])
                )
                for row in connection.execute(query).mappings():
                    found[row["source_key"]] = record_of(row)
        return found

    def all_records(self, model: str | None = None) -> Iterator[Record]:
        """Every live record, by model and key."""
        self.needs_payloads()
        query = sa.select(records).where(records.c.state == "live").order_by(records.c.model, records.c.source_key)
        if model:
            query = query.where(records.c.model == model)
        with self.engine.connect() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query).mappings():
                yield record_of(row)

    def models(self) -> list[str]:
        """Names of all models that have records, in the order in which they were first written."""
        query = sa.select(operations.c.model).group_by(operations.c.model).order_by(sa.func.min(operations.c.id))
        with self.engine.connect() as connection:
            return [name for (name,) in connection.execute(query)]

    def count_records(self) -> dict[str, int]:
        """Live records per model."""
        query = sa.select(records.c.model, sa.func.count()).where(records.c.state == "live").group_by(records.c.model)
        with self.engine.connect() as connection:
            return {str(model): int(number) for model, number in connection.execute(query)}

    # -- operations ----------------------------------------------------------------------------------------------

    def next_operation_id(self) -> int:
        """The first free operation id; the planner numbers operations itself, so that they can name each other."""
        with self.engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.max(operations.c.id))).scalar() or 0) + 1

    def add_operations(self, run: int, planned: Iterable[Operation]) -> None:
        """Save a part of the plan."""
        rows = [operation_row(run, operation) for operation in planned]
        if rows:
            with self.engine.begin() as connection:
                connection.execute(operations.insert(), rows)

    def planned(self, run: int, model: str, *, after: int, limit: int) -> list[Operation]:
        """The next operations of a model, in the order they were planned."""
        query = (
            sa.select(operations)
            .where(
                operations.c.run == run,
                operations.c.model == model,
                operations.c.state == "planned",
                operations.c.id > after,
            )
            .order_by(operations.c.id)
            .limit(limit)
        )
        with self.engine.connect() as connection:
            return [operation_of(row) for row in connection.execute(query).mappings()]

    def mark_sent(self, leaving: Sequence[Operation]) -> None:
        """Write-ahead: these requests leave now, with exactly these payloads (references are real ids by now)."""
        if self._hold is not None:
            self._hold.probe()
        with self.engine.begin() as connection:
            connection.execute(
                operations.update()
                .where(operations.c.id == sa.bindparam("_id"))
                .values(
                    state="sent",
                    at=now(),
                    payload=sa.bindparam("_payload"),
                    path=sa.bindparam("_path"),
                    splynx_id=sa.bindparam("_splynx_id"),
                ),
                [
                    {"_id": o.id, "_payload": encode(o.payload), "_path": encode(o.path), "_splynx_id": o.splynx_id}
                    for o in leaving
                ],
            )

    def release(self, ids: Sequence[int]) -> None:
        """These were marked but never left (the run was asked to stop)."""
        with self.engine.begin() as connection:
            if ids:
                connection.execute(operations.update().where(operations.c.id.in_(ids)).values(state="planned"))

    def settle(self, run: int, outcomes: Sequence[Outcome]) -> None:
        """Journal what became of operations, and the records that follow from it, in one transaction."""
        with self.engine.begin() as connection:
            connection.execute(
                operations.update()
                .where(operations.c.id == sa.bindparam("_id"))
                .values(
                    {
                        column: sa.bindparam(f"_{column}")
                        for column in (
                            "state",
                            "splynx_id",
                            "reason",
                            "field",
                            "message",
                            "remedy",
                            "blocked_by",
                            "at",
                        )
                    }
                ),
                [
                    {
                        "_id": o.operation.id,
                        "_state": o.state,
                        "_splynx_id": o.splynx_id,
                        "_reason": o.reason,
                        "_field": o.field,
                        "_message": o.message,
                        "_remedy": o.remedy,
                        "_blocked_by": o.blocked_by,
                        "_at": now(),
                    }
                    for o in outcomes
                ],
            )
            self._save_records(connection, run, [o.record for o in outcomes if o.record])
            for outcome in outcomes:
                if outcome.parted:
                    part(connection, outcome.parted, outcome.operation.splynx_id or "")

    def refusals(self, model: str) -> dict[str, Operation]:
        """What Splynx refused last per source key of a model, or cannot change, and nothing was written since (the
        payload is the one sent)."""
        newest = (
            sa.select(sa.func.max(operations.c.id))
            .where(operations.c.model == model, operations.c.state.in_(["rejected", "done"]))
            .group_by(operations.c.source_key)
        )
        query = sa.select(operations).where(
            operations.c.id.in_(newest),
            operations.c.state == "rejected",
            operations.c.reason.in_([REFUSED, CANNOT_CHANGE]),
        )
        with self.engine.connect() as connection:
            return {row["source_key"]: operation_of(row) for row in connection.execute(query).mappings()}

    def _save_records(self, connection: sa.Connection, run: int, changed: Sequence[Record]) -> None:
        if not changed:
            return
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        statement = insert(records)
        statement = statement.on_conflict_do_update(
            index_elements=[records.c.model, records.c.source_key],
            set_={name: statement.excluded[name] for name in ("splynx_id", "path", "payload", "state", "run")},
        )
        connection.execute(
            statement,
            [
                {
                    "model": r.model,
                    "source_key": r.source_key,
                    "resource": r.resource,
                    "splynx_id": r.splynx_id,
                    "path": encode(r.path),
                    "payload": encode(r.payload),
                    "state": r.state,
                    "run": run,
                }
                for r in changed
            ],
        )

    def in_doubt(self) -> list[Doubt]:
        """Operations whose request left and whose answer was never journalled, over all runs."""
        query = sa.select(operations).where(operations.c.state == "sent").order_by(operations.c.id)
        with self.engine.connect() as connection:
            rows = connection.execute(query).mappings()
            return [Doubt(int(row["run"]), str(row["at"] or now()), operation_of(row)) for row in rows]

    def operation_ids(self, run: int, model: str) -> dict[int, int]:
        """provisional id → operation id of a model in a run."""
        query = sa.select(operations.c.provisional_id, operations.c.id).where(
            operations.c.run == run, operations.c.model == model, operations.c.provisional_id.is_not(None)
        )
        with self.engine.connect() as connection:
            return {int(p): int(i) for p, i in connection.execute(query)}

    def counts(self, run: int) -> list[tuple[str, str, str, int]]:
        """(model, action, state, number) of a run."""
        query = (
            sa.select(operations.c.model, operations.c.action, operations.c.state, sa.func.count())
            .where(operations.c.run == run)
            .group_by(operations.c.model, operations.c.action, operations.c.state)
        )
        with self.engine.connect() as connection:
            return [(m, a, s, int(n)) for m, a, s, n in connection.execute(query)]

    def operations(self, run: int, *, states: Sequence[str] = (), limit: int | None = None) -> Iterator[Operation]:
        """Operations of a run, by id."""
        query = sa.select(operations).where(operations.c.run == run).order_by(operations.c.id)
        if states:
            query = query.where(operations.c.state.in_(states))
        if limit is not None:
            query = query.limit(limit)
        with self.engine.connect() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query).mappings():
                yield operation_of(row)


def sqlite_url(folder: Path) -> str:
    """The default ledger: `ledger.sqlite` in the workspace."""
    return f"sqlite:///{folder / 'ledger.sqlite'}"
