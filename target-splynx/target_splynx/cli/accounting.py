"""`accounting`: what became of every row that was read."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import click

from target_splynx.accounting.count import OUTCOMES, Account, count
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
from target_splynx.errors import MigrationError


@click.command()
@click.option("--stream", help="Only this stream, with every rule and reason.")
@json_option
def accounting(stream: str | None, as_json: bool) -> None:
    """Show what became of every row that was read: written, merged into another record, skipped by a named rule, or
    rejected. Asks nothing of Splynx.

    Rows read = written + merged + skipped + rejected, for every stream. `pending` rows are planned and not written
    yet: after a dry run all new ones, after a stopped run the rest. A row that nobody can account for is a fault; its
    stream, its key and what is known are printed, and the exit code is 2.

    \b
      splynx-migration accounting
      splynx-migration accounting --stream contacts
    """
    settings = load_settings()
    with opened_stage(settings) as stage, opened_ledger(settings) as ledger:
        found = count(settings, stage, ledger)
    if stream is not None:
        found = [account for account in found if account.stream == stream]
        if not found:
            raise MigrationError(f"No stream {stream!r} was ever staged.")
    if as_json:
        print_json([_as_dict(account) for account in found])
    else:
        _print(found, whole=stream is None)
    if not all(account.balanced for account in found):
        sys.exit(DIFFERENCES)


def _as_dict(account: Account) -> dict[str, Any]:
    told = asdict(account)
    told["why"] = [{"outcome": outcome, "why": why, "rows": rows} for (outcome, why), rows in account.why.items()]
    return {**told, "balanced": account.balanced}


def _print(found: list[Account], *, whole: bool) -> None:
    rows = [
        (a.stream, f"{a.read:,}", *(_figure(a.counts[name]) for name in OUTCOMES)) for a in found if a.read or not whole
    ]
    if whole:
        sums = (sum(a.counts[name] for a in found) for name in OUTCOMES)
        rows.append(("total", f"{sum(a.read for a in found):,}", *(_figure(number) for number in sums)))
    print_table("What became of every row", ("stream", "read", *OUTCOMES), rows)
    if whole:
        _rules(found)
    for account in found:
        if not whole:
            console().print(account.sentence, highlight=False, markup=False)
            why = [(outcome, text, f"{number:,}") for (outcome, text), number in account.why.items()]
            print_table("Why", ("outcome", "rule, reason, or model", "rows"), why, numbers_from=2)
        for reason, keys in account.examples.items():
            console().print(f"✗ {account.stream} {', '.join(keys)}: {reason}", highlight=False, markup=False)
    if all(account.balanced for account in found):
        console().print("✓ Every row is accounted for.")


def _rules(found: list[Account]) -> None:
    """Rows that did not reach Splynx, by rule or reason."""
    rows = [
        (outcome, why, account.stream, f"{number:,}")
        for account in found
        for (outcome, why), number in account.why.items()
        if outcome in {"skipped", "rejected"}
    ]
    if rows:
        print_table("Not in Splynx", ("outcome", "rule or reason", "stream", "rows"), sorted(rows), numbers_from=3)


def _figure(number: int) -> str:
    return f"{number:,}" if number else ""
