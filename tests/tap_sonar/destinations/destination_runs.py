"""`tap-sonar | … | target` as processes, and the store's own truth to compare the destination with.

In: a catalog, settings, the commands behind the tap. Out: exit codes, the last state that the loader let through, and what the
records must look like, computed from the SQLite store without the tap.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 90

STREAMS = ("accounts", "contacts", "system_setting", "payments", "notes", "account_services")
SPECIAL_NOTE = 'Zoë 👩‍🚀 said: "100 % \\ fine",\n\ttab, \u2028 line separator, Ελληνικά, 漢字, <b>&amp;</b> ' + "long " * 2000
"""A text that finds out who cannot quote, escape or decode; put into note 3."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """A program behind the tap: command line and its configuration, passed as a file."""

    command: Sequence[str]
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Passed:
    """A run that ended well."""

    state: dict[str, Any]
    log: str


def run_pipeline(
    folder: Path,
    tap_config: Mapping[str, Any],
    catalog: Mapping[str, Any],
    *steps: Step,
    state: Mapping[str, Any] | None = None,
) -> Passed:
    """Run the tap into the steps; every program must exit with 0."""
    tap = [sys.executable, "-m", "tap_sonar", "--config", _file(folder, "tap.json", tap_config)]
    tap += ["--catalog", _file(folder, "catalog.json", catalog)]
    if state is not None:
        tap += ["--state", _file(folder, "state.json", state)]
    commands = [tap]
    for number, step in enumerate(steps):
        commands.append([*step.command, "--config", _file(folder, f"step{number}.json", step.config)])
    processes: list[subprocess.Popen[bytes]] = []
    output = folder / "state.out"
    for number, command in enumerate(commands):
        last = number == len(commands) - 1
        with (folder / f"log{number}").open("wb") as log, output.open("wb") as out:
            processes.append(
                subprocess.Popen(
                    command,
                    stdin=processes[-1].stdout if processes else subprocess.DEVNULL,
                    stdout=out if last else subprocess.PIPE,
                    stderr=log,
                    cwd=folder,
                    env={**os.environ, "PYTHONWARNINGS": "ignore"},
                )
            )
        if number:
            # Ours to close, or a program behind the one that ends would never see the end of its input.
            before = processes[-2].stdout
            assert before is not None
            before.close()
    codes = [process.wait(timeout=TIMEOUT_SECONDS) for process in processes]
    logs = "\n".join((folder / f"log{number}").read_text(errors="replace") for number in range(len(commands)))
    assert codes == [0] * len(codes), f"exit codes {codes}\n{logs[-6000:]}"
    lines = output.read_text(encoding="utf-8").splitlines()
    return Passed(json.loads(lines[-1]) if lines else {}, logs)


def _file(folder: Path, name: str, value: Mapping[str, Any]) -> str:
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return str(path)


def selected(catalog: Mapping[str, Any], *names: str, full_table: Sequence[str] = ()) -> dict[str, Any]:
    """The catalog with these streams only; those of `full_table` are to be replicated in full."""
    copy: dict[str, Any] = json.loads(json.dumps(catalog))
    copy["streams"] = [entry for entry in copy["streams"] if entry["tap_stream_id"] in names]
    for entry in copy["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = True
                if entry["tap_stream_id"] in full_table:
                    item["metadata"]["forced-replication-method"] = "FULL_TABLE"
        if entry["tap_stream_id"] in full_table:
            entry["replication_method"] = "FULL_TABLE"
    return copy


def entry_of(catalog: Mapping[str, Any], stream: str) -> dict[str, Any]:
    """A stream's entry."""
    return next(dict(entry) for entry in catalog["streams"] if entry["tap_stream_id"] == stream)


def truth(store: Path, entry: Mapping[str, Any]) -> dict[int, Row]:
    """The records of a stream by id, as the store has them and as JSON says it."""
    extension = entry["schema"]["x-sonar"]
    properties: Mapping[str, Any] = entry["schema"]["properties"]
    hidden = {item["breadcrumb"][1] for item in entry["metadata"] if item["breadcrumb"] and item["metadata"].get("selected-by-default") is False}
    relations = extension["relations"]
    names = [name for name in properties if name not in relations and name not in hidden]
    connection = sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)
    try:
        columns = ", ".join(f'"{name}"' for name in names)
        found = connection.execute(f'SELECT {columns} FROM "{extension["type"]}"').fetchall()
        rows = {values[names.index("id")]: dict(zip(names, values, strict=True)) for values in found}
        for row in rows.values():
            for name in names:
                row[name] = _from_store(row[name], properties[name])
        for name, relation in relations.items():
            if name in hidden:
                continue
            for row in rows.values():
                row[name] = []
            ids = connection.execute(
                "SELECT owner_id, target_id FROM _relation WHERE owner_type = ? AND field = ? ORDER BY target_id",
                (extension["type"], relation["field"]),
            )
            for owner, target in ids:
                if owner in rows:
                    rows[owner][name].append(target)
    finally:
        connection.close()
    return rows


def _from_store(value: Any, schema: Mapping[str, Any]) -> Any:
    kind = kind_of(schema)
    if value is None:
        return None
    if kind == "boolean":
        return bool(value)
    return json.loads(value) if kind == "array" else value


def kind_of(schema: Mapping[str, Any]) -> str:
    """The type of a property besides null."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return next(str(kind) for kind in kinds if kind != "null")


def comparable(rows: Mapping[int, Mapping[str, Any]], entry: Mapping[str, Any]) -> dict[int, Row]:
    """Records of any destination in one form: moments as UTC datetimes, dates as dates, arrays as lists, numbers as float
    where the schema says number. Columns that are not properties of the stream (the loaders' own) are left out.
    """
    properties: Mapping[str, Any] = entry["schema"]["properties"]
    return {row_id: {name: _comparable(value, properties[name]) for name, value in row.items() if name in properties} for row_id, row in rows.items()}


def _comparable(value: Any, schema: Mapping[str, Any]) -> Any:
    if value is None:
        return None
    kind, form = kind_of(schema), schema.get("format")
    if kind == "array":
        return json.loads(value) if isinstance(value, str) else list(value)
    if form == "date-time":
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).replace("Z", "+00:00"))
        return moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    if form == "date":
        if isinstance(value, datetime):
            return value.date()
        return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    return float(value) if kind == "number" else value
