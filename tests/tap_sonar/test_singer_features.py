"""What the SDK gives for free has to work with records that are written page by page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sonar_runs import extract, run_command, select


def test_stream_maps(config: dict[str, Any], catalog: dict[str, Any]) -> None:
    maps = {
        "contacts": {"name": None, "shout": "name.upper()", "__filter__": "id != 3", "__alias__": "people"},
        "taxes": "__NULL__",
    }
    run = extract({**config, "stream_maps": maps}, select(catalog, "contacts", "notes", "taxes"))
    assert run.error is None
    assert run.ids("people") == [1, 2, 4, 5, 6, 7]
    assert run.records["people"][0]["shout"].startswith("ZOË")
    assert "name" not in run.records["people"][0]
    assert len(run.records["notes"]) == 120
    assert "taxes" not in run.order
    assert run.bookmark("contacts") == "2026-01-01T00:00:07+00:00"


def test_flattening(config: dict[str, Any], catalog: dict[str, Any]) -> None:
    flat = extract({**config, "flattening_enabled": True, "flattening_max_depth": 2}, select(catalog, "roles", "transactions"))
    plain = extract(config, select(catalog, "roles", "transactions"))
    assert flat.error is None
    assert json.loads(flat.records["roles"][0]["applied_permissions"]) == plain.records["roles"][0]["applied_permissions"]
    assert all(m.get("version") for m in flat.messages if m["type"] == "RECORD" and m["stream"] == "transactions")
    assert flat.activated == ["transactions"]


def test_no_activate_version_on_request(config: dict[str, Any], catalog: dict[str, Any]) -> None:
    run = extract({**config, "emit_activate_version_messages": False}, select(catalog, "transactions"))
    assert run.activated == []
    assert not any("version" in m for m in run.messages if m["type"] == "RECORD")


def test_about_names_every_setting() -> None:
    done = subprocess.run([sys.executable, "-m", "tap_sonar", "--about", "--format", "json"], capture_output=True, timeout=30)
    about = json.loads(done.stdout)
    for name, setting in about["settings"]["properties"].items():
        assert setting.get("description"), name
    assert about["settings"]["properties"]["auth_token"]["writeOnly"]
    assert about["settings"]["required"] == ["api_url"]


def test_connection_test(config: dict[str, Any]) -> None:
    done = run_command({**config, "relation_ids": "false"}, "--test")
    assert done.returncode == 0, done.stderr[-500:]
    assert b"ERROR" not in done.stderr


def test_a_loader_that_goes_away(config: dict[str, Any], catalog: dict[str, Any], tmp_path: Path) -> None:
    from sonar_runs import command, environment

    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(select(catalog, "accounts", "notes")))
    process = subprocess.Popen(
        command("--config", "ENV", "--catalog", str(path)),
        env=environment(config),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    log = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=20) == 1
    assert log.strip().split(b"\n")[-1].endswith(b"The loader stopped reading.")


@pytest.mark.slow
def test_meltano_hands_the_catalog_back(config: dict[str, Any], tmp_path: Path, stats: Callable[[], dict[str, Any]]) -> None:
    """Meltano discovers, applies `select`, and calls the tap with --catalog: no second introspection, nothing lost."""
    meltano = Path(sys.executable).parent / "meltano"
    if not meltano.exists():
        pytest.skip("meltano is not installed")
    (tmp_path / "meltano.yml").write_text(
        f"""
requires_meltano: ">=4.0"
send_anonymous_usage_stats: false
default_environment: test
environments: [{{name: test}}]
plugins:
  extractors:
  - name: tap-sonar
    namespace: tap_sonar
    executable: {Path(sys.executable).parent / "tap-sonar"}
    capabilities: [catalog, discover, state]
    settings: [{{name: api_url}}, {{name: auth_token, sensitive: true}}, {{name: requests_per_minute, kind: integer}}]
    select: [contacts.name, contacts.phone_number_ids, "radius_accounts.*", "accounts.account_group_ids"]
"""
    )
    environment = {
        **os.environ,
        "TAP_SONAR_API_URL": config["api_url"],
        "TAP_SONAR_AUTH_TOKEN": config["auth_token"],
        "TAP_SONAR_REQUESTS_PER_MINUTE": "0",
        "MELTANO_CLI_DISABLE_VERSION_CHECK": "1",
    }
    done = subprocess.run([str(meltano), "invoke", "tap-sonar"], cwd=tmp_path, env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    records: dict[str, list[dict[str, Any]]] = {}
    for line in done.stdout.split(b"\n"):
        message = json.loads(line) if line.startswith(b"{") else {}
        if message.get("type") == "RECORD":
            records.setdefault(message["stream"], []).append(message["record"])
    assert set(records) == {"contacts", "radius_accounts", "accounts"}
    assert set(records["contacts"][0]) == {"id", "updated_at", "name"}
    assert "password" in records["radius_accounts"][0]
    assert set(records["accounts"][0]) == {"id", "updated_at", "account_group_ids"}
    assert stats()["by_operation"]["__schema"] == 1
