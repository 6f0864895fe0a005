"""Ending early without burying the reason: somebody goes on reading what the tap writes.

A tap (or Meltano) whose pipe breaks prints a stack trace of 130 lines after our one clear line. Reading the rest
ourselves would keep the user waiting as long as the tap runs. So a small process takes over the input and throws it
away, we leave at once, Meltano sees that the loader failed, stops the tap and tells so in a
few lines (docs/decisions/0004-leaving-early.md).
"""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
from typing import IO

MOST_SECONDS = 60
"""Without Meltano nobody stops the tap: after that its pipe breaks after all."""

_READER = f"""
import os, signal
signal.alarm({MOST_SECONDS})
while os.read(0, 1 << 20):
    pass
"""


def leave_reader(source: IO[str] | None) -> None:
    """Start it when the input is a pipe; a file needs nobody."""
    with contextlib.suppress(OSError, ValueError):
        descriptor = (source or sys.stdin).fileno()
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode) and not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return
        reader = subprocess.Popen(  # noqa: S603 - our own interpreter and text
            [sys.executable, "-I", "-S", "-c", _READER],
            stdin=descriptor,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        reader.returncode = 0  # it outlives us on purpose: no warning about that after the last line
