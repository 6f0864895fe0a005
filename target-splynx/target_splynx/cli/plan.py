"""`plan`: what the last run planned, operation by operation."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from target_splynx.cli.context import console, json_option, load_settings, opened_ledger, print_json
from target_splynx.ledger.entries import Operation

_SIGN = {"create": "+", "update": "~", "end": "-", "delete": "-", "adopt": "="}


@click.command()
@click.option("--resource", help="Only this resource, e.g. customers.")
@click.option("--key", help="Only this source key.")
@click.option("--limit", default=100, show_default=True, help="Operations to show.")
@json_option
def plan(resource: str | None, key: str | None, limit: int, as_json: bool) -> None:
    """Show the newest plan: + create, ~ change (old → new), - end or delete, = adopt, ! rejected.

    Make one without writing: TARGET_SPLYNX_DRY_RUN=true meltano run tap-sonar target-splynx
    """
    with opened_ledger(load_settings()) as ledger:
        run = ledger.last_run()
        found = [
            operation
            for operation in (ledger.operations(run["id"]) if run else ())
            if (resource is None or operation.resource == resource) and (key is None or operation.source_key == key)
        ]
    if as_json:
        print_json([_as_dict(operation) for operation in found])
        return
    out = console()
    for operation in found[:limit]:
        refused = operation.state in {"rejected", "blocked"}
        sign = "!" if refused else _SIGN[operation.action]
        out.print(
            f"{sign} {operation.resource} {operation.source_key}  {operation.label}", highlight=False, markup=False
        )
        if refused:
            out.print(f"    {operation.reason}: {operation.message}", highlight=False, markup=False)
            continue
        for name, value in operation.payload.items():
            old = f"{(operation.before or {}).get(name)!r} → " if operation.action != "create" else ""
            shown = "***" if "password" in name else repr(value)
            out.print(f"    {name}: {old if 'password' not in name else ''}{shown}", highlight=False, markup=False)
    counted = Counter("rejected" if o.state in {"rejected", "blocked"} else o.action for o in found)
    names = {
        "create": "to create",
        "update": "to change",
        "end": "to end",
        "delete": "to delete",
        "adopt": "to adopt",
        "rejected": "rejected",
    }
    out.print(", ".join(f"{counted[action]} {words}" for action, words in names.items()) + ".", highlight=False)


def _as_dict(operation: Operation) -> dict[str, Any]:
    return {
        name: getattr(operation, name)
        for name in (
            "model",
            "resource",
            "source_key",
            "action",
            "state",
            "payload",
            "before",
            "splynx_id",
            "reason",
            "message",
        )
    }
