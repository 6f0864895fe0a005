"""`models`: which models there are; `--show` prints the row that one yields now, and where each field comes from."""

from __future__ import annotations

import json
from typing import Any

import click

from target_splynx.cli.context import (
    console,
    json_option,
    load_settings,
    opened_ledger,
    opened_stage,
    print_json,
    print_table,
)
from target_splynx.cli.plan import shown
from target_splynx.errors import MigrationError
from target_splynx.loading.masking import masked
from target_splynx.modelling.dependencies import Graph
from target_splynx.modelling.evaluate import Row
from target_splynx.models.rules import column_rules
from target_splynx.planning.diff import is_provisional
from target_splynx.run import connect, prepare_models
from target_splynx.settings import Settings
from target_splynx.sketch import Sketch, sketch

_FEW = 3


@click.command()
@click.option("--show", "name", help="One model, e.g. customers or customers/customers, with --key or --account.")
@click.option("--key", help="The row with this source key.")
@click.option("--account", help="The rows that belong to this account.")
@json_option
def models(name: str | None, key: str | None, account: str | None, as_json: bool) -> None:
    """List the models in load order: resource, mode, inputs, what they wait for, rows in the last plan.

    With --show NAME and --key K (or --account N) print the row that a model yields now from what is staged, and for
    each field its value and the rule, in words or as the SQL that makes it. Splynx's reference lists are read; nothing
    is written.

    \b
      splynx-migration models --show customers --account 123
    """
    settings = load_settings()
    if name is None:
        _list(settings, as_json=as_json)
        return
    if (key is None) == (account is None):
        raise click.UsageError("--show needs --key or --account.")
    with opened_stage(settings) as stage, opened_ledger(settings) as ledger:
        found = sketch(settings, stage, ledger, connect(settings), name)
        rows = [_told(found, row) for row in found.rows(key=key, account=account)]
    if not rows:
        which = f"source key {key}" if key is not None else f"account {account}"
        raise MigrationError(f"{found.model.name} yields no row for {which}. Look into {found.model.path}.")
    if as_json:
        print_json(rows)
        return
    for row in rows:
        _print(row, str(found.model.path))


def _list(settings: Settings, *, as_json: bool) -> None:
    with opened_stage(settings) as stage, opened_ledger(settings) as ledger:
        graph, active = prepare_models(settings, stage)
        run = ledger.last_run()
        summary: dict[str, Any] = json.loads(run["summary"] or "{}") if run else {}
    read = {row["model"]: row["read"] for row in summary.get("rows", [])}
    rows: list[dict[str, Any]] = [
        {
            "section": model.section,
            "model": model.name,
            "resource": model.resource.name,
            "mode": model.mode,
            "loaded": model.name in active,
            "inputs": sorted(graph.reads[model.name].streams),
            "waits_for": _waits(graph, model.name),
            "rows": read.get(model.name),
            "path": str(model.path),
            "description": model.description,
        }
        for model in graph.order
    ]
    if as_json:
        print_json(rows)
        return
    table = [
        (
            row["section"] if row["loaded"] else f"({row['section']})",
            row["model"].split("/")[1],
            f"{row['resource']}{'' if row['mode'] == 'create' else ' (patch)'}",
            _short(row["inputs"]),
            _short([name.split("/")[1] for name in row["waits_for"]]),
            row["rows"],
        )
        for row in rows
    ]
    print_table(
        f"{len(rows)} models, in load order",
        ("section", "model", "resource", "inputs", "waits for", "rows in the last plan"),
        table,
        numbers_from=9,
    )
    if not all(row["loaded"] for row in rows):
        console().print("(section): not loaded now, see the setting `sections`.", highlight=False)


def _waits(graph: Graph, name: str) -> list[str]:
    return [model.name for model in graph.order if model.name in graph.waits_for[name]]


def _short(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= _FEW else f"{', '.join(names[:_FEW])} and {len(names) - _FEW} more"


def _told(found: Sketch, row: Row) -> dict[str, Any]:
    """A row, each field with value, rule and SQL, and what a run would do with it."""
    rules = {rule.column: rule for rule in column_rules(found.model.sql)}
    fields = []
    for name, value in masked(row.fields).items():
        rule = rules.get(name)
        fields.append(
            {
                "field": name,
                "value": value,
                "planned": is_provisional(value),
                "rule": rule.rule if rule else "",
                "sql": rule.expression if rule else "",
            }
        )
    operation = found.operations.get(row.source_key)
    return {
        "model": found.model.name,
        "resource": found.model.resource.name,
        "source_key": row.source_key,
        "label": row.label,
        "id": row.id,
        "fields": fields,
        "skip": row.skip,
        "reject": list(row.reject) if row.reject else None,
        "next_run": None
        if operation is None
        else {
            "action": operation.action,
            "state": operation.state,
            "reason": operation.reason,
            "message": operation.message,
            "payload": masked(operation.payload),
        },
    }


def _print(row: dict[str, Any], path: str) -> None:
    out = console()
    out.print(f"{row['model']} {row['source_key']}  {row['label']}  ({path})", highlight=False, markup=False)
    table = [
        (entry["field"], "(planned)" if entry["planned"] else shown(entry["value"]), entry["rule"] or entry["sql"])
        for entry in row["fields"]
    ]
    print_table("", ("field", "value", "where it comes from"), table, numbers_from=9)
    if row["skip"]:
        out.print(f"Left out on purpose: {row['skip']}", highlight=False, markup=False)
    step = row["next_run"]
    if row["reject"]:
        out.print(f"Rejected: {': '.join(row['reject'][:2])}", highlight=False, markup=False)
    elif step is None:
        out.print("The next run has nothing to write for it.", highlight=False)
    elif step["state"] == "planned":
        out.print(
            f"The next run would {step['action']} it: {', '.join(step['payload'])}", highlight=False, markup=False
        )
    else:
        out.print(
            f"The next run would not write it: {step['reason']}: {step['message']}", highlight=False, markup=False
        )
