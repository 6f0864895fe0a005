"""The Sonar that all columns read: its data, its process, and the work to do.

In: how many accounts, which streams, what latency. Out: a store file (kept for the next run), a running sandbox, the
tap's catalog with exactly these streams selected, and the same work as a file for the other two columns.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "bench"
TOKEN = "benchmark-token"
NESTED = (
    '(paginator: {page: 1, records_per_page: 100}, sorter: [{attribute: "id", direction: ASC}]) { entities { id } }'
)

Catalog = dict[str, Any]


def cache_folder() -> Path:
    """Where data sets wait for the next run; it keeps itself out of the repository."""
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE.parent / ".gitignore").write_text("*\n", encoding="utf-8")
    return CACHE


def data_set(accounts: int, history: str = "full") -> Path:
    """A provider of that size with (all) of its history; made once."""
    path = cache_folder() / f"sonar-{accounts}-{history}.sqlite"
    if not path.exists():
        part = path.with_suffix(".part")
        command = [sys.executable, "-m", "sandbox", "generate", "--database", str(part), "--history", history]
        subprocess.run([*command, "--accounts", str(accounts)], check=True, stdout=subprocess.DEVNULL)
        part.replace(path)
    return path


@contextmanager
def sonar(database: Path, latency_ms: int) -> Iterator[str]:
    """A Sonar sandbox in a process of its own; the address."""
    command = [sys.executable, "-m", "sandbox", "sonar", "--port", "0", "--database", str(database), "--token", TOKEN]
    # As many threads as the largest number of requests in flight, or the server would be what is measured.
    command += ["--latency-ms", str(latency_ms), "--threads", "8"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if "http" not in line:
            raise SystemExit("the Sonar sandbox did not start")
        yield line.split(": ", 1)[1].strip()
    finally:
        process.terminate()
        process.wait()


def set_window_mode(url: str, mode: str) -> None:
    """What happens beyond row 10,000 of a question: `error` or `empty`."""
    body = json.dumps({"window_mode": mode}).encode()
    request = urllib.request.Request(f"{url}/_sandbox/settings", data=body, method="PUT")
    urllib.request.urlopen(request, timeout=10).close()


def tap_environment(url: str, **settings: object) -> dict[str, str]:
    """The tap's settings as a user sets them."""
    given = {"api_url": url, "auth_token": TOKEN, **settings}
    return {f"TAP_SONAR_{name.upper()}": str(value) for name, value in given.items()}


def tap_command(*arguments: str) -> list[str]:
    """The tap as a user runs it."""
    return [str(Path(sys.executable).with_name("tap-sonar")), "--config", "ENV", *arguments]


def discover(url: str) -> Catalog:
    """The tap's own catalog of the instance."""
    done = subprocess.run(
        tap_command("--discover"),
        env={**os.environ, **tap_environment(url)},
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return dict(json.loads(done.stdout))


def select(catalog: Catalog, streams: Sequence[str]) -> Catalog:
    """Select these streams (none named: those that are selected by default), and of their fields the defaults."""
    wanted = streams or [entry["tap_stream_id"] for entry in catalog["streams"] if _selected(entry, None)]
    entries = [entry for entry in catalog["streams"] if entry["tap_stream_id"] in wanted]
    if missing := set(streams) - {entry["tap_stream_id"] for entry in entries}:
        raise SystemExit(f"Sonar has no streams {', '.join(sorted(missing))}")
    copy: Catalog = json.loads(json.dumps({**catalog, "streams": entries}))
    for entry in copy["streams"] if streams else ():
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = True
    return copy


def truth(database: Path, catalog: Catalog) -> dict[str, int]:
    """Rows that each stream of the catalog has, from the store itself; without streams that the server computes."""
    connection = sqlite3.connect(database)
    try:
        stored = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        tables = {entry["tap_stream_id"]: _extension(entry)["type"] for entry in catalog["streams"]}
        return {
            stream: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            for stream, table in tables.items()
            if table in stored
        }
    finally:
        connection.close()


def write_json(value: object, path: Path) -> Path:
    """`value` in a file."""
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def work(url: str, catalog: Catalog, path: Path) -> Path:
    """The catalog's streams and fields as a file for `bare_loop.py` and `plain_graphql_tap.py`."""
    streams = [_work_of(entry) for entry in catalog["streams"]]
    return write_json({"api_url": url, "auth_token": TOKEN, "streams": streams}, path)


def _work_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    relations = _extension(entry)["relations"]
    parts, properties = [], {}
    for name, schema in entry["schema"]["properties"].items():
        if not _selected(entry, name):
            continue
        relation = relations.get(name)
        if relation is None:
            parts.append(name)
            properties[name] = schema
        else:
            parts.append(relation["field"] + (NESTED if relation["many"] else " { id }"))
            properties[relation["field"]] = {"type": ["object", "null"], "additionalProperties": True}
    return {
        "name": entry["tap_stream_id"],
        "fields": " ".join(parts),
        "include_archived": "include_archived" in _extension(entry)["arguments"],
        "schema": {"type": "object", "properties": properties},
    }


def _extension(entry: Mapping[str, Any]) -> dict[str, Any]:
    return dict(entry["schema"]["x-sonar"])


def _selected(entry: Mapping[str, Any], name: str | None) -> bool:
    """Whether the tap selects a property, or without a name the stream, by itself."""
    for item in entry["metadata"]:
        if item["breadcrumb"] == (["properties", name] if name else []):
            metadata = item["metadata"]
            return bool(metadata.get("selected", metadata.get("selected-by-default", True)))
    return True
