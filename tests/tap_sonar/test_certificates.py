"""The token goes to the server that we trust, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local_servers import self_signed, serve
from sonar_runs import TOKEN, config_for, run_command
from tap_sonar.client import SonarClient
from tap_sonar.errors import InstanceError, SettingsError
from tap_sonar.settings import Settings

ANSWER = json.dumps({"data": {"__typename": "Query"}}).encode()


def client(url: str, **settings: Any) -> SonarClient:
    return SonarClient(Settings.from_config(config_for(url, retry_attempts=0, **settings), user_agent="test"))


def test_a_certificate_that_nobody_trusts_names_the_setting(tmp_path: Path) -> None:
    with serve(ANSWER, certificate=self_signed(tmp_path)) as server:
        with pytest.raises(InstanceError, match=r"not accepted \(self-signed certificate\)\. Set ca_bundle"):
            client(server.url).query("query { __typename }")
        assert server.asked == []


def test_ca_bundle_makes_it_trusted_and_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(self_signed(tmp_path, host="127.0.0.9")))
    with serve(ANSWER, certificate=certificate) as server:
        answer = client(server.url, ca_bundle=str(certificate)).query("query { __typename }")
    assert answer.data == {"__typename": "Query"}
    with pytest.raises(SettingsError, match="no such file"):
        client("https://127.0.0.1:1", ca_bundle=str(tmp_path / "none.pem"))


def test_a_redirect_never_carries_the_token_to_another_host() -> None:
    with serve(ANSWER) as elsewhere, serve(redirect=elsewhere.url) as server:
        with pytest.raises(InstanceError, match="redirects elsewhere"):
            client(server.url).query("query { __typename }")
        assert len(server.asked) == 1
        assert elsewhere.asked == []


def test_the_command_says_it_in_one_line(tmp_path: Path) -> None:
    with serve(ANSWER, certificate=self_signed(tmp_path)) as server:
        done = run_command(config_for(server.url, retry_attempts=0), "--discover")
    last = done.stderr.decode().splitlines()[-1]
    assert done.returncode == 1
    assert "Set ca_bundle to a PEM file" in last
    assert TOKEN not in done.stderr.decode()
