"""A wrong key or address: one clear message as the last line, within seconds, also under `meltano run`."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

import pytest
import requests

from pipeline import Pipeline

SLOW_SECONDS = 0.5
"""Each answer of Sonar: reading all of its streams would take long."""
FEW = 150
"""Requests to Sonar until the run has ended: half of what reading takes. Seconds would measure the machine."""


@dataclass
class Wrong(Pipeline):
    """A pipeline with other settings."""

    settings: dict[str, str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, **(self.settings or {})}


def nobody() -> str:
    """An address of this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"TARGET_SPLYNX_API_SECRET": "not-the-secret"},
            r"refuses the credentials \(401\)\. Check `auth_method`, `api_key` and `api_secret`",
        ),
        ({"TARGET_SPLYNX_API_URL": "nobody"}, r"does not answer: .*Check `api_url`"),
        ({"TARGET_SPLYNX_API_URL": "sonar"}, r"is not a Splynx API.*Check `api_url`"),
    ],
    ids=["wrong secret", "nobody there", "another server"],
)
def test_the_target_tells_what_is_wrong_as_its_last_line(settings: dict[str, str], said: str, pipeline: Pipeline) -> None:
    places = {"nobody": nobody(), "sonar": pipeline.sonar.url}
    settings = {name: places.get(value, value) for name, value in settings.items()}
    slow = requests.put(f"{pipeline.sonar.url}/_sandbox/faults", json=[{"kind": "delay", "seconds": SLOW_SECONDS}], timeout=30)
    assert slow.ok, slow.text
    done = Wrong(pipeline.sonar, pipeline.splynx, pipeline.folder, settings).meltano("run", "tap-sonar", "target-splynx")
    assert done.returncode != 0
    lines = plain(done.stdout)
    told = [line for line in lines if "target-splynx" in line]
    assert told, done.stdout[-3000:]
    assert re.search(said, told[-1]), told[-5:]
    asked = requests.get(f"{pipeline.sonar.url}/_sandbox/stats", timeout=30).json()["requests"]
    assert asked < FEW, "the tap went on reading"
    assert not [line for line in lines if "Traceback" in line], done.stdout[-3000:]
    assert "not-the-secret" not in done.stdout
    assert pipeline.writes() == []


def plain(text: str) -> list[str]:
    """Lines without colours."""
    return [line for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines() if line.strip()]
