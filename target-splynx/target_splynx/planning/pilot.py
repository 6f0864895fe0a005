"""`pilot_accounts`: only what belongs to some customers is loaded, and what all customers share.

A row names its customer in the column `_account`. Rows of other customers, and rows that belong to none, are left out
by the rule `RULE`; a model without that column holds what all share and loads whole. The stage and the plan's tables
hold everything, so a longer list later moves the rest without reading the source again.

In: the variable `pilot_accounts` on the stage's connection (a list of texts; empty: everybody). Out: the column `_skip`
of a plan's table, and which records may be ended.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from target_splynx.errors import ModelError, SettingsError
from target_splynx.ledger.entries import Record
from target_splynx.modelling.model import Model
from target_splynx.stage.types import quoted

RULE = "not in pilot_accounts"
ACCOUNT = "_account"
SKIP = "_skip"
_CUSTOMERS = "customers"
_CUSTOMER_ID = "customer_id"

LEFT_OUT = f"coalesce(CAST({SKIP} AS VARCHAR) <> '{RULE}', false)"
"""Condition on a plan's row: left out for a reason of its own. Rows outside of the pilot are not gone."""
KNOWN = f"(m.{SKIP} IS NULL OR (CAST(m.{SKIP} AS VARCHAR) = '{RULE}' AND k.id IS NOT NULL))"
"""Condition on a plan's row `m` with its known id `k`: models may refer to it. What an earlier, longer list moved is
there."""


def narrow(connection: duckdb.DuckDBPyConnection, model: Model, columns: list[str]) -> None:
    """Leave out the rows of an evaluated model that do not belong to the pilot.

    Raises:
        ModelError: rows of the model belong to customers, but it does not say to which.
        SettingsError: the list names an account that is none.
    """
    accounts = chosen(connection)
    if not accounts:
        return
    if ACCOUNT not in columns:
        if (model.resource.name == _CUSTOMERS and model.mode == "create") or _CUSTOMER_ID in columns:
            raise ModelError(
                model.path,
                f"pilot_accounts is set, but the model does not say whose each row is (`{ACCOUNT}`).",
                line=model.first_line,
                remedy=f"Add the source key of the customer as `{ACCOUNT}`, or empty pilot_accounts.",
            )
        return
    table = f"plan.{quoted(model.table)}"
    if model.resource.name == _CUSTOMERS and model.mode == "create":
        _check(connection, table, accounts)
    # A model that skips nothing may say so with a NULL, which has no type of its own.
    connection.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {SKIP} VARCHAR")
    connection.execute(f"ALTER TABLE {table} ALTER COLUMN {SKIP} TYPE VARCHAR")
    connection.execute(
        f"UPDATE {table} SET {SKIP} = '{RULE}' WHERE {SKIP} IS NULL AND ({ACCOUNT} IS NULL "
        f"OR NOT list_contains(getvariable('pilot_accounts'), CAST({ACCOUNT} AS VARCHAR)))"
    )


def chosen(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The accounts of the pilot; empty when all are loaded."""
    found = connection.execute("SELECT getvariable('pilot_accounts')").fetchone()
    return frozenset(found[0] or ()) if found else frozenset()


def leaving(connection: duckdb.DuckDBPyConnection, model: Model, records: Iterable[Record]) -> list[Record]:
    """Of records whose source row is gone, those that may be ended now: not what belongs to customers outside.

    A record that does not name its customer waits until everybody is loaded.
    """
    accounts = chosen(connection)
    if not accounts or ACCOUNT not in _columns(connection, f"plan.{quoted(model.table)}"):
        return list(records)
    ids = _ids(connection)

    def ours(record: Record) -> bool:
        if model.resource.name == _CUSTOMERS:
            return record.source_key in accounts
        return str(record.path.get(_CUSTOMER_ID, record.payload.get(_CUSTOMER_ID))) in ids

    return [record for record in records if ours(record)]


def _ids(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Ids of the customers of the pilot; none before customers were planned."""
    if not connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'splynx' AND table_name = 'customers'"
    ).fetchone():
        return set()
    rows = connection.execute(
        "SELECT id FROM splynx.customers WHERE list_contains(getvariable('pilot_accounts'), source_key)"
    ).fetchall()
    return {str(number) for (number,) in rows}


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()}


def _check(connection: duckdb.DuckDBPyConnection, table: str, accounts: frozenset[str]) -> None:
    known = connection.execute(
        f"SELECT DISTINCT CAST({ACCOUNT} AS VARCHAR) FROM {table} "
        f"WHERE list_contains(getvariable('pilot_accounts'), CAST({ACCOUNT} AS VARCHAR))"
    ).fetchall()
    if unknown := sorted(accounts.difference(key for (key,) in known)):
        raise SettingsError(
            f"`pilot_accounts` names {', '.join(unknown[:5])}, which no customer has as its key. Nothing was written."
        )
