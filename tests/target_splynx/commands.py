"""`splynx-migration` in this process, with the settings of a test's migration."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from splynx_runs import Migration
from target_splynx.cli import main


def invoke(migration: Migration, *arguments: str, **settings: Any) -> Result:
    """Settings travel as environment variables, as they do for an operator."""
    config = migration.config(**settings)
    environment = {f"TARGET_SPLYNX_{name}".upper(): _text(value) for name, value in config.items()}
    return CliRunner().invoke(main, list(arguments), env=environment, catch_exceptions=False)


def answer(migration: Migration, *arguments: str, exit_code: int = 0, **settings: Any) -> Any:
    """What a command prints with --json; fails unless it ends with `exit_code`."""
    result = invoke(migration, *arguments, "--json", **settings)
    assert result.exit_code == exit_code, (result.exit_code, result.output)
    return json.loads(result.stdout)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)
