"""`make demo`: what a newcomer sees."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipeline import ROOT, meltano_folder


def test_the_demo_migrates_runs_again_without_a_write_and_verifies(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "demo", "--accounts", "30", "--folder", str(tmp_path / "demo")],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "MELTANO_SYS_DIR_ROOT": str(meltano_folder(tmp_path))},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "Second run: 0 POST, 0 PUT, 0 DELETE." in done.stdout
    assert "✓ Splynx holds every managed field as it was applied." in done.stdout
    page = tmp_path / "demo" / "workspace" / "reports" / "migration.html"
    assert f"The report, for a browser: {page}" in done.stdout
    assert "Every one of" in page.read_text(encoding="utf-8"), "the page accounts for all rows"
