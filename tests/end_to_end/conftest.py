"""A Sonar, a Splynx and Meltano between them. The plugins are installed by Meltano itself, as a user's are."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline import BIN, ROOT, TOKEN, Migrated, Pipeline
from portrait import portrait
from sandbox.data.generate import generate
from sandbox.sonar.server import SonarServer
from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import ApiKey


@pytest.fixture(scope="session", autouse=True)
def project_file_around_install(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """`meltano install`, one worker after the other (the second finds all there): meltano.yml before and after."""
    before = (ROOT / "meltano.yml").read_text(encoding="utf-8")
    environment = {**os.environ, "MELTANO_CLI_DISABLE_VERSION_CHECK": "1", "PATH": f"{BIN}:{os.environ['PATH']}"}
    with (tmp_path_factory.getbasetemp().parent / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run([str(BIN / "meltano"), "install"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return before, (ROOT / "meltano.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a small provider, made once; tests take copies."""
    path = tmp_path_factory.mktemp("provider") / "sonar.sqlite"
    generate(path, accounts=40, seed=7)
    return path


@contextmanager
def fresh_pipeline(provider: Path, folder: Path) -> Iterator[Pipeline]:
    """Fresh servers with a copy of the provider's data."""
    database = folder / "sonar.sqlite"
    shutil.copy(provider, database)
    with SonarServer(database=database, token=TOKEN) as sonar, SplynxServer(keys=[ApiKey("key", "secret")]) as splynx:
        yield Pipeline(sonar, splynx, folder)


@pytest.fixture
def pipeline(provider: Path, tmp_path: Path) -> Iterator[Pipeline]:
    """Servers of the test's own."""
    with fresh_pipeline(provider, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def migrated(provider: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migrated]:
    """A provider that was moved once, for all tests of a module."""
    with fresh_pipeline(provider, tmp_path_factory.mktemp("migrated")) as found:
        found.run()
        yield Migrated(found, dict(found.writes()), portrait(found.splynx.url))
