"""Fixtures: a Sonar sandbox whose every table has rows, and a catalog discovered from it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sandbox.sonar.server import SonarServer
from sonar_runs import TOKEN, config_for, discover, get, post, put
from sonar_store import new_store

ROWS = 7


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> None:
    logging.getLogger("singer_sdk").setLevel(logging.ERROR)
    logging.getLogger("singer_sdk.metrics").setLevel(logging.ERROR)


@pytest.fixture(scope="session")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that no test changes."""
    path = tmp_path_factory.mktemp("sonar") / "sonar.sqlite"
    new_store(str(path), ROWS, types={"Account": 1245, "Note": 120}).close()
    return path


@pytest.fixture(scope="session")
def shared_sonar(shared_store: Path) -> Iterator[SonarServer]:
    """A server over it."""
    with SonarServer(database=shared_store, token=TOKEN) as server:
        yield server


@pytest.fixture(scope="session")
def catalog(shared_sonar: SonarServer) -> dict[str, Any]:
    """The catalog of any instance with the recorded contract."""
    return discover(config_for(shared_sonar.url))


@pytest.fixture
def config(shared_sonar: SonarServer) -> dict[str, Any]:
    """A configuration for the shared server, which begins with no faults and no counts."""
    put(shared_sonar.url, "faults", [])
    put(shared_sonar.url, "settings", {"denied_roots": [], "broken_rows": {}, "rate_limit": 0})
    post(shared_sonar.url, "reset-stats")
    return config_for(shared_sonar.url)


@pytest.fixture
def faults(shared_sonar: SonarServer) -> Iterator[Callable[..., None]]:
    """Set fault rules of the shared server; none remain."""

    def set_rules(*rules: dict[str, Any]) -> None:
        put(shared_sonar.url, "faults", list(rules))

    yield set_rules
    set_rules()


@pytest.fixture
def sonar_settings(shared_sonar: SonarServer) -> Iterator[Callable[..., None]]:
    """Change settings of the shared server; they are put back."""

    def change(**settings: Any) -> None:
        put(shared_sonar.url, "settings", settings)

    yield change
    change(denied_roots=[], broken_rows={}, rate_limit=0, nested_page_size=25, window_mode="error")


@pytest.fixture
def stats(shared_sonar: SonarServer) -> Callable[[], dict[str, Any]]:
    """What the shared server was asked since the test began."""

    def read() -> dict[str, Any]:
        return dict(get(shared_sonar.url, "stats"))

    return read
