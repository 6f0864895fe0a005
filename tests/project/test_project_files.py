"""Workflow, compose file, image, hooks and examples are what their readers expect. (Docker itself is not needed here.)"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ABOUT_400 = 420


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ("vendor.github-workflows", ".github/workflows/tests.yml"),
        ("vendor.github-workflows", "examples/github-nightly-delta.yml"),
        ("vendor.compose-spec", "compose.yaml"),
    ],
)
def test_files_follow_the_schema_of_their_tool(schema: str, name: str) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", schema, str(ROOT / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_ci_runs_what_the_readme_tells() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text())["jobs"]
    assert {"run": ".ci/run"} in jobs["everything"]["steps"]
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "tap-sonar" / "pyproject.toml").read_text())
    assert jobs["plugins"]["strategy"]["matrix"]["python"] == promised


def test_the_image_copies_what_is_there_and_runs_as_a_user_of_its_own() -> None:
    steps = instructions((ROOT / "Dockerfile").read_text())
    copied = [part for name, rest in steps if name == "COPY" for part in rest.split()[:-1]]
    assert copied
    assert [part for part in copied if not (ROOT / part).exists()] == []
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == allowed, "what is copied is sent to the builder, and nothing else"
    users = [rest for name, rest in steps if name == "USER"]
    assert users
    assert users[-1] != "root"
    assert not [rest for name, rest in steps if name in {"ENV", "ARG"} and re.search(r"SECRET|TOKEN|PASSWORD", rest)]
    assert steps[0][0] == "FROM"


def test_the_image_s_description_has_no_known_weakness() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint is not made for this machine")
    done = subprocess.run([str(hadolint), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def instructions(text: str) -> list[tuple[str, str]]:
    """Instruction and arguments, continued lines joined, comments left out."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in joined.splitlines())]


def test_compose_gives_both_databases_the_same_password_and_no_secret_stands_in_it() -> None:
    text = (ROOT / "compose.yaml").read_text()
    services = yaml.safe_load(text)["services"]
    for name in ("MELTANO_DATABASE_URI", "TARGET_SPLYNX_LEDGER_URL"):
        assert "${POSTGRES_PASSWORD}@database/" in services["migration"]["environment"][name]
    assert services["migration"]["env_file"] == ".env"
    assert services["migration"]["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_hooks_are_the_project_s_own_tools() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in hooks] == ["local"]
    for hook in hooks[0]["hooks"]:
        if hook["language"] == "system":
            assert (ROOT / hook["entry"].split()[0]).exists() or not (ROOT / ".venv").exists(), hook["entry"]


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_examples_in_python_are_python_and_run_what_there_is(path: Path) -> None:
    tree = ast.parse(path.read_text())
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    commands = {word.removeprefix("target-splynx:") for word in words if word.startswith("target-splynx:")}
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    known = next(loader for loader in project["plugins"]["loaders"] if loader["name"] == "target-splynx")["commands"]
    assert commands
    assert commands <= known.keys()


def test_commands_in_meltano_are_commands_of_the_tools() -> None:
    from tap_sonar.tools import main as tap_tools
    from target_splynx.cli import main as migration

    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    blocks = [*project["plugins"]["extractors"], *project["plugins"]["loaders"]]
    tools = {"splynx-migration": migration, "tap-sonar-tools": tap_tools}
    told = {(command["executable"], command["args"].split()[0]) for block in blocks for command in block.get("commands", {}).values()}
    assert told
    assert {(tool, name) for tool, name in told if name not in tools[tool].commands} == set()
    assert {name for tool, name in told if tool == "splynx-migration"} == set(migration.commands)


def test_no_module_is_longer_than_a_newcomer_reads() -> None:
    folders = (
        "tap-sonar/tap_sonar",
        "target-splynx/target_splynx",
        "sandbox/sandbox",
        "tests",
        "docs",
        "bench",
        "examples",
    )
    lines = {path: path.read_text(encoding="utf-8").count("\n") for folder in folders for path in (ROOT / folder).rglob("*.py")}
    assert len(lines) > 300
    assert {str(path.relative_to(ROOT)): number for path, number in lines.items() if number > ABOUT_400} == {}


def test_nothing_private_is_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no repository here")
    bad = re.compile(r"(^|/)(\.env|ledger\.sqlite|staging\.duckdb|passwords\.csv)$|^workspace/")
    assert [name for name in listed.stdout.splitlines() if bad.search(name)] == []
    assert os.environ.get("HOME", "/nowhere") not in (ROOT / "meltano.yml").read_text()
