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
@click.option("--sample", type=click.IntRange(1), help="Only so many records of each resource, and how many there are.")
@json_option
def verify(limit: int, sample: int | None, as_json: bool) -> None:
    """Read Splynx back and compare it with what was applied. Exit code 2 on differences.

    Every managed field of every record, and every reference: that it leads to a record that is there. --sample 50 looks
    at fifty records of each resource, one by one, and asks for the number of the others: quick on a large Splynx.

    When and by whom a status or a tariff was changed is told as Splynx's log has it; of other fields its API tells no
    author.

    What a whole one found is kept in the workspace, for the report.
    """
    settings = load_settings()
    client = connect(settings)
    client.check()
    with opened_ledger(settings) as ledger:
        result = compare(ledger, client, model_order=ledger.models(), workers=settings.parallel_workers, sample=sample)
        if sample is None:
            result.save(settings.workspace, run=last_writing_run(ledger))
    if as_json:
        print_json(dataclasses.asdict(result))
    else:
        rows: list[tuple[object, ...]] = [
            (name, c.records, c.fields, c.references, c.hidden, c.different, c.missing)
            for name, c in result.resources.items()
        ]
        checked = result.resources.values()
        names = ("records", "fields", "references", "hidden", "different", "missing")
        rows.append(("total", *(sum(int(getattr(c, name)) for c in checked) for name in names)))
        print_table(
            "Read back from Splynx",
            ("resource", "records", "fields compared", "references", "not shown", "different", "missing"),
            rows,
        )
        shown = [
            (d.resource, d.source_key, d.field or "record", d.applied, d.found, d.changed)
            for d in result.differences[:limit]
        ]
        if shown:
            columns = ("resource", "source key", "field", "applied", "in Splynx", "changed")
            print_table("Differences", columns, shown, numbers_from=9)
        for name, why in result.unreadable.items():
            console().print(f"✗ {name} cannot be read back: {why}")
        if result.clean:
            console().print(
                "✓ Splynx holds every managed field as it was applied."
                if sample is None
                else "✓ What was looked at is as it was applied."
            )
    if not result.clean:
        sys.exit(DIFFERENCES)
