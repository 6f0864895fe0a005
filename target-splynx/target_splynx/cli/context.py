"""What the commands share: settings, ledger, output."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from target_splynx.ledger.store import Ledger
from target_splynx.settings import Settings
from target_splynx.target import load_config_from_environment

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

DIFFERENCES = 2
"""Exit code: finished, with differences or rejects."""


def load_settings() -> Settings:
    """The settings from the environment."""
    return Settings.from_config(load_config_from_environment())


@contextlib.contextmanager
def opened_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger, closed afterwards."""
    settings.workspace.mkdir(parents=True, exist_ok=True, mode=0o700)
    ledger = Ledger(settings.ledger_url, splynx=settings.api_url)
    try:
        yield ledger
    finally:
        ledger.close()


def print_json(value: Any) -> None:
    """Plain JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_text))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, numbers_from: int = 1) -> None:
    """A table for people; columns from `numbers_from` on are right-aligned."""
    table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for index, name in enumerate(columns):
        number = index >= numbers_from
        table.add_column(
            name,
            justify="right" if number else "left",
            overflow="fold",
            no_wrap=number or index == 0 or numbers_from == 2,
        )
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console().print(table)


def console() -> Console:
    """Standard output; as wide as the terminal, 140 where there is none."""
    found = Console()
    return found if found.is_terminal else Console(width=140)


def _text(value: Any) -> str:
    return str(value)
