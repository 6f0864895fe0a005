"""Makes the pictures of the documentation: `watch` while a run works, the report, and the site itself.

A made-up provider is migrated between the two sandboxes on this machine; Chromium looks at what came of it. Out: PNG
files in docs/assets/, of one screen each. `make screenshots` does it, in about two minutes; `--whole FOLDER` keeps
whole pages besides, for whoever wants to look at all of it.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from typing_extensions import override

from sandbox.demo import KEY, SECRET, TOKEN, Demo, environment, server
from target_splynx.ledger.store import Ledger, sqlite_url
from target_splynx.watching.snapshot import snapshot
from target_splynx.watching.view import Watched

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "docs" / "assets"
sys.path.insert(0, str(ROOT / "tests" / "support"))
from headless import CHROMIUM, WIDTHS, chromium  # noqa: E402 - one Chromium for tests and pictures

ACCOUNTS, SEED = 120, 1
LATENCY_MS = 40
"""Of an answer of Splynx: with less the run would be over before anybody has looked."""

REPORT = "migration.html"
SCREENS: tuple[tuple[str, str, str, str, str], ...] = (
    ("report-desk-light", "report", "desk", "light", ""),
    ("report-desk-dark", "report", "desk", "dark", "#money"),
    ("report-tablet-light", "report", "tablet", "light", "#rejects"),
    ("report-phone-light", "report", "phone", "light", ""),
    ("report-phone-dark", "report", "phone", "dark", "#work"),
    ("docs-desk-light", "index.html", "desk", "light", ""),
    ("docs-desk-dark", "guides/cut-over.html", "desk", "dark", ""),
    ("docs-tablet-light", "reference/settings.html", "tablet", "light", ""),
    ("docs-phone-light", "tutorial.html", "phone", "light", ""),
)
"""(picture, page, width, scheme, part of the page)."""

HEIGHTS = {"phone": 720, "tablet": 900, "desk": 900}


def migrated(folder: Path) -> list[RenderableType]:
    """Migrate, read back, report. What `watch` showed meanwhile, several times a second."""
    database = folder / "sonar.sqlite"
    sonar = ["sonar", "--port", "0", "--token", TOKEN, "--database", str(database)]
    sonar += ["--accounts", str(ACCOUNTS), "--seed", str(SEED)]
    splynx = ["splynx", "--port", "0", "--key", KEY, "--secret", SECRET, "--latency-ms", str(LATENCY_MS)]
    with server(sonar, folder / "sonar.log") as sonar_url, server(splynx, folder / "splynx.log") as splynx_url:
        demo = Demo(ROOT, folder, {**environment(folder, sonar_url, splynx_url), "NO_COLOR": "1"})
        if demo.meltano("--log-level=warning", "install"):
            raise SystemExit("meltano install failed")
        looks = watched(demo, splynx_url)
        for command in ("reconcile", "verify", "handwork", "report"):
            demo.meltano("--log-level=error", "invoke", f"target-splynx:{command}")
    return looks


def watched(demo: Demo, splynx_url: str) -> list[RenderableType]:
    """What `watch` shows of the main job, from the beginning of writing to its end."""
    workspace = demo.folder / "workspace"
    workspace.mkdir(mode=0o700)
    looks: list[RenderableType] = []
    watched = Watched()
    ledger = Ledger(sqlite_url(workspace), splynx=splynx_url)
    command = [
        str(Path(sys.executable).with_name("meltano")),
        "--log-level=warning",
        "run",
        "tap-sonar",
        "target-splynx",
    ]
    try:
        with subprocess.Popen(command, cwd=ROOT, env=demo.environment) as run:  # noqa: S603
            while run.poll() is None:
                watched.see(snapshot(ledger, workspace))
                if watched.now.state == "loading" and watched.now.done:
                    looks.append(watched.screen())
                time.sleep(0.3)
        if run.returncode or not looks:
            raise SystemExit("the run failed, or was over before anybody had looked")
    finally:
        ledger.close()
    return looks


def terminal(screen: RenderableType) -> str:
    """A screen as SVG, as a terminal shows it; no font from elsewhere."""
    console = Console(record=True, width=110, force_terminal=True, color_system="truecolor", file=io.StringIO())
    console.print(screen)
    svg = console.export_svg(title="splynx-migration watch", unique_id="watch")
    svg = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    return svg.replace("Fira Code", "DejaVu Sans Mono")


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """The site on a server of its own, as readers have it: a file's search would be missing. Yields its address."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=True)  # noqa: S603
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{pages.server_port}"
        pages.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files, and keeps no log."""

    @override
    def log_message(self, *_: Any) -> None:
        """Nothing."""


def take(browser: Any, looks: list[RenderableType], report: Path, pages: str, whole: Path | None) -> list[Path]:
    """All pictures. `pages`: address of the site."""
    ASSETS.mkdir(exist_ok=True)
    made = [ASSETS / "watch.png"]
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_content(f"<body style='margin:0'>{terminal(looks[len(looks) * 3 // 5])}</body>")
    page.locator("svg").screenshot(path=made[0], omit_background=True)
    page.close()
    for name, address, width, scheme, part in SCREENS:
        size = {"width": WIDTHS[width], "height": HEIGHTS[width]}
        page = browser.new_page(viewport=size, color_scheme=scheme)
        page.goto((report.as_uri() if address == "report" else f"{pages}/{address}") + part)
        page.wait_for_load_state("networkidle")
        made.append(ASSETS / f"{name}.png")
        page.screenshot(path=made[-1])
        if whole is not None:
            page.screenshot(path=whole / f"{name}.png", full_page=True)
        page.close()
    return made


def main() -> None:
    """Make the pictures, and tell how large they are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--whole", type=Path, metavar="FOLDER", help="Keep pictures of whole pages there.")
    whole: Path | None = parser.parse_args().whole
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium here: apt-get install chromium")
    if whole is not None:
        whole.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        looks = migrated(folder)
        report = folder / "workspace" / "reports" / REPORT
        with site(folder / "site") as pages:
            for picture in take(browser, looks, report, pages, whole):
                print(f"{picture.relative_to(ROOT)}  {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
