"""`reconcile`: the money of the source against what Splynx holds and would charge next."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from target_splynx.cli.context import (
    DIFFERENCES,
    console,
    json_option,
    load_settings,
    opened_ledger,
    opened_stage,
    print_json,
    print_table,
)
from target_splynx.reconcile.amounts import plain, shown
from target_splynx.reconcile.proof import Wish
from target_splynx.reconcile.proof import reconcile as prove
from target_splynx.reconcile.result import CHECKS, COUNTED, Difference, Figure, Reconciliation
from target_splynx.reconcile.saved import as_dict, save
from target_splynx.run import connect
from target_splynx.spreadsheet import write_csv

_HEADER = (
    "account", "customer_id", "name", "check", "source", "splynx", "difference", "unexplained", "explained", "why",
    "detail",
)  # fmt: skip


@click.command()
@click.option("--sample", type=click.IntRange(1), help="Ask for the next charge of this many customers only.")
@click.option("--no-preview", is_flag=True, help="Ask for nobody's next charge: lists only.")
@click.option("--deposits", is_flag=True, help="Also ask for each customer's balance as Splynx shows it.")
@click.option("--live", is_flag=True, help="Also compare customers that Splynx bills already.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Day for ageing; default: today.")
@click.option("--csv", "as_csv", is_flag=True, help="Also write the differences as CSV into the workspace.")
@click.option("--limit", default=30, show_default=True, help="Differences to show.")
@json_option
def reconcile(
    sample: int | None,
    no_preview: bool,
    deposits: bool,
    live: bool,
    day: datetime | None,
    as_csv: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Prove the money: compare source and Splynx per customer and in sum, and explain every difference.

    Balances, open invoices (number, sum, due dates, ageing), balances in credit, services, monthly revenue, the first
    day to charge; and Splynx's own preview of each customer's next charge with what the source would charge, tax
    included. Reads lists, and makes one request per customer for the preview, which books nothing.

    The result is kept in the workspace: go-live demands a clean and complete one of the same data.

    Exit code 2 while anything is unexplained.
    """
    settings = load_settings()
    client = connect(settings)
    client.check()
    wish = Wish(0 if no_preview else sample, deposits=deposits, live=live, day=day.date() if day else None)
    with opened_stage(settings) as stage, opened_ledger(settings) as ledger:
        result = prove(settings, stage, ledger, client, wish)
    kept = save(settings.workspace, result)
    sheet = _write_sheet(kept.with_suffix(".csv"), result) if as_csv else None
    if as_json:
        print_json({**as_dict(result), "file": str(kept), "csv": str(sheet) if sheet else None})
    else:
        _print(result, limit)
        console().print(f"Kept in {kept}", highlight=False, markup=False, soft_wrap=True)
        if sheet is not None:
            console().print(f"Differences in {sheet}", highlight=False, markup=False, soft_wrap=True)
    if not result.clean:
        sys.exit(DIFFERENCES)


def _print(result: Reconciliation, limit: int) -> None:
    print_table(
        f"{result.compared} customers on {result.day}, strategy {result.strategy}",
        ("", "source", "Splynx", "difference"),
        [(f.name, *_figures(f, result.exponent)) for f in result.sums],
    )
    ordered = sorted(result.differences, key=lambda each: (each.explained, each.check))
    if ordered:
        print_table(
            f"{len(result.unexplained)} unexplained, {len(ordered) - len(result.unexplained)} explained",
            ("", "customer", "what", "source", "Splynx", "why"),
            [_row(each, result.exponent) for each in ordered[:limit]],
            numbers_from=9,
        )
    if len(ordered) > limit:
        console().print(f"… and {len(ordered) - limit} more (--limit, --csv, --json)", highlight=False)
    soon = [each for each in result.blocking if each["on_first_morning"]]
    if soon:
        print_table(
            f"{len(soon)} customers would be blocked on the first morning",
            ("customer", "owes", "since"),
            [(each["label"], shown(each["owed_cents"], result.exponent), each["day"]) for each in soon[:limit]],
        )
    notes = []
    if result.live:
        notes.append(f"{result.live} accounts are live already and were not compared (--live).")
    if not result.complete:
        notes.append(f"The next charge of {result.previews} of {result.previews_wanted} customers was looked at.")
    if result.clean:
        notes.append("✓ Every difference is explained." if ordered else "✓ No difference.")
    else:
        notes.append(f"✗ {len(result.unexplained)} differences are unexplained.")
    for note in notes:
        console().print(note, highlight=False)


def _figures(figure: Figure, exponent: int) -> tuple[str, str, str]:
    numbers = (figure.source, figure.splynx, figure.splynx - figure.source)
    if not figure.money:
        return tuple(f"{number:,}" for number in numbers)  # type: ignore[return-value]
    return tuple(shown(number, figure.scale or exponent) for number in numbers)  # type: ignore[return-value]


def _amounts(each: Difference, exponent: int, write: Any) -> tuple[str, str, str, str]:
    numbers = (each.source, each.splynx, each.difference, each.unexplained)
    if each.check in COUNTED:
        return tuple(str(number) for number in numbers)  # type: ignore[return-value]
    return tuple(write(number, 4 if each.check == "revenue" else exponent) for number in numbers)


def _row(each: Difference, exponent: int) -> tuple[str, ...]:
    source, splynx, _, _ = _amounts(each, exponent, shown)
    return ("✓" if each.explained else "✗", each.label, CHECKS[each.check], source, splynx, _why(each))


def _why(each: Difference) -> str:
    told = [f"{cause.code}: {cause.text}" for cause in each.explanations]
    if each.detail and not each.explained:
        told.append(each.detail)
    return "; ".join(told) or "unexplained"


def _write_sheet(path: Path, result: Reconciliation) -> Path:
    write_csv(path, _HEADER, _sheet_rows(result))
    return path


def _sheet_rows(result: Reconciliation) -> Iterable[tuple[Any, ...]]:
    for each in result.differences:
        source, splynx, difference, unexplained = _amounts(each, result.exponent, plain)
        yield (
            each.account, each.customer_id, each.label, each.check, source, splynx, difference, unexplained,
            "yes" if each.explained else "no", _why(each), each.detail,
        )  # fmt: skip
