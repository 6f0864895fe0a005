"""Fixtures: a Splynx sandbox over HTTP, a workspace, and models for a small provider."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from postgres_server import postgres, postgres_server  # noqa: F401 - fixtures
from sandbox.splynx.server import SplynxServer
from splynx_runs import Migration, Provider, Splynx, write_models
from target_splynx.stage.store import Stage

NOW = datetime(2026, 11, 15, 12, 0, 0)  # noqa: DTZ001 - the sandbox keeps its times without a zone


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> None:
    logging.getLogger("singer_sdk.metrics").setLevel(logging.ERROR)


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Each worker has a core of its own; with a second thread DuckDB takes an eighth longer for a small provider."""
    defaults = Stage.__init__.__kwdefaults__
    assert defaults is not None
    defaults["threads"], kept = 1, defaults["threads"]
    yield
    defaults["threads"] = kept


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The target takes the signals of its process; the tests' own process gets them back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def splynx() -> Iterator[Splynx]:
    """A fresh server."""
    with SplynxServer(now=NOW) as server:
        yield Splynx(server)


@pytest.fixture
def migration(tmp_path: Path, splynx: Splynx, monkeypatch: pytest.MonkeyPatch) -> Migration:
    """The models of the small provider, ready to run against a fresh server; lost answers are looked up without a pause."""
    # A fifth of the time of a small run; the models of the small provider call none of the domain's functions.
    monkeypatch.setattr("target_splynx.functions.register", lambda *_, **__: None)
    monkeypatch.setattr("target_splynx.loading.execute.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("target_splynx.splynx.client.RETRY_PAUSE_SECONDS", 0.01)
    return Migration(tmp_path, splynx, write_models(tmp_path / "models"))


@pytest.fixture
def provider() -> Provider:
    """Five customers."""
    return Provider.of(5)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The picture of Splynx after a load of 30 customers that nothing disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with SplynxServer(now=NOW) as server:
        migration = Migration(folder, Splynx(server), write_models(folder / "models"))
        migration.run(Provider.of(30))
        return migration.splynx.picture()
