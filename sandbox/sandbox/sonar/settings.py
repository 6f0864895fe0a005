"""How the Sonar sandbox behaves: token, limits, permissions, flaws.

In: options of the command or of ``SonarServer``, and the JSON of ``PUT /_sandbox/settings``. Out:
:class:`Settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.sonar.rows import Limits, WindowMode

DEFAULT_TOKEN = "sonar-sandbox-token"  # noqa: S105  (a sandbox's token is no secret)


@dataclass(frozen=True)
class Settings:
    """How the server behaves. Everything but ``token`` and ``latency_ms`` can be changed while it runs."""

    token: str = DEFAULT_TOKEN
    latency_ms: float = 0.0
    rate_limit: int = 0
    """Requests per ``rate_window_seconds``; 0 = no limit."""
    rate_window_seconds: float = 60.0
    limits: Limits = field(default_factory=Limits)
    denied_roots: frozenset[str] = frozenset()
    """Roots that the token's role may not read."""
    broken_rows: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Rows that come as null with an error of their own: type to ids."""
    unauthorized_status: int = 401
    unauthorized_body: Mapping[str, Any] = field(default_factory=lambda: {"message": "Unauthenticated."})
    changes_per_second: float = 0.0
    file_ranges: bool = True
    """Whether downloads heed ``Range``. GUESS: Laravel answers files from a disk with ranges, streams without."""


def settings_json(settings: Settings) -> dict[str, Any]:
    """What can be read and changed while the server runs."""
    limits = settings.limits
    return {
        "rate_limit": settings.rate_limit,
        "rate_window_seconds": settings.rate_window_seconds,
        "denied_roots": sorted(settings.denied_roots),
        "broken_rows": {name: sorted(ids) for name, ids in settings.broken_rows.items()},
        "default_page_size": limits.default_page_size,
        "nested_page_size": limits.nested_page_size,
        "largest_page": limits.largest_page,
        "window_mode": limits.window_mode,
        "file_ranges": settings.file_ranges,
    }


def changed(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """The settings with some of them replaced; a ``ValueError`` or ``TypeError`` says what is wrong."""
    known = settings_json(settings)
    if unknown := set(given) - set(known):
        raise ValueError(f"unknown: {', '.join(sorted(unknown))} (known: {', '.join(known)})")
    wanted = {**known, **given}
    mode: WindowMode = wanted["window_mode"]
    if mode not in {"error", "empty"}:
        raise ValueError("window_mode is error or empty")
    return replace(
        settings,
        rate_limit=int(wanted["rate_limit"]),
        rate_window_seconds=float(wanted["rate_window_seconds"]),
        denied_roots=frozenset(wanted["denied_roots"]),
        broken_rows={name: frozenset(ids) for name, ids in wanted["broken_rows"].items()},
        file_ranges=bool(wanted["file_ranges"]),
        limits=replace(
            settings.limits,
            default_page_size=int(wanted["default_page_size"]),
            nested_page_size=int(wanted["nested_page_size"]),
            window_mode=mode,
            largest_page=int(wanted["largest_page"]),
        ),
    )
