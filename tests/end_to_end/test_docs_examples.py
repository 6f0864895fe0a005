"""Examples in the documentation that are marked `<!-- run -->` are run, and print what the page says.

They are one story, with one pair of servers: the tutorial up to its change, then every other page, with what the
tutorial has loaded, then the rest of the tutorial. So a command of a guide is run without a migration of its own; it
writes nothing to Splynx and begins no run.

A marked block is a `console` block: lines with `$ ` are commands, what follows is their output; `run: exit 2` tells the exit
code of its last command. `…` stands for any lines, or
within a line for anything; numbers may differ, since the pages show a larger provider.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import BIN, ROOT, TOKEN, Pipeline
from sandbox.sonar.server import SonarServer
from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import ApiKey

DOCS = ROOT / "docs"
TUTORIAL = "tutorial.md"
CHANGE = "## A change, and only the change\n"
BLOCK = re.compile(r"<!-- run(?:: exit (\d|any))? -->\n```console\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A command and the lines that the page shows; `code`: the exit code that it ends with, None for any."""

    command: str
    shown: list[str]
    code: int | None


def examples(text: str) -> list[Example]:
    """The marked commands of a page, in order."""
    found = []
    for code, block in BLOCK.findall(text):
        steps = [part.split("\n") for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part.strip()]
        for number, (command, *shown) in enumerate(steps, 1):
            expected = 0 if number < len(steps) or not code else None if code == "any" else int(code)
            found.append(Example(command, [line for line in shown if line.strip()], expected))
    return found


def story() -> dict[str, list[Example]]:
    """Chapters in the order in which they are run."""
    before, change, after = (DOCS / TUTORIAL).read_text(encoding="utf-8").partition(CHANGE)
    assert change, f"the tutorial has no part {CHANGE!r}"
    pages = sorted(path for path in DOCS.rglob("*.md") if path.name != TUTORIAL)
    guides = {str(path.relative_to(DOCS)): examples(path.read_text(encoding="utf-8")) for path in pages}
    told = {name: found for name, found in guides.items() if found}
    return {TUTORIAL: examples(before), **told, f"{TUTORIAL}, the rest": examples(after)}


STORY = story()


@pytest.fixture(scope="module")
def environment(provider: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Settings for a Sonar with the provider's data and a fresh Splynx, which live through the whole story."""
    folder = tmp_path_factory.mktemp("examples")
    database = folder / "sonar.sqlite"
    shutil.copy(provider, database)
    with SonarServer(database=database, token=TOKEN) as sonar, SplynxServer(keys=[ApiKey("key", "secret")]) as splynx:
        settings = Pipeline(sonar, splynx, folder).environment
        yield settings | {"PATH": f"{BIN}:{settings['PATH']}", "SONAR_DATABASE": str(database), "TERM": "dumb"}


def test_what_the_guides_stand_on_is_run() -> None:
    commands = " ".join(example.command for found in STORY.values() for example in found)
    wanted = (
        "check", "check --data", "plan", "status", "rejects", "verify", "report", "accounting", "reconcile", "handwork",
        "watch", "rollback", "purge",
    )  # fmt: skip
    assert [name for name in wanted if f"splynx-migration {name}" not in commands] == []


@pytest.mark.parametrize("chapter", STORY)
def test_examples_of_a_page_print_what_it_says(chapter: str, environment: dict[str, str]) -> None:
    for example in STORY[chapter]:
        done = subprocess.run(
            ["bash", "-c", example.command], cwd=ROOT, env=environment, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert example.code in {None, done.returncode}, (example.command, done.stdout[-3000:])
        missing = first_missing(example.shown, done.stdout)
        assert missing is None, f"{chapter}: {example.command}\nshows {missing!r}, but printed\n{done.stdout[-3000:]}"


def first_missing(shown: list[str], printed: str) -> str | None:
    """The first shown line that was not printed in its place."""
    lines = [plain(line) for line in printed.splitlines() if line.strip()]
    at, anywhere = 0, False
    for line in shown:
        if line.strip() == "…":
            anywhere = True
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in plain(line).split("…")))
        places = range(at, len(lines)) if anywhere else range(at, min(at + 1, len(lines)))
        place = next((index for index in places if pattern.fullmatch(lines[index])), None)
        if place is None:
            return line
        at, anywhere = place + 1, False
    return None


def plain(line: str) -> str:
    """Spaces are one, numbers are N."""
    return re.sub(r"\d+", "N", " ".join(line.split()))


@pytest.mark.parametrize(
    ("shown", "printed", "missing"),
    [
        (["a 12"], "a   7\n", None),
        (["a", "c"], "a\nb\nc\n", "c"),
        (["a", "…", "c"], "a\nb\nc\n", None),
        (["x … z"], "x y z", None),
        (["x"], "", "x"),
    ],
)
def test_the_comparison_itself(shown: list[str], printed: str, missing: str | None) -> None:
    assert first_missing(shown, printed) == missing
