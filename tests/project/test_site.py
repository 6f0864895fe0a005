"""The documentation builds strictly, every page is reachable, and the site needs no network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`make docs`, into a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_there_and_has_a_place_in_the_navigation(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")}
    made = {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}
    assert pages <= made
    home = (site / "index.html").read_text(encoding="utf-8")
    linked = {re.sub(r"\.html.*", "", href) for href in re.findall(r'href="([^":#]+\.html)', home)}
    unreachable = {str(page) for page in pages} - linked - {"index"}
    assert unreachable == set()


def test_the_site_asks_nobody_else(site: Path) -> None:
    outside = set()
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        outside |= set(re.findall(r'<(?:script|img|iframe)[^>]+src="(https?://[^"]+)"', text))
        outside |= set(re.findall(r'<link[^>]+rel="(?:stylesheet|preconnect)"[^>]+href="(https?://[^"]+)"', text))
    assert outside == set()


def test_nothing_but_pages_gets_into_the_site(site: Path) -> None:
    assert [path for path in site.rglob("*") if path.suffix in {".py", ".yml", ".jsonl"}] == []


def test_links_of_the_files_beside_the_site_lead_somewhere() -> None:
    broken = []
    for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "tap-sonar/README.md", "target-splynx/README.md", "sandbox/README.md"):
        page = ROOT / name
        targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        broken += [f"{name}: {target}" for target in targets if not (page.parent / target).exists()]
    assert broken == []


def test_pictures_are_small_and_all_are_those_that_the_command_makes() -> None:
    pictures = {path.stem: path.stat().st_size for path in (ROOT / "docs" / "assets").glob("*.png")}
    made = {"watch", *re.findall(r'^    \("((?:report|docs)-[a-z-]+)"', (ROOT / "docs" / "screenshots.py").read_text(encoding="utf-8"), re.MULTILINE)}
    assert pictures.keys() == made
    assert max(pictures.values()) < 300_000
