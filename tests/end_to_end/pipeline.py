"""One provider between its two systems, with Meltano in between; what the end-to-end tests work with."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from sandbox.sonar.server import SonarServer
from sandbox.splynx.server import SplynxServer

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
TOKEN = "end-to-end"


def meltano_folder(folder: Path) -> Path:
    """A system folder of Meltano of its own, with the project's plugins: runs side by side share none of its files."""
    system = folder / "meltano"
    if not system.exists():
        system.mkdir(mode=0o700, parents=True)
        for kind in ("extractors", "loaders"):
            (system / kind).symlink_to(ROOT / ".meltano" / kind)
    return system


@dataclass
class Pipeline:
    """One provider between its two systems."""

    sonar: SonarServer
    splynx: SplynxServer
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Settings of both plugins and of Meltano."""
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith(("TAP_SONAR", "TARGET_SPLYNX", "MELTANO"))},
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "NO_COLOR": "1",
            "MELTANO_ENVIRONMENT": "sandbox",
            "MELTANO_CLI_DISABLE_VERSION_CHECK": "1",
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
            "MELTANO_SYS_DIR_ROOT": str(meltano_folder(self.folder)),
            # Of its own: a killed Meltano leaves a job behind that would keep the next test waiting.
            "MELTANO_DATABASE_URI": f"sqlite:///{self.folder / 'meltano.db'}",
            "MELTANO_STATE_BACKEND_URI": f"file://{self.folder / 'state'}",
            "TAP_SONAR_API_URL": self.sonar.url,
            "TAP_SONAR_AUTH_TOKEN": TOKEN,
            "TAP_SONAR_REQUESTS_PER_MINUTE": "0",
            "TARGET_SPLYNX_API_URL": self.splynx.url,
            "TARGET_SPLYNX_API_KEY": "key",
            "TARGET_SPLYNX_API_SECRET": "secret",
            "TARGET_SPLYNX_WORKSPACE": str(self.folder / "workspace"),
            "TARGET_SPLYNX_TIMEZONE": "America/Chicago",
        }

    @property
    def output(self) -> Path:
        """What the process said that was started last: a file, since a pipe that nobody reads would stop it."""
        return self.folder / "meltano.log"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Meltano as a process."""
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [str(BIN / "meltano"), *arguments], cwd=ROOT, env=self.environment,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def meltano(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Meltano to its end."""
        return subprocess.run(
            [str(BIN / "meltano"), *arguments], cwd=ROOT, env=self.environment, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self) -> str:
        """The main job; its output. Fails the test when it fails."""
        done = self.meltano("run", "tap-sonar", "target-splynx")
        assert done.returncode == 0, done.stdout[-5000:]
        return done.stdout

    def writes(self) -> list[tuple[str, int]]:
        """(operation, number) of every POST, PUT and DELETE that Splynx was asked since the last reset."""
        asked = requests.get(f"{self.splynx.url}/_sandbox/stats", timeout=30).json()["by_operation"]
        return sorted((name, number) for name, number in asked.items() if name.split()[0] in {"POST", "PUT", "DELETE"})

    def forget(self) -> None:
        """Start counting anew."""
        requests.post(f"{self.splynx.url}/_sandbox/reset-stats", timeout=30)


@dataclass(frozen=True)
class Migrated:
    """A pipeline after its first run. `writes`: operation → number; `portrait`: what Splynx held then."""

    pipeline: Pipeline
    writes: dict[str, int]
    portrait: dict[str, list[dict[str, Any]]]
