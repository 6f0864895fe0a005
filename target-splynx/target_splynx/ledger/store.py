"""Reading and writing the ledger. One thread writes (the loader's coordinator); each method is one transaction.

A value of `payload` is kept as JSON with exact decimals; references to records that did not exist when the plan was made are
negative provisional ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from target_splynx.errors import LedgerError
from target_splynx.ledger.tables import VERSION, meta, metadata, operations, records, runs

_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")
_decoder = msgspec.json.Decoder(type=dict[str, Any], float_hook=Decimal)

CHUNK = 500

REFUSED = ("refused", "server_error")
"""Reasons that came from Splynx itself (the other rejects are found before anything is sent)."""


def encode(payload: dict[str, Any]) -> str:
    """Canonical JSON of a payload."""
    return _encoder.encode(payload).decode()


def decode(text: str) -> dict[str, Any]:
    """A payload from its JSON; numbers with a point become Decimal."""
    return _decoder.decode(text)


@dataclass(frozen=True)
class Record:
    """What was last applied for one source key."""

    model: str
    source_key: str
    resource: str
    splynx_id: str
    payload: dict[str, Any]
    path: dict[str, Any] = field(default_factory=dict)
    state: str = "live"


@dataclass(frozen=True)
class Operation:
    """One planned write, and what became of it."""

    model: str
    resource: str
    source_key: str
    action: str
    payload: dict[str, Any]
    path: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    label: str = ""
    provisional_id: int | None = None
    splynx_id: str | None = None
    state: str = "planned"
    reason: str | None = None
    field: str | None = None
    message: str | None = None
    remedy: str | None = None
    blocked_by: int | None = None
    id: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of an operation; written to the journal, and to `records` when it succeeded."""

    operation: Operation
    state: str
    splynx_id: str | None = None
    record: Record | None = None
    reason: str | None = None
    field: str | None = None
    message: str | None = None
    remedy: str | None = None
    blocked_by: int | None = None


def now() -> str:
    """UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


class Ledger:
    """The ledger of one Splynx."""

    def __init__(self, url: str, *, splynx: str) -> None:
        """`url`: SQLAlchemy URL; `splynx`: the server's address, to refuse a ledger of another server."""
        try:
            self.engine = sa.create_engine(url)
            if self.engine.dialect.name == "sqlite":
                _tune_sqlite(self.engine)
            metadata.create_all(self.engine)
        except (sa.exc.SQLAlchemyError, ModuleNotFoundError) as error:
            raise LedgerError(f"The ledger cannot be opened: {str(error).splitlines()[0]} Check `ledger_url`.") from None
        self._check_owner(splynx)

    def close(self) -> None:
        """Give back the connections."""
        self.engine.dispose()

    def _check_owner(self, splynx: str) -> None:
        with self.engine.begin() as connection:
            known = {row.key: row.value for row in connection.execute(sa.select(meta.c.key, meta.c.value))}
            if not known:
                connection.execute(
                    meta.insert(), [{"key": "version", "value": str(VERSION)}, {"key": "splynx", "value": splynx}]
                )
                return
        if int(known.get("version", "0")) > VERSION:
            raise LedgerError("The ledger was written by a newer target-splynx: update this one.")
        if known.get("splynx") != splynx:
            raise LedgerError(
                f"The ledger belongs to {known.get('splynx')}, not to {splynx}. "
                "Use another `workspace` (or `ledger_url`) for each Splynx."
            )

    # -- runs ----------------------------------------------------------------------------------------------------

    def start_run(self, *, dry_run: bool, settings: dict[str, Any]) -> int:
        """A new run; operations that earlier runs planned and never sent are abandoned."""
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
            return int(result.inserted_primary_key[0])

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
        """(source_key, Splynx id) of every record of a resource that these models (or any) made and that still lives there."""
        query = (
            sa.select(records.c.source_key, records.c.splynx_id)
            .where(records.c.resource == resource, records.c.state != "deleted")
            .distinct()  # a patch keeps a record of its own with the same key and id
        )
        if models:
            query = query.where(records.c.model.in_(models))
        with self.engine.connect() as connection:
            for key, splynx_id in connection.execution_options(yield_per=5000).execute(query):
                yield key, splynx_id

    def keys(self, model: str) -> Iterator[str]:
        """Source keys of a model's records that are live."""
        query = sa.select(records.c.source_key).where(records.c.model == model, records.c.state == "live")
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
                    found[row["source_key"]] = _record(row)
        return found

    def all_records(self, model: str | None = None) -> Iterator[Record]:
        """Every live record, by model and key."""
        query = sa.select(records).where(records.c.state == "live").order_by(records.c.model, records.c.source_key)
        if model:
            query = query.where(records.c.model == model)
        with self.engine.connect() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query).mappings():
                yield _record(row)

    def models(self) -> list[str]:
        """Names of all models that have records, in the order in which they were first written."""
        query = sa.select(operations.c.model).group_by(operations.c.model).order_by(sa.func.min(operations.c.id))
        with self.engine.connect() as connection:
            return [name for (name,) in connection.execute(query)]

    def count_records(self) -> dict[str, int]:
        """Live records per model."""
        query = (
            sa.select(records.c.model, sa.func.count()).where(records.c.state == "live").group_by(records.c.model)
        )
        with self.engine.connect() as connection:
            return {str(model): int(number) for model, number in connection.execute(query)}

    # -- operations ----------------------------------------------------------------------------------------------

    def next_operation_id(self) -> int:
        """The first free operation id; the planner numbers operations itself, so that they can name each other."""
        with self.engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.max(operations.c.id))).scalar() or 0) + 1

    def add_operations(self, run: int, planned: Iterable[Operation]) -> None:
        """Save a part of the plan."""
        rows = [_operation_row(run, operation) for operation in planned]
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
            return [_operation(row) for row in connection.execute(query).mappings()]

    def mark_sent(self, leaving: Sequence[Operation]) -> None:
        """Write-ahead: these requests leave now, with exactly these payloads (references are real ids by now)."""
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

    def refusals(self, model: str) -> dict[str, Operation]:
        """The newest refusal by Splynx per source key of a model (the payload is the one that was sent)."""
        newest = (
            sa.select(sa.func.max(operations.c.id))
            .where(operations.c.model == model, operations.c.reason.in_(REFUSED), operations.c.state == "rejected")
            .group_by(operations.c.source_key)
        )
        query = sa.select(operations).where(operations.c.id.in_(newest))
        with self.engine.connect() as connection:
            return {row["source_key"]: _operation(row) for row in connection.execute(query).mappings()}

    def _save_records(self, connection: sa.Connection, run: int, changed: Sequence[Record]) -> None:
        if not changed:
            return
        from sqlalchemy.dialects import postgresql, sqlite

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

    def in_doubt(self) -> list[Operation]:
        """Operations whose request left and whose answer was never journalled, over all runs."""
        query = sa.select(operations).where(operations.c.state == "sent").order_by(operations.c.id)
        with self.engine.connect() as connection:
            return [_operation(row) for row in connection.execute(query).mappings()]

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
                yield _operation(row)


