"""A Sonar, a Splynx and Meltano between them. The plugins are installed by Meltano itself, as a user's are."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import BIN, ROOT, TOKEN, Pipeline
from sandbox.data.generate import generate
from sandbox.sonar.server import SonarServer
from sandbox.splynx.server import SplynxServer


@pytest.fixture(scope="session", autouse=True)
def project_file_around_install(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """`meltano install`, one worker after the other (the second finds all there): meltano.yml before and after."""
    before = (ROOT / "meltano.yml").read_text(encoding="utf-8")
    environment = {**os.environ, "MELTANO_CLI_DISABLE_VERSION_CHECK": "1", "PATH": f"{BIN}:{os.environ['PATH']}"}
    with (tmp_path_factory.getbasetemp().parent / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [str(BIN / "meltano"), "install"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return before, (ROOT / "meltano.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a small provider, made once; tests take copies."""
    path = tmp_path_factory.mktemp("provider") / "sonar.sqlite"
    generate(path, accounts=40, seed=7)
    return path


@pytest.fixture
def pipeline(provider: Path, tmp_path: Path) -> Iterator[Pipeline]:
    """Fresh servers with the provider's data."""
    from sandbox.splynx.state import ApiKey

    database = tmp_path / "sonar.sqlite"
    shutil.copy(provider, database)
    with SonarServer(database=database, token=TOKEN) as sonar, SplynxServer(keys=[ApiKey("key", "secret")]) as splynx:
        yield Pipeline(sonar, splynx, tmp_path)
