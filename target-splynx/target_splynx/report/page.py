"""The report as one HTML page that fetches nothing and in which nothing of a customer's can run.

In: a `Report`. Out: the text of the page. Everything is escaped; besides, by a Content-Security-Policy only the
page's own script and style count (their hashes).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from target_splynx.accounting.count import OUTCOMES
from target_splynx.report.charts import SHARES, money_bars, rows_bars, seconds_bars
from target_splynx.report.content import Report, Work
from target_splynx.report.summary import duration

_FIGURES = (
    ("read", "rows"),
    ("to_write", "to write"),
    ("created", "created"),
    ("changed", "changed"),
    ("ended", "ended"),
    ("deleted", "deleted"),
    ("adopted", "adopted"),
    ("unchanged", "unchanged"),
    ("skipped", "skipped"),
    ("rejected", "rejected"),
    ("blocked", "waiting"),
    ("held", "there now"),
)
SHOWN = 200
"""Rows of a long list on the page; the CSV beside it has all."""


def page(report: Report) -> str:
    """The page."""
    environment = Environment(
        loader=PackageLoader("target_splynx.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script, style = _own("table.js"), _own("report.css")
    money = report.money
    return environment.get_template("report.html.j2").render(
        report=report,
        script=Markup(script),  # noqa: S704 - ours, not a customer's
        style=Markup(style),  # noqa: S704
        script_hash=_hash(script),
        style_hash=_hash(style),
        rows_bars=rows_bars(report.sections),
        shares=SHARES,
        seconds_bars=seconds_bars(report.sections),
        sums_bars=money_bars(money.sums) if money else [],
        ageing_bars=money_bars(money.ageing) if money else [],
        outcomes=[name for name in OUTCOMES if any(account.counts.get(name) for account in report.accounts)],
        duration=duration,
        work_columns=_work_columns,
        shown=SHOWN,
    )


def _work_columns(works: Sequence[Work]) -> list[tuple[str, str]]:
    """(field, heading) of the figures that are not zero everywhere: a telephone is narrow."""
    return [(name, heading) for name, heading in _FIGURES if any(getattr(work, name) for work in works)]


def _own(name: str) -> str:
    return files("target_splynx.report").joinpath(f"templates/{name}").read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
