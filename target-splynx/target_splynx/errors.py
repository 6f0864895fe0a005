# ruff: noqa: N818 - the names say what happened
"""Errors, named by what the operator can do about them.

Every message says what happened, to which thing, and what to do. None of them carries secrets or bodies of requests.
"""

from __future__ import annotations

import traceback
from pathlib import Path


class MigrationError(Exception):
    """Base of all errors that end a run with one clear line instead of a stack trace."""


class SettingsError(MigrationError):
    """A setting is missing or makes no sense; the message names it."""


class SplynxUnreachable(MigrationError):
    """Splynx cannot be reached, or refuses the credentials; nothing was written."""


class PermissionMissing(MigrationError):
    """The key or administrator lacks a right; the message names the module."""


class WorkspaceBusy(MigrationError):
    """Another run works in the same workspace."""


class StageError(MigrationError):
    """What arrived cannot be staged, or a needed stream was never staged in full."""


class LedgerError(MigrationError):
    """The ledger cannot be opened or belongs to another Splynx."""


class LedgerBusy(LedgerError):
    """Another run works with the same ledger; the message says which."""


class ModelError(MigrationError):
    """A model is wrong: names file, line and remedy."""

    def __init__(self, path: Path | str, problem: str, *, line: int | None = None, remedy: str = "") -> None:
        """Compose the message `file:line: problem. remedy`."""
        where = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{where}: {problem}" + (f" {remedy}" if remedy else ""))


class RejectLimitReached(MigrationError):
    """More records were rejected than `reject_limit` (or `on_reject: stop`) allows."""


class Stopped(MigrationError):
    """A signal asked the run to stop; what was in flight has been finished and journalled."""


class PlanStale(MigrationError):
    """A saved plan cannot be applied: the stage, the models, Splynx or another run have moved since."""


def place(error: BaseException) -> str:
    """Module and line of our own code where an error was raised: told instead of its text, which may quote values of
    customers."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(Path(__file__).parent)] or frames
    return f"{Path(own[-1].filename).stem}:{own[-1].lineno}" if own else "an unknown place"
