"""`verify`: read Splynx back and compare every managed field with what was applied."""

from __future__ import annotations

import dataclasses
import sys

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
from target_splynx.ledger.written import last_writing_run
from target_splynx.run import connect
from target_splynx.verify import verify as compare


@click.command()
@click.option("--limit", default=30, show_default=True, help="Differences to show.")
@json_option
def verify(limit: int, as_json: bool) -> None:
    """Read Splynx back and compare it with what was applied. Exit code 2 on differences.

    What it found is kept in the workspace, for the report.
    """
    settings = load_settings()
    client = connect(settings)
    client.check()
    with opened_ledger(settings) as ledger:
        result = compare(ledger, client, model_order=ledger.models(), workers=settings.parallel_workers)
        result.save(settings.workspace, run=last_writing_run(ledger))
    if as_json:
        print_json(dataclasses.asdict(result))
    else:
        rows: list[tuple[object, ...]] = [
            (name, c.records, c.fields, c.hidden, c.different, c.missing) for name, c in result.resources.items()
        ]
        checked = result.resources.values()
        names = ("records", "fields", "hidden", "different", "missing")
        rows.append(("total", *(sum(int(getattr(c, name)) for c in checked) for name in names)))
        print_table(
            "Read back from Splynx",
            ("resource", "records", "fields compared", "not shown", "different", "missing"),
            rows,
        )
        shown = [
            (d.resource, d.source_key, d.field or "record", d.applied, d.found) for d in result.differences[:limit]
        ]
        if shown:
            print_table(
                "Differences", ("resource", "source key", "field", "applied", "in Splynx"), shown, numbers_from=9
            )
        for name, why in result.unreadable.items():
            console().print(f"✗ {name} cannot be read back: {why}")
        if result.clean:
            console().print("✓ Splynx holds every managed field as it was applied.")
    if not result.clean:
        sys.exit(DIFFERENCES)
