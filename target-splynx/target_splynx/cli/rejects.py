"""`rejects`: records that were not written, why, and what to do."""

from __future__ import annotations

import csv
import json
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


@click.command()
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV (safe for spreadsheets).")
@click.option("--limit", default=50, show_default=True, help="Rows to show in the table.")
@click.option("--reason", help="Only this reason code.")
@json_option
def rejects(as_csv: bool, limit: int, reason: str | None, as_json: bool) -> None:
    """List the rejected and blocked records of the last run. Exit code 2 when there are any."""
    with opened_ledger(load_settings()) as ledger:
        run = ledger.last_run()
        found = list(ledger.operations(run["id"], states=("rejected", "blocked"))) if run else []
    rows = [
        {
            "section": operation.model.split("/")[0],
            "resource": operation.resource,
            "source_key": operation.source_key,
            "record": operation.label,
            "reason": operation.reason or "",
            "field": operation.field or "",
            "message": operation.message or "",
            "remedy": operation.remedy or "",
            "blocked_by": operation.blocked_by,
        }
        for operation in found
        if reason is None or operation.reason == reason
    ]
    if as_json:
        print_json(rows)
    elif as_csv:
        _print_csv(rows)
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


def _print_csv(rows: list[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout)
    names = ["section", "resource", "source_key", "record", "reason", "field", "message", "remedy", "blocked_by"]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_safe(row[name]) for name in names])


def _safe(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
