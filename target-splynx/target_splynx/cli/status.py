"""`status`: what the last run did, per section and resource."""

from __future__ import annotations

import json
from typing import Any

import click

from target_splynx.cli.context import console, json_option, load_settings, opened_ledger, print_json, print_table

_COLUMNS = (
    "read",
    "to create",
    "to change",
    "created",
    "changed",
    "adopted",
    "unchanged",
    "skipped",
    "rejected",
    "blocked",
    "seconds",
)


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Show the last run: read, created, changed, unchanged, rejected, seconds, per section and resource."""
    with opened_ledger(load_settings()) as ledger:
        run = ledger.last_run()
        live = ledger.count_records()
        counts = ledger.counts(run["id"]) if run else []
    if run is None:
        if as_json:
            print_json(None)
        else:
            console().print("No run yet.")
        return
    summary: dict[str, Any] = json.loads(run["summary"] or "{}")
    if as_json:
        print_json(
            {**{k: run[k] for k in ("id", "state", "started_at", "finished_at", "dry_run")}, **summary, "records": live}
        )
        return
    rows = summary.get("rows", [])
    if not rows:
        done = sum(n for _, _, state, n in counts if state == "done")
        console().print(f"Run {run['id']} is {run['state']}: {done} of {sum(n for *_, n in counts)} operations done.")
        return
    table = []
    section = ""
    for row in rows:
        shown = "" if row["section"] == section else row["section"]
        section = row["section"]
        table.append([shown, row["model"].split("/")[1], *(row.get(name.replace(" ", "_"), 0) for name in _COLUMNS)])
    total = [
        "total",
        "",
        *(
            round(sum(float(r[i]) for r in table), 1) if i == len(_COLUMNS) + 1 else sum(int(r[i]) for r in table)
            for i in range(2, len(_COLUMNS) + 2)
        ),
    ]
    table.append(total)
    kind = f"{run['state']}, dry run" if run["dry_run"] else run["state"]
    words = f"Run {run['id']} ({kind}), {summary.get('requests', 0)} requests in {summary.get('seconds', 0)} s"
    print_table(words, ("section", "resource", *_COLUMNS), table, numbers_from=2)
    for row in rows:
        if row.get("problem"):
            console().print(f"✗ {row['model']}: {row['problem']}")
