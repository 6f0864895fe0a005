"""The sheet: one HTML page that needs no network, and the same as CSV.

In: chapters. Out: files in the workspace, readable by their owner only; the JSON is what the report shows.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from target_splynx.handwork.items import Chapter, Item
from target_splynx.ledger.entries import now
from target_splynx.spreadsheet import write_csv
from target_splynx.workspace import read_json, write_private

_FOR_THE_REPORT = "handwork.json"
_COLUMNS = ("kind", "name", "details", "where", "state")


def write_sheet(folder: Path, chapters: list[Chapter], *, server: str) -> tuple[Path, Path]:
    """Write `handwork.html` and `handwork.csv`; returns their paths."""
    page, table = folder / "handwork.html", folder / "handwork.csv"
    environment = Environment(
        loader=PackageLoader("target_splynx.handwork"), autoescape=True, undefined=StrictUndefined
    )
    text = environment.get_template("sheet.html.j2").render(
        chapters=[chapter for chapter in chapters if chapter.items or chapter.problem],
        server=server,
        state=state,
        written=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    )
    write_private(page, text)
    rows = [(c.title, item.name, item.details, c.where, state(item)) for c in chapters for item in c.items]
    write_csv(table, _COLUMNS, rows)
    told = {"at": now(), "items": [dict(zip(_COLUMNS, row, strict=True)) for row in rows]}
    write_private(folder / _FOR_THE_REPORT, json.dumps(told, ensure_ascii=False, indent=1))
    return page, table


def last_sheet(folder: Path) -> dict[str, Any] | None:
    """The items of the sheet written last, with the time (`at`); None when there is none that can be read."""
    return read_json(folder / _FOR_THE_REPORT)


def state(item: Item) -> str:
    """there (Splynx shows it), ticked off (a person said so), missing, or look (no API shows it)."""
    if item.exists:
        return "there"
    if item.ticked:
        return "ticked off"
    return "look" if item.exists is None else "missing"
