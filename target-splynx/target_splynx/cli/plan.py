"""`plan`: what a run planned, operation by operation; `--refresh` makes a new plan from the stage."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import click

from target_splynx import run as engine
from target_splynx.cli.context import (
    DIFFERENCES,
    console,
    json_option,
    load_config,
    opened_ledger,
    opened_stage,
    print_json,
    stoppable,
)
from target_splynx.errors import MigrationError
from target_splynx.ledger.entries import Operation
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.undoings import run_of
from target_splynx.loading.masking import masked, without_secrets
from target_splynx.planning.belonging import belonging
from target_splynx.planning.diff import ATTRIBUTES, is_provisional
from target_splynx.settings import Settings, public

_SIGN = {"create": "+", "update": "~", "end": "-", "delete": "-", "adopt": "=", "forget": "="}
_WORDS = {
    "create": "to create",
    "update": "to change",
    "end": "to end",
    "delete": "to delete",
    "adopt": "to adopt",
    "rejected": "rejected",
    "blocked": "blocked",
}
_ALWAYS = ("create", "update", "end")
_WRITES = ("create", "update", "end", "delete", "adopt")


@dataclass(frozen=True)
class Chosen:
    """What of a plan to show."""

    resource: str | None = None
    key: str | None = None
    account: str | None = None


@click.command()
@click.option("--refresh", is_flag=True, help="Make a new plan from what is staged. Reads no source, writes nothing.")
@click.option("--run", "number", type=int, help="The plan of this run instead of the last one.")
@click.option(
    "--account", help="Only what belongs to this account: customer, services, billing, and what hangs on them."
)
@click.option("--resource", help="Only this resource of Splynx, e.g. services_internet.")
@click.option("--key", help="Only this source key.")
@click.option("--limit", default=100, show_default=True, help="Operations to show.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit code 2 when there is something to write, 0 when not.")
@json_option
def plan(
    refresh: bool,
    number: int | None,
    account: str | None,
    resource: str | None,
    key: str | None,
    limit: int,
    detailed_exitcode: bool,
    as_json: bool,
) -> None:
    """Show a plan: + create, ~ change (old → new), - end or delete, = adopt, ! rejected or blocked.

    A plan is made by every run. To make one without writing, either read the source

    \b
      TARGET_SPLYNX_DRY_RUN=true meltano run tap-sonar target-splynx

    or, after changing models or settings, plan again from what is staged already

    \b
      splynx-migration plan --refresh

    A plan that was not carried out is saved: `splynx-migration apply` carries out exactly that one.
    """
    config = load_config()
    settings = Settings.from_config(config)
    chosen = Chosen(resource, key, account)
    if refresh:
        if number is not None:
            raise click.UsageError("--refresh makes a new plan; leave out --run.")
        _refresh(settings, config)
    with opened_ledger(settings) as ledger:
        run = _run(ledger, number)
        found = _operations(ledger, int(run["id"]), chosen) if run else iter(())
        counted: Counter[str] = Counter()
        if as_json:
            operations = [_as_dict(operation) for operation in _counting(found, counted)]
            print_json({"run": run["id"] if run else None, "summary": _summary(counted), "operations": operations})
        else:
            _print(found, counted, limit)
            console().print(sentence(counted), highlight=False)
            if run and run["state"] == "planned":
                console().print(f"Saved as run {run['id']}: `splynx-migration apply` carries it out.", highlight=False)
    if detailed_exitcode and any(counted[action] for action in _WRITES):
        sys.exit(DIFFERENCES)


def sentence(counted: Mapping[str, int]) -> str:
    """The plan in one line, as `12 to create, 3 to change, 0 to end, 1 rejected`."""
    return ", ".join(f"{counted[a]} {words}" for a, words in _WORDS.items() if a in _ALWAYS or counted[a]) + "."


def _refresh(settings: Settings, config: Mapping[str, Any]) -> None:
    dry = replace(settings, dry_run=True)
    with opened_stage(dry) as stage, opened_ledger(dry) as ledger, stoppable() as stop:
        if not stage.streams():
            raise MigrationError("Nothing was ever staged: run `meltano run tap-sonar target-splynx` first.")
        engine.execute(dry, stage, ledger, public_settings={**public(config), "dry_run": True}, stop=stop)


def _run(ledger: Ledger, number: int | None) -> dict[str, Any] | None:
    if number is None:
        return ledger.last_run()
    found = run_of(ledger, number)
    if found is None:
        raise MigrationError(f"There is no run {number}. `splynx-migration status` shows the last one.")
    return found


def _operations(ledger: Ledger, run: int, chosen: Chosen) -> Iterator[Operation]:
    members = belonging(ledger, run, chosen.account) if chosen.account is not None else None
    for operation in ledger.operations(run):
        if chosen.resource is not None and operation.resource != chosen.resource:
            continue
        if chosen.key is not None and operation.source_key != chosen.key:
            continue
        if members is None or operation.id in members:
            yield operation


def _counting(found: Iterator[Operation], counted: Counter[str]) -> Iterator[Operation]:
    for operation in found:
        counted[operation.state if operation.state in {"rejected", "blocked"} else operation.action] += 1
        yield operation


def _summary(counted: Mapping[str, int]) -> dict[str, int]:
    return {words.replace(" ", "_"): counted[action] for action, words in _WORDS.items()}


def _print(found: Iterator[Operation], counted: Counter[str], limit: int) -> None:
    out = console()
    number = 0
    for operation in _counting(found, counted):
        number += 1
        if number > limit:
            continue
        refused = operation.state in {"rejected", "blocked"}
        sign = "!" if refused else _SIGN[operation.action]
        label = "" if operation.label == f"{operation.resource} {operation.source_key}" else f"  {operation.label}"
        out.print(f"{sign} {operation.resource} {operation.source_key}{label}", highlight=False, markup=False)
        if refused:
            message = without_secrets(operation.message or "", operation.payload)
            out.print(f"    {operation.reason}: {message}", highlight=False, markup=False)
            continue
        for line in _fields(operation):
            out.print(f"    {line}", highlight=False, markup=False)
    if number > limit:
        out.print(f"… and {number - limit} more (--limit, --json)", highlight=False, markup=False)


def _fields(operation: Operation) -> Iterator[str]:
    """`name: value`, or `name: old → new`; additional fields each on a line."""
    new, old = _flat(masked(operation.payload)), _flat(masked(operation.before or {}))
    for name, value in new.items():
        arrow = f"{shown(old.get(name))} → " if operation.action in {"update", "end"} else ""
        yield f"{name}: {arrow}{shown(value)}"


def _flat(payload: Mapping[str, Any]) -> dict[str, Any]:
    attributes = payload.get(ATTRIBUTES) or {}
    found = {name: value for name, value in payload.items() if name != ATTRIBUTES}
    return {**found, **{f"{ATTRIBUTES}.{name}": value for name, value in attributes.items()}}


def shown(value: Any) -> str:
    """A value for people: text in quotes, nothing for None."""
    if is_provisional(value):
        return "(made in this run)"
    if isinstance(value, list):
        return f"[{', '.join(shown(entry) for entry in value)}]"
    return "nothing" if value is None else repr(value) if isinstance(value, str) else str(value)


def _as_dict(operation: Operation) -> dict[str, Any]:
    names = ("model", "resource", "source_key", "label", "action", "state", "splynx_id", "reason", "field", "message")
    found = {name: getattr(operation, name) for name in names}
    found["message"] = without_secrets(operation.message, operation.payload) if operation.message else None
    before = masked(operation.before) if operation.before is not None else None
    return {**found, "payload": masked(operation.payload), "before": before}
