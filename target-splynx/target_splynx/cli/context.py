"""What the commands share: settings, ledger, output."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from target_splynx.errors import StageError
from target_splynx.ledger.store import Ledger
from target_splynx.settings import Settings
from target_splynx.stage.store import Stage
from target_splynx.target import load_config_from_environment
from target_splynx.workspace import locked, make_folder

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

DIFFERENCES = 2
"""Exit code: finished, with differences or rejects."""


def load_config() -> dict[str, Any]:
    """The settings from the environment, as a Singer config."""
    return load_config_from_environment()


def load_settings() -> Settings:
    """The settings from the environment, checked."""
    return Settings.from_config(load_config())


@contextlib.contextmanager
def opened_stage(settings: Settings) -> Iterator[Stage]:
    """The stage, with the workspace locked for this process.

    Raises:
        StageError: nothing was ever staged.
    """
    if not (settings.workspace / "staging.duckdb").is_file():
        raise StageError(
            f"Nothing was ever staged in {settings.workspace}: run `meltano run tap-sonar target-splynx` first "
            "(with TARGET_SPLYNX_DRY_RUN=true to write nothing)."
        )
    with locked(settings.workspace):
        stage = Stage(settings.workspace)
        try:
            yield stage
        finally:
            stage.close()


@contextlib.contextmanager
def stoppable() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set: what is in flight is finished, nothing new begins."""
    stop = threading.Event()

    def handle(number: int, _frame: object) -> None:
        if not stop.is_set():
            click.echo(f"{signal.Signals(number).name}: stopping; what is in flight will be finished", err=True)
        stop.set()

    kept = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def opened_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger, closed afterwards."""
    make_folder(settings.workspace)
    ledger = Ledger(settings.ledger_url, splynx=settings.api_url)
    try:
        yield ledger
    finally:
        ledger.close()


def print_json(value: Any) -> None:
    """Plain JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


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
