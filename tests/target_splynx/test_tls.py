"""Nobody gets the key but the server that we trust: certificates, `ca_bundle`, redirects."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local_servers import self_signed, serve
from target_splynx.errors import SettingsError, SplynxUnreachable
from target_splynx.run import connect
from target_splynx.settings import Settings

SECRET = "tls-secret-value"


def settings(url: str, **more: str) -> Settings:
    return Settings.from_config({"api_url": url, "api_key": "key", "api_secret": SECRET, "retry_attempts": 0, **more})


def test_a_certificate_that_nobody_trusts_ends_the_run_before_the_key_leaves(tmp_path: Path) -> None:
    with serve(certificate=self_signed(tmp_path)) as server:
        with pytest.raises(SplynxUnreachable, match=r"not accepted \(self-signed certificate\)\. Set `ca_bundle`"):
            connect(settings(server.url)).check()
        assert server.asked == []


def test_ca_bundle_makes_it_trusted(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    with serve(certificate=certificate) as server:
        connect(settings(server.url, ca_bundle=str(certificate))).check()
        assert [(method, path.split("?")[0]) for method, path, _ in server.asked] == [("GET", "/api/2.0/admin/administration/partners")]


def test_a_trusted_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, host="127.0.0.9")
    with serve(certificate=certificate) as server:
        with pytest.raises(SplynxUnreachable, match=r"IP address mismatch.*ca_bundle"):
            connect(settings(server.url, ca_bundle=str(certificate))).check()
        assert server.asked == []


def test_plain_http_where_https_was_said_is_told_as_such(tmp_path: Path) -> None:
    with serve() as server, pytest.raises(SplynxUnreachable, match=r"No safe connection .* https port"):
        connect(settings(server.url.replace("http:", "https:"))).check()


def test_a_file_that_is_no_certificate_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"`ca_bundle` is .* there is no such file"):
        settings("https://127.0.0.1:1", ca_bundle=str(tmp_path / "none.pem"))
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    with serve(certificate=self_signed(tmp_path)) as server, pytest.raises(SplynxUnreachable, match="`ca_bundle`"):
        connect(settings(server.url, ca_bundle=str(wrong))).check()


def test_a_redirect_never_carries_the_key_to_another_host() -> None:
    with serve() as elsewhere, serve(redirect=elsewhere.url) as server:
        with pytest.raises(SplynxUnreachable, match="redirects to another address"):
            connect(settings(server.url)).check()
        assert len(server.asked) == 1
        assert elsewhere.asked == []


def test_the_target_itself_says_it_in_its_last_line(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    with serve(certificate=self_signed(tmp_path)) as server:
        config.write_text(json.dumps({"api_url": server.url, "api_key": "key", "api_secret": SECRET, "workspace": str(tmp_path / "w")}))
        schema = {"type": "SCHEMA", "stream": "a", "key_properties": ["id"], "schema": {"properties": {"id": {"type": "integer"}}}}
        done = subprocess.run(
            [sys.executable, "-m", "target_splynx", "--config", str(config)],
            input=json.dumps(schema) + "\n" + json.dumps({"type": "STATE", "value": {}}) + "\n",
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "Set `ca_bundle` to a PEM file" in done.stderr.splitlines()[-1]
    assert SECRET not in done.stderr + done.stdout
