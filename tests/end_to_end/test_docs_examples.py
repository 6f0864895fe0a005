"""Examples in the documentation that are marked `<!-- run -->` are run, and print what the page says.

A marked block is a `console` block: lines with `$ ` are commands, what follows is their output; `run: exit 2` tells the exit
code of its last command. `…` stands for any lines, or
within a line for anything; numbers may differ, since the pages show a larger provider.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import BIN, ROOT, Pipeline

DOCS = ROOT / "docs"
BLOCK = re.compile(r"<!-- run(?:: exit (\d|any))? -->\n```console\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A command and the lines that the page shows; `code`: the exit code that it ends with, None for any."""

    command: str
    shown: list[str]
    code: int | None


def examples(page: Path) -> list[Example]:
    """The marked commands of a page, in order."""
    found = []
    for code, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        steps = [part.split("\n") for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part.strip()]
        for number, (command, *shown) in enumerate(steps, 1):
            expected = 0 if number < len(steps) or not code else None if code == "any" else int(code)
            found.append(Example(command, [line for line in shown if line.strip()], expected))
    return found


PAGES = sorted(page for page in DOCS.rglob("*.md") if examples(page))


def test_there_are_examples() -> None:
    assert {page.name for page in PAGES} >= {"tutorial.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_of_a_page_print_what_it_says(page: Path, pipeline: Pipeline) -> None:
    environment = {
        **pipeline.environment,
        "PATH": f"{BIN}:{pipeline.environment['PATH']}",
        "SONAR_DATABASE": str(pipeline.sonar.database),
        "TERM": "dumb",
    }
    for example in examples(page):
        done = subprocess.run(
            ["bash", "-c", example.command], cwd=ROOT, env=environment, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert example.code in {None, done.returncode}, (example.command, done.stdout[-3000:])
        missing = first_missing(example.shown, done.stdout)
        assert missing is None, f"{page.name}: {example.command}\nshows {missing!r}, but printed\n{done.stdout[-3000:]}"


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
