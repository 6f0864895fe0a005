"""`rejects`: records that were not written, why, and what to do."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import click

from target_splynx.cli.context import (
    DIFFERENCES,
    console,
    json_option,
    load_settings,
    opened_ledger,
    print_json,
    print_table,
)
from target_splynx.ledger.entries import Operation
from target_splynx.ledger.undoings import run_of
from target_splynx.loading.masking import masked, without_secrets
from target_splynx.spreadsheet import write_lines

_COLUMNS = (
    "id",
    "section",
    "resource",
    "source_key",
    "record",
    "state",
    "action",
    "reason",
    "field",
    "value",
    "message",
    "remedy",
    "blocked_by",
    "splynx_id",
    "payload",
)


@click.command()
@click.option("--csv", "as_csv", is_flag=True, help="Print all as CSV, payload included (safe for spreadsheets).")
@click.option("--limit", default=50, show_default=True, help="Rows to show in the table.")
@click.option("--reason", help="Only this reason code.")
@click.option("--resource", help="Only this resource, e.g. customers.")
@click.option("--run", "number", type=int, help="Of this run instead of the last one.")
@json_option
def rejects(
    as_csv: bool, limit: int, reason: str | None, resource: str | None, number: int | None, as_json: bool
) -> None:
    """List the records that a run did not write, why, and what to do. Exit code 2 when there are any.

    Each has an id that stays the same over runs, MODEL:SOURCE_KEY: `retry` takes it. --csv and --json tell everything,
    with Splynx's own message and the payload that was refused; passwords in it are masked.
    """
    with opened_ledger(load_settings()) as ledger:
        run = ledger.last_run() if number is None else run_of(ledger, number)
        found = list(ledger.operations(run["id"], states=("rejected", "blocked"))) if run else []
        names = {operation.id: reject_id(operation) for operation in found}
    rows = [
        _row(operation, names)
        for operation in found
        if (reason is None or operation.reason == reason) and (resource is None or operation.resource == resource)
    ]
    if as_json:
        print_json(rows)
    elif as_csv:
        write_lines(sys.stdout, _COLUMNS, ([row[name] for name in _COLUMNS] for row in rows))
    elif not rows:
        console().print("Nothing was rejected.")
    else:
        counted = Counter((row["resource"], row["reason"]) for row in rows)
        print_table(
            "By reason",
            ("resource", "reason", "records"),
            [(*key, n) for key, n in counted.most_common()],
            numbers_from=2,
        )
        shown = [(r["record"], r["reason"], r["message"], r["remedy"]) for r in rows[:limit]]
        print_table(f"{len(rows)} not written", ("record", "reason", "why", "what to do"), shown, numbers_from=9)
        if len(rows) > limit:
            console().print(f"… and {len(rows) - limit} more (--limit, --csv, --json)")
    if rows:
        sys.exit(DIFFERENCES)


def reject_id(operation: Operation) -> str:
    """The name of a reject, the same in every run."""
    return f"{operation.model}:{operation.source_key}"


def _row(operation: Operation, names: dict[int, str]) -> dict[str, Any]:
    payload = masked(operation.payload)
    return {
        "id": reject_id(operation),
        "section": operation.model.split("/")[0],
        "resource": operation.resource,
        "source_key": operation.source_key,
        "record": operation.label,
        "state": operation.state,
        "action": operation.action,
        "reason": operation.reason or "",
        "field": operation.field or "",
        "value": payload.get(operation.field or ""),
        "message": without_secrets(operation.message or "", operation.payload),
        "remedy": operation.remedy or "",
        "blocked_by": names.get(operation.blocked_by or 0),
        "splynx_id": operation.splynx_id,
        "payload": payload,
    }