def _tune_sqlite(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def _set(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # NORMAL survives a killed process; FULL would also survive a power cut, at one fsync per commit. A journal that
        # says less than what was sent could double a record, so the safe one.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA busy_timeout = 10000")
        cursor.close()


def _record(row: Any) -> Record:
    return Record(
        model=row["model"],
        source_key=row["source_key"],
        resource=row["resource"],
        splynx_id=row["splynx_id"],
        payload=decode(row["payload"]),
        path=decode(row["path"]),
        state=row["state"],
    )


def _operation(row: Any) -> Operation:
    return Operation(
        id=row["id"],
        model=row["model"],
        resource=row["resource"],
        source_key=row["source_key"],
        label=row["label"],
        action=row["action"],
        state=row["state"],
        provisional_id=row["provisional_id"],
        splynx_id=row["splynx_id"],
        path=decode(row["path"]),
        payload=decode(row["payload"]),
        before=decode(row["before"]) if row["before"] else None,
        reason=row["reason"],
        field=row["field"],
        message=row["message"],
        remedy=row["remedy"],
        blocked_by=row["blocked_by"],
    )


def _operation_row(run: int, operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.id,
        "run": run,
        "model": operation.model,
        "resource": operation.resource,
        "source_key": operation.source_key,
        "label": operation.label,
        "action": operation.action,
        "state": operation.state,
        "provisional_id": operation.provisional_id,
        "splynx_id": operation.splynx_id,
        "path": encode(operation.path),
        "payload": encode(operation.payload),
        "before": encode(operation.before) if operation.before is not None else None,
        "reason": operation.reason,
        "field": operation.field,
        "message": operation.message,
        "remedy": operation.remedy,
        "blocked_by": operation.blocked_by,
        "at": now(),
    }


def sqlite_url(folder: Path) -> str:
    """The default ledger: `ledger.sqlite` in the workspace."""
    return f"sqlite:///{folder / 'ledger.sqlite'}"
