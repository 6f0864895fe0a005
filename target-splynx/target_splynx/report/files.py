"""Writes a report into the workspace: HTML, JSON, and CSV for its long lists. All for their owner only.

In: a `Report`. Out: paths.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from target_splynx.report.content import MoneyDifference, Refused, Report, Work
from target_splynx.report.page import page
from target_splynx.spreadsheet import write_csv
from target_splynx.workspace import write_private

FOLDER = "reports"


def write_report(workspace: Path, report: Report) -> list[Path]:
    """`reports/migration.html` or `reports/run-3.html`, and beside it `.json` and `-….csv`; `-with-names` where it has
    some, so that nobody sends the wrong one. The page comes first."""
    stem = "migration" if report.run is None else f"run-{report.run}"
    folder = workspace / FOLDER
    name = f"{stem}-with-names" if report.names else stem
    html, data = folder / f"{name}.html", folder / f"{name}.json"
    write_private(html, page(report))
    write_private(data, json.dumps(as_dict(report), ensure_ascii=False, indent=1))
    written = [html, data]
    lists: list[tuple[str, type, Sequence[object]]] = [
        ("work", Work, report.models),
        ("rejects", Refused, report.refused),
    ]
    if report.money is not None:
        lists.append(("money", MoneyDifference, report.money.differences))
    for kind, shape, rows in lists:
        columns = [field.name for field in fields(shape)]
        table = folder / f"{name}-{kind}.csv"
        write_csv(table, columns, ([getattr(row, column) for column in columns] for row in rows))
        written.append(table)
    return written


def as_dict(report: Report) -> dict[str, object]:
    """Everything as JSON values."""
    return asdict(report)
