"""Settings in code, meltano.yml, .env.example and the READMEs say the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_that_is_generated_from_the_code_is_stale() -> None:
    done = subprocess.run([sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_meltano_install_leaves_the_project_file_as_it_is(project_file_around_install: tuple[str, str]) -> None:
    before, after = project_file_around_install
    assert after == before


def test_meltano_takes_the_project_file_as_it_is() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("meltano")), "config", "print", "target-splynx"],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "MELTANO_CLI_DISABLE_VERSION_CHECK": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_secrets_are_marked_and_no_setting_has_the_kind_that_breaks_meltano() -> None:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    plugins = [*project["plugins"]["extractors"], *project["plugins"]["loaders"]]
    settings = {(p["name"], s["name"]): s for p in plugins for s in p["settings"]}
    sensitive = {name for (_, name), setting in settings.items() if setting.get("sensitive")}
    assert sensitive == {"auth_token", "password", "api_secret", "admin_password", "ledger_url"}
    assert all(s["kind"] != "decimal" for s in settings.values())
    assert project["send_anonymous_usage_stats"] is False
    assert all(s["description"] for s in settings.values())
