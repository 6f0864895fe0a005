"""The sheet: one HTML page that needs no network, and the same as CSV.

In: chapters. Out: two files in the workspace, readable by their owner only.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from target_splynx.handwork.items import Chapter, Item
from target_splynx.spreadsheet import write_csv

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
    part = page.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(page)
    rows = [(c.title, item.name, item.details, c.where, state(item)) for c in chapters for item in c.items]
    write_csv(table, _COLUMNS, rows)
    return page, table


def state(item: Item) -> str:
    """there (Splynx shows it), ticked off (a person said so), missing, or look (no API shows it)."""
    if item.exists:
        return "there"
    if item.ticked:
        return "ticked off"
    return "look" if item.exists is None else "missing"
