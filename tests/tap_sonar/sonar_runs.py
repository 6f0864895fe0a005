"""Runs the tap in this process, or as a command, and sorts what it says.

In: a configuration, and perhaps a catalog and a state. Out: an `Extraction`.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tap_sonar.errors import SonarError
from tap_sonar.tap import TapSonar

TOKEN = "test-token"


@dataclass
class Extraction:
    """The messages of a run. `records` by stream, `order` = streams in the order of their SCHEMA."""

    messages: list[dict[str, Any]]
    error: BaseException | None = None
    tap: TapSonar | None = None
    records: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    order: list[str] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    activated: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for message in self.messages:
            if message["type"] == "RECORD":
                self.records[message["stream"]].append(message["record"])
            elif message["type"] == "SCHEMA":
                self.order.append(message["stream"])
            elif message["type"] == "STATE":
                self.state = message["value"]
            elif message["type"] == "ACTIVATE_VERSION":
                self.activated.append(message["stream"])

    def ids(self, stream: str) -> list[int]:
        """Ids of a stream's records, in the order of arrival."""
        return [record["id"] for record in self.records[stream]]

    def bookmark(self, stream: str) -> str | None:
        """The stream's bookmark in the last state."""
        value = self.state.get("bookmarks", {}).get(stream, {}).get("replication_key_value")
        return str(value) if value is not None else None


def lines(output: bytes) -> list[dict[str, Any]]:
    """Messages of a tap's stdout."""
    return [json.loads(line) for line in output.decode("utf-8").split("\n") if line]


UNSELECTED = 3
"""Streams that stay in a catalog although they are not selected; 290 of them would cost each run half a second."""


def select(catalog: dict[str, Any], *streams: str) -> dict[str, Any]:
    """A copy of a catalog with exactly these streams selected (all without names)."""
    rest = [entry for entry in catalog["streams"] if entry["tap_stream_id"] not in streams][:UNSELECTED]
    kept = [e for e in catalog["streams"] if not streams or e["tap_stream_id"] in streams or e in rest]
    copy = json.loads(json.dumps({"streams": kept}))
    for entry in copy["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = not streams or entry["tap_stream_id"] in streams
    return dict(copy)


def discover(config: dict[str, Any]) -> dict[str, Any]:
    """The catalog of a new discovery."""
    tap = TapSonar(config=dict(config), setup_mapper=False)
    try:
        return json.loads(tap.catalog_json_text)
    finally:
        tap.close()


def extract(config: dict[str, Any], catalog: dict[str, Any] | None = None, state: dict[str, Any] | None = None) -> Extraction:
    """Run the tap here; errors of the tap are kept, not raised."""
    buffer = io.BytesIO()
    error: BaseException | None = None
    tap: TapSonar | None = None
    with redirect_stdout(io.TextIOWrapper(buffer, encoding="utf-8", write_through=True)) as stream:
        try:
            tap = TapSonar(
                config=dict(config),
                catalog=json.loads(json.dumps(catalog)) if catalog else None,
                state=json.loads(json.dumps(state)) if state else None,
            )
            tap.sync_all()
        except SonarError as caught:
            error = caught
        finally:
            if tap is not None:
                tap.close()
            stream.flush()
            output = buffer.getvalue()
            stream.detach()
    return Extraction(lines(output), error, tap)


def environment(config: dict[str, Any]) -> dict[str, str]:
    """The configuration as environment variables of a command."""
    values = {f"TAP_SONAR_{name.upper()}": str(value) for name, value in config.items()}
    return {**os.environ, **values}


def command(*arguments: str) -> list[str]:
    """The tap's command line."""
    return [sys.executable, "-m", "tap_sonar", *arguments]


def run_command(config: dict[str, Any], *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run the tap as a process of its own, configured by its environment."""
    return subprocess.run(command("--config", "ENV", *arguments), env=environment(config), cwd=cwd, capture_output=True, timeout=60)


def run_from_environment(values: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the tap as a process of its own with just these variables of the tap."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAP_SONAR_")}
    return subprocess.run(command("--config", "ENV", *arguments), env={**kept, **values}, capture_output=True, timeout=60)


def config_for(url: str, **settings: Any) -> dict[str, Any]:
    """A configuration that is quick in tests."""
    return {"api_url": url, "auth_token": TOKEN, "requests_per_minute": 0, "retry_attempts": 6, **settings}


def get(url: str, name: str) -> Any:
    """GET from a control endpoint."""
    with urlopen(f"{url}/_sandbox/{name}", timeout=10) as answer:
        return json.load(answer)


def put(url: str, name: str, value: Any) -> None:
    """PUT to a control endpoint."""
    body = json.dumps(value).encode()
    request = Request(f"{url}/_sandbox/{name}", data=body, method="PUT", headers={"Content-Type": "application/json"})
    urlopen(request, timeout=10).close()


def post(url: str, name: str) -> None:
    """POST to a control endpoint."""
    urlopen(Request(f"{url}/_sandbox/{name}", data=b"", method="POST"), timeout=10).close()
