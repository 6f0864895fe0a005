"""Tables of the ledger (SQLAlchemy Core; SQLite by default, PostgreSQL by URL).

* `records`: for each model and source key the Splynx id and the payload last applied.
* `operations`: each planned write with its payload, state, error and before-image. A plan, a journal, the rejects, a
  rollback and a report are queries on it.
* `runs`: one row per run.
* `undoings`: which operation of a rollback undoes which operation of the run that it takes back.
* `meta`: version of these tables, and which Splynx this ledger belongs to.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

VERSION = 2
"""Raise it with every change of a table, and give `migrations.STEPS` the step."""

metadata = sa.MetaData()


def _key(length: int) -> sa.types.TypeEngine[str]:
    """Text that is sorted by code points everywhere, whatever the database's language."""
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("started_at", sa.String(32), nullable=False),
    sa.Column("finished_at", sa.String(32)),
    sa.Column("state", sa.String(16), nullable=False),  # planning planned loading done failed stopped
    sa.Column("dry_run", sa.Boolean, nullable=False, default=False),
    sa.Column("settings", sa.Text, nullable=False, default="{}"),  # no secrets
    sa.Column("summary", sa.Text, nullable=False, default="{}"),
)

records = sa.Table(
    "records",
    metadata,
    sa.Column("model", _key(128), primary_key=True),
    sa.Column("source_key", _key(255), primary_key=True),
    sa.Column("resource", sa.String(64), nullable=False),
    sa.Column("splynx_id", sa.String(128), nullable=False),
    sa.Column("path", sa.Text, nullable=False, default="{}"),  # parameters of the item's path
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, default="live"),  # live ended deleted
    sa.Column("run", sa.Integer, nullable=False),
)
sa.Index("records_by_resource", records.c.resource, records.c.source_key)

operations = sa.Table(
    "operations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("model", _key(128), nullable=False),
    sa.Column("resource", sa.String(64), nullable=False),
    sa.Column("source_key", _key(255), nullable=False),
    sa.Column("label", sa.Text, nullable=False, default=""),
    sa.Column("action", sa.String(16), nullable=False),  # create update end delete adopt
    sa.Column("state", sa.String(16), nullable=False),  # planned sent done rejected blocked abandoned
    sa.Column("provisional_id", sa.BigInteger),
    sa.Column("splynx_id", sa.String(128)),
    sa.Column("path", sa.Text, nullable=False, default="{}"),
    sa.Column("payload", sa.Text, nullable=False, default="{}"),
    sa.Column("before", sa.Text),
    sa.Column("reason", sa.String(64)),
    sa.Column("field", sa.String(128)),
    sa.Column("message", sa.Text),
    sa.Column("remedy", sa.Text),
    sa.Column("blocked_by", sa.Integer),
    sa.Column("at", sa.String(32)),
    sa.Column("matched_by", sa.String(32)),  # adopt: the policy by which the record was recognised (since version 2)
)
sa.Index("operations_by_run", operations.c.run, operations.c.model, operations.c.state)
sa.Index("operations_by_state", operations.c.state)

undoings = sa.Table(
    "undoings",
    metadata,
    sa.Column("operation", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("undoes", sa.Integer, nullable=False),
)


def tune_sqlite(engine: sa.Engine) -> None:
    """What every connection to an SQLite ledger is set to."""

    @sa.event.listens_for(engine, "connect")
    def _set(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # NORMAL survives a killed process; FULL would also survive a power cut, at one fsync per commit. A journal that
        # says less than what was sent could double a record, so the safe one.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA busy_timeout = 10000")
        cursor.close()
