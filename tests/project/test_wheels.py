"""Both plugins install from wheels, alone, and carry their data with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")


def run(*command: str | Path, cwd: Path, code: int = 0, **environment: str) -> str:
    """What a command prints; fails unless it ends with `code`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TAP_SONAR", "TARGET_SPLYNX", "VIRTUAL_ENV"))}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env={**kept, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == code, (command, done.stdout[-2000:], done.stderr[-3000:])
    return done.stdout + (done.stderr if code else "")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel of each plugin."""
    folder = tmp_path_factory.mktemp("wheels")
    for plugin in ("tap-sonar", "target-splynx"):
        run(UV, "build", "--wheel", "--quiet", "--out-dir", folder, ROOT / plugin, cwd=folder)
    return {path.name.split("-")[0].replace("_", "-"): path for path in folder.glob("*.whl")}


@pytest.fixture(scope="module")
def installed(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with both, made by uv; its folder of commands."""
    folder = tmp_path_factory.mktemp("fresh")
    run(UV, "venv", "--quiet", "--python", sys.executable, folder / "venv", cwd=folder)
    constraints = ["--constraint", ROOT / "constraints.txt"] if sys.version_info[:2] == (3, 11) else []
    run(UV, "pip", "install", "--quiet", "--python", folder / "venv/bin/python", *constraints, *wheels.values(), cwd=folder)
    return folder / "venv" / "bin"


def test_wheels_hold_types_data_and_licence_and_no_tests(wheels: dict[str, Path]) -> None:
    names = {plugin: set(zipfile.ZipFile(path).namelist()) for plugin, path in wheels.items()}
    assert names.keys() == {"tap-sonar", "target-splynx"}
    target = names["target-splynx"]
    assert {"target_splynx/py.typed", "target_splynx/contract/resources.json", "target_splynx/models/sonar/settings.yml",
            "target_splynx/models/sonar/customers/customers.sql"} <= target  # fmt: skip
    assert "tap_sonar/py.typed" in names["tap-sonar"]
    sources = {str(path.relative_to(ROOT / "target-splynx")) for path in (ROOT / "target-splynx/target_splynx").rglob("*.sql")}
    assert sources <= target, "every model"
    assert not [name for every in names.values() for name in every if "test" in name or "sandbox" in name]


def test_the_commands_run_where_nothing_else_is(installed: Path, tmp_path: Path) -> None:
    for plugin in ("tap-sonar", "target-splynx"):
        about = json.loads(run(installed / plugin, "--about", "--format=json", cwd=tmp_path))
        assert "api_url" in about["settings"]["properties"]
    assert "api_url" in run(installed / "tap-sonar-tools", "check", cwd=tmp_path, code=1)
    assert "api_url" in run(installed / "splynx-migration", "check", cwd=tmp_path, code=1)
    run(installed / "splynx-migration", "docs", "--offline", "--folder", "pages", cwd=tmp_path)
    assert "## services_internet" in (tmp_path / "pages/splynx/api_schema.md").read_text()
    assert "### customers" in (tmp_path / "pages/migration_mapping.md").read_text()


def test_the_plugins_know_nothing_of_each_other(installed: Path, tmp_path: Path) -> None:
    look = (
        "import sys, tap_sonar.tap, tap_sonar.tools; tap = set(sys.modules)\n"
        "assert not any(name.startswith(('target_splynx', 'sandbox')) for name in tap), 'the tap imports the target'\n"
        "for name in [n for n in sys.modules if n.startswith('tap_sonar')]: del sys.modules[name]\n"
        "import target_splynx.target, target_splynx.cli\n"
        "assert not any(name.startswith(('tap_sonar', 'sandbox')) for name in sys.modules), 'the target imports the tap'\n"
    )
    run(installed / "python", "-c", look, cwd=tmp_path)


@pytest.mark.parametrize("plugin", ["tap-sonar", "target-splynx"])
def test_uv_tool_install(plugin: str, wheels: dict[str, Path], tmp_path: Path) -> None:
    """As `pipx install`: a command of its own, in an environment of its own."""
    environment = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    run(UV, "tool", "install", "--quiet", "--python", sys.executable, wheels[plugin], cwd=tmp_path, **environment)
    assert plugin in run(tmp_path / "bin" / plugin, "--version", cwd=tmp_path)
    commands = {path.name for path in (tmp_path / "bin").iterdir()}
    assert commands == {"tap-sonar": {"tap-sonar", "tap-sonar-tools"}, "target-splynx": {"target-splynx", "splynx-migration"}}[plugin]


def test_pip_takes_the_wheels_as_they_are(wheels: dict[str, Path], tmp_path: Path) -> None:
    run(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", tmp_path / "site",
        *wheels.values(), cwd=tmp_path)  # fmt: skip
    shown = run(sys.executable, "-c", "import tap_sonar, target_splynx; print(tap_sonar.__file__, target_splynx.__file__)",
                cwd=tmp_path, PYTHONPATH=str(tmp_path / "site"))  # fmt: skip
    assert shown.count(str(tmp_path / "site")) == 2
