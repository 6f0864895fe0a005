"""A small provider's data as Singer lines, from the real tap against the Sonar sandbox; for the shipped models."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import duckdb

from sandbox.data.generate import generate
from sandbox.sonar.server import SonarServer
from singer_feed import Feed
from tap_sonar.tap import TapSonar
from target_splynx import functions
from target_splynx.modelling import companions

TOKEN = "shipped"


def singer_lines(folder: Path, *, accounts: int, seed: int = 7, dirt: bool = True, **settings: Any) -> Feed:
    """Every stream that the shipped models read, in full, of a new provider, kept in `sonar.sqlite` of the folder. `settings`: of the tap."""
    database = folder / "sonar.sqlite"
    generate(database, accounts=accounts, seed=seed, dirt=dirt)
    return lines_of(database, **settings)


def lines_of(database: Path, *, state: dict[str, Any] | None = None, secrets: tuple[tuple[str, str], ...] = (), **settings: Any) -> Feed:
    """The same of a provider's store; with the state of an earlier run only what changed since.

    `secrets`: stream and field of what is read only when asked for, as meltano.yml does.
    """
    with SonarServer(database=database, token=TOKEN) as server:
        config = {"api_url": server.url, "auth_token": TOKEN, "requests_per_minute": 0, **settings}
        tap = TapSonar(config=config, setup_mapper=False)
        catalog: dict[str, Any] = json.loads(tap.catalog_json_text)
        tap.close()
        wanted = _streams()
        wanted |= {f"{name}_ids" for name in settings.get("deleted_rows_sweep", ())}
        for entry in catalog["streams"]:
            for item in entry["metadata"]:
                if not item["breadcrumb"]:
                    item["metadata"]["selected"] = entry["tap_stream_id"] in wanted
                elif (entry["tap_stream_id"], item["breadcrumb"][-1]) in secrets:
                    item["metadata"]["selected"] = True
        output = _Output()
        with redirect_stdout(output):
            reader = TapSonar(config=config, catalog=catalog, state=state)
            reader.sync_all()
            reader.close()
    feed = Feed()
    feed.lines = [line for line in output.text().split("\n") if line]
    return feed


def _streams() -> set[str]:
    connection = duckdb.connect()
    functions.register(connection, timezone="UTC", currency_exponent=2, default_country="US")
    return set(companions.streams_of("sonar", connection))


class _Output(io.TextIOWrapper):
    """Standard output with a buffer, kept in memory."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined]
