"""Settings, checked: from a Singer config to `Settings`, which is what the engine reads.

What there is, and how it is described: `setting_properties`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from target_splynx.errors import SettingsError
from target_splynx.ledger.store import sqlite_url
from target_splynx.modelling.library import mapping_settings
from target_splynx.modelling.model import SECTIONS
from target_splynx.planning import adoption
from target_splynx.setting_properties import CONFIG

__all__ = ["CONFIG", "SECRETS", "Settings", "public"]

SECRETS = frozenset({"api_secret", "admin_password", "ledger_url"})

_TRUE = {"1", "true", "yes", "on"}


@dataclass(frozen=True)
class Settings:
    """Everything the engine needs to know, checked. Paths are absolute; seconds and numbers are plain."""

    api_url: str
    auth_method: str
    api_key: str
    api_secret: str
    admin_login: str
    admin_password: str
    mapping: str
    models_path: str | None
    workspace: Path
    ledger_url: str
    sections: tuple[str, ...]
    dry_run: bool
    parallel_workers: int
    batch_size: int
    retry_attempts: int
    requests_per_minute: int
    request_timeout: float
    ca_bundle: str | None
    on_delete: str
    adopt: tuple[str, ...]
    on_reject: str
    reject_limit: str
    unknown_streams: str
    timezone: str
    currency_exponent: int
    default_country: str
    variables: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """From a Singer config.

        Raises:
            SettingsError: names the setting and what it takes.
        """

        def value(name: str, default: Any = "") -> Any:
            found = config.get(name)
            return default if found is None or found == "" else found

        if not value("api_url"):
            raise SettingsError("`api_url` is missing: set TARGET_SPLYNX_API_URL to the address of your Splynx server.")
        if not re.match(r"https?://[^/\s]", str(value("api_url"))):
            raise SettingsError(
                f"`api_url` is {value('api_url')!r}; write the whole address, as https://splynx.example.net."
            )
        if "@" in str(value("api_url")):
            raise SettingsError("`api_url` must not hold credentials; use `api_key` and `api_secret`.")
        workspace = Path(str(value("workspace", "workspace"))).expanduser().resolve()
        return cls(
            api_url=str(value("api_url")),
            auth_method=str(value("auth_method", "basic")),
            api_key=str(value("api_key")),
            api_secret=str(value("api_secret")),
            admin_login=str(value("admin_login")),
            admin_password=str(value("admin_password")),
            mapping=str(value("mapping", "sonar")),
            models_path=str(value("models_path")) or None,
            workspace=workspace,
            ledger_url=str(value("ledger_url")) or sqlite_url(workspace),
            sections=_sections(value("sections", None), enable_billing=_boolean(value("enable_billing", False))),
            dry_run=_boolean(value("dry_run", False)),
            parallel_workers=_number("parallel_workers", value("parallel_workers", 4), least=1),
            batch_size=_number("batch_size", value("batch_size", 100), least=1),
            retry_attempts=_number("retry_attempts", value("retry_attempts", 3), least=0),
            requests_per_minute=_number("requests_per_minute", value("requests_per_minute", 0), least=0),
            request_timeout=float(_number("request_timeout", value("request_timeout", 120), least=1)),
            ca_bundle=_file("ca_bundle", str(value("ca_bundle"))),
            on_delete=str(value("on_delete", "ignore")),
            adopt=_adopt(value("adopt", None)),
            on_reject=str(value("on_reject", "continue")),
            reject_limit=_limit(str(value("reject_limit"))),
            unknown_streams=str(value("unknown_streams", "ignore")),
            timezone=_zone(str(value("timezone", "UTC"))),
            currency_exponent=_number("currency_exponent", value("currency_exponent", 2), least=0, most=4),
            default_country=str(value("default_country", "US")),
            variables=_variables(config),
        )


def wrong_variable(environ: Mapping[str, str]) -> SettingsError | None:
    """What the SDK trips over without naming it: a number or an object in the environment that is none."""
    for name, spec in CONFIG["properties"].items():
        variable = f"TARGET_SPLYNX_{name.upper()}"
        if variable not in environ:
            continue
        try:
            if "integer" in spec["type"]:
                _number(name, environ[variable], least=-(2**31))
            elif "object" in spec["type"]:
                _object(name, environ[variable])
        except SettingsError as error:
            return SettingsError(f"{variable}: {error}")
    return None


def _sections(wanted: Any, *, enable_billing: bool) -> tuple[str, ...]:
    if wanted is None:
        return tuple(s for s in SECTIONS if s != "go_live" or enable_billing)
    names = _names(wanted)
    for name in names:
        if name not in SECTIONS:
            raise SettingsError(f"`sections` names {name!r}; known are {', '.join(SECTIONS)}.")
    if "go_live" in names and not enable_billing:
        raise SettingsError("Section go_live switches billing on: set `enable_billing: true` as well.")
    return tuple(s for s in SECTIONS if s in names)


def _names(value: Any) -> list[str]:
    """A list as it is, or as text from the environment: `a, b` or `["a", "b"]`."""
    if isinstance(value, str):
        value = value.strip("[] ").split(",")
    return [name for part in value if (name := str(part).strip("\"' "))]


def _adopt(value: Any) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(_names(value))) if value is not None else adoption.DEFAULT
    for name in names:
        if name not in adoption.POLICIES:
            raise SettingsError(f"`adopt` names {name!r}; known are {', '.join(adoption.POLICIES)}.")
    if "never" in names and len(names) > 1:
        raise SettingsError("`adopt` says never and something else: leave one of them out.")
    return names or adoption.DEFAULT


def _number(name: str, value: Any, *, least: int, most: int | None = None) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise SettingsError(f"`{name}` is {value!r}; write a number.") from None
    if number < least:
        raise SettingsError(f"`{name}` is {number}; it must be at least {least}.")
    if most is not None and number > most:
        raise SettingsError(f"`{name}` is {number}; it must be at most {most}.")
    return number


def _boolean(value: Any) -> bool:
    return value.strip().casefold() in _TRUE if isinstance(value, str) else bool(value)


def _limit(text: str) -> str:
    text = text.strip()
    if text and not re.fullmatch(r"\d+|\d+(\.\d+)?%", text):
        raise SettingsError(f"`reject_limit` is {text!r}; write a number (50) or a percentage (5%).")
    return text


def _file(name: str, path: str) -> str | None:
    if not path:
        return None
    found = Path(path).expanduser().resolve()
    if not found.is_file():
        raise SettingsError(f"`{name}` is {path!r}: there is no such file.")
    return str(found)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise SettingsError(f"`timezone` is {name!r}; write an IANA name, as America/Chicago.") from None


def _variables(config: Mapping[str, Any]) -> dict[str, Any]:
    """Values for `getvariable`, by the types that settings.yml declares; the engine's own under their names, too."""
    found: dict[str, Any] = {
        "timezone": config.get("timezone") or "UTC",
        "currency_exponent": int(config.get("currency_exponent", 2)),
        "default_country": config.get("default_country") or "US",
        "pilot_accounts": list(dict.fromkeys(_names(config.get("pilot_accounts") or []))),
    }
    for name, spec in mapping_settings().items():
        value = config.get(name, spec.get("default"))
        kind = spec.get("type", "string")
        if kind == "map":
            value = _object(name, value if value is not None else {})
            value = {**(spec.get("default") or {}), **value}
        elif kind == "list":
            value = [] if value is None else value
        elif kind == "date" and isinstance(value, str):
            value = _date(name, value)
        elif kind == "integer" and value not in (None, ""):
            value = _number(name, value, least=-(2**31))
        elif kind == "boolean" and isinstance(value, str):
            value = _boolean(value)
        found[name] = value if value != "" else None
    return found


def _object(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value or "{}")
        except ValueError:
            raise SettingsError(f'`{name}` is no JSON object: write e.g. {{"Suspended": "blocked"}}.') from None
    if not isinstance(value, Mapping):
        raise SettingsError(f"`{name}` must be an object of names and values.")
    return dict(value)


def _date(name: str, value: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise SettingsError(f"`{name}` is {value!r}; write a date as YYYY-MM-DD.") from None


def public(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings without secrets, for the run's record and the report."""
    return {
        name: value
        for name, value in config.items()
        if name not in SECRETS and value is not None and "secret" not in name
    }
