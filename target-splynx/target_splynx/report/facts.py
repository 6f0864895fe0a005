"""Settings and versions for the report: nothing secret, nothing that lets anybody in.

In: the settings of a run, as the ledger keeps them. Out: names and texts.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from target_splynx.loading.masking import masked
from target_splynx.settings import public

_HIDDEN = frozenset({"api_key", "admin_login", "workspace", "models_path", "ca_bundle"})
"""Half of a login, and paths of a machine."""
_PACKAGES = ("target-splynx", "duckdb", "singer-sdk", "sqlalchemy", "meltano")


def settings_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """By name."""
    shown = masked({name: value for name, value in public(settings).items() if name not in _HIDDEN})
    return {name: _text(shown[name]) for name in sorted(shown)}


def versions() -> dict[str, str]:
    """Of this package and what it works with, as far as it is installed here."""
    found = {"Python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # noqa: PERF203 - Meltano lives in an environment of its own
            continue
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
