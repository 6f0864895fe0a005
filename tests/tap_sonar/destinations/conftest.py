"""Fixtures: a Sonar with 60 accounts for each test, its catalog, and one PostgreSQL for all."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from destination_runs import SPECIAL_NOTE, STREAMS, selected

from postgres_server import Postgres
from postgres_server import postgres as postgres_server
from sandbox.data.generate import generate
from sandbox.sonar.server import SonarServer
from sonar_runs import discover

TOKEN = "destination-token"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here starts programs of others."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one note that nobody would write."""
    path = tmp_path_factory.mktemp("sonar60") / "sonar.sqlite"
    generate(path, accounts=60, seed=5)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute('UPDATE "Note" SET message = ? WHERE id = 3', (SPECIAL_NOTE,))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def store(pristine: Path, tmp_path: Path) -> Path:
    """A copy that the test may change."""
    return Path(shutil.copy(pristine, tmp_path / "sonar.sqlite"))


@pytest.fixture
def tap_config(store: Path) -> Iterator[dict[str, Any]]:
    """The tap's settings for a running Sonar over `store`."""
    with SonarServer(database=store, token=TOKEN) as server:
        yield {"api_url": server.url, "auth_token": TOKEN, "requests_per_minute": 0}


@pytest.fixture(scope="session")
def whole_catalog(pristine: Path) -> dict[str, Any]:
    """What the tap discovers."""
    with SonarServer(database=pristine, token=TOKEN) as server:
        return discover({"api_url": server.url, "auth_token": TOKEN})


@pytest.fixture
def six_streams(whole_catalog: dict[str, Any]) -> dict[str, Any]:
    """Streams of every shape: arrays, a singleton, money, long unicode text, and rows that will be deleted."""
    return selected(whole_catalog, *STREAMS)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL."""
    with postgres_server() as server:
        yield server
