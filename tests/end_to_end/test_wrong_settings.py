"""A wrong key or address: one clear message as the last line, within seconds, also under `meltano run`."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass

import pytest

from pipeline import Pipeline

SECONDS = 45
"""Meltano itself needs ten to start; the tap alone would read for longer than the rest on a provider of real size."""


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
def test_the_target_tells_what_is_wrong_as_its_last_line(
    settings: dict[str, str], said: str, pipeline: Pipeline
) -> None:
    places = {"nobody": nobody(), "sonar": pipeline.sonar.url}
    settings = {name: places.get(value, value) for name, value in settings.items()}
    began = time.monotonic()
    done = Wrong(pipeline.sonar, pipeline.splynx, pipeline.folder, settings).meltano(
        "run", "tap-sonar", "target-splynx"
    )
    assert time.monotonic() - began < SECONDS
    assert done.returncode != 0
    lines = plain(done.stdout)
    told = [line for line in lines if "target-splynx" in line and "cmd_type=loader" in line]
    assert re.search(said, told[-1]), told[-5:]
    assert not [line for line in lines if "Traceback" in line], done.stdout[-3000:]
    assert "not-the-secret" not in done.stdout
    assert pipeline.writes() == []


def plain(text: str) -> list[str]:
    """Lines without colours."""
    return [line for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines() if line.strip()]
