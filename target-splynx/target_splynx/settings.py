"""Settings: one place for names, types, defaults and descriptions.

The JSON schema (`CONFIG`) is what `--about`, the README and `meltano.yml` are made from; `Settings` is what the engine
reads. Settings that the shipped models read come from `models/sonar/settings.yml`.
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

from singer_sdk import typing as th

from target_splynx.errors import SettingsError
from target_splynx.ledger.store import sqlite_url
from target_splynx.modelling.library import mapping_settings
from target_splynx.modelling.model import SECTIONS

SECRETS = frozenset({"api_secret", "admin_password", "ledger_url"})

_TYPES: dict[str, Any] = {
    "string": th.StringType,
    "integer": th.IntegerType,
    "boolean": th.BooleanType,
    "date": th.DateType,
    "map": th.ObjectType(additional_properties=True),
    "list": th.ArrayType(th.StringType),
}

_ENGINE: tuple[th.Property[Any], ...] = (
    th.Property(
        "api_url",
        th.StringType,
        required=True,
        title="API URL",
        description="Address of the Splynx server, e.g. https://splynx.example.net (with or without /api/2.0).",
    ),
    th.Property(
        "auth_method",
        th.StringType,
        default="basic",
        allowed_values=["basic", "signature", "token"],
        title="Authentication",
        description="basic: key and secret (the key needs unsecure access). signature: each request signed. token: a short-lived token made from the key, or from admin_login.",
    ),
    th.Property(
        "api_key", th.StringType, title="API key", description="Key made in Splynx under Administration > API keys."
    ),
    th.Property("api_secret", th.StringType, secret=True, title="API secret", description="Secret of the API key."),
    th.Property(
        "admin_login",
        th.StringType,
        title="Administrator login",
        description="With auth_method token: log in as this administrator instead of with the key.",
    ),
    th.Property(
        "admin_password",
        th.StringType,
        secret=True,
        title="Administrator password",
        description="Password of admin_login.",
    ),
    th.Property(
        "mapping",
        th.StringType,
        default="sonar",
        title="Mapping",
        description="sonar: the shipped models. A path: a folder of your own models (sections as sub-folders).",
    ),
    th.Property(
        "models_path",
        th.StringType,
        title="Models folder",
        description="Folder whose files replace (same section and name) or add to the models of the mapping.",
    ),
    th.Property(
        "workspace",
        th.StringType,
        default="workspace",
        title="Workspace",
        description="Folder for staging, ledger and reports; keep it between runs. Holds customer data: mode 0700.",
    ),
    th.Property(
        "ledger_url",
        th.StringType,
        secret=True,
        title="Ledger URL",
        description="SQLAlchemy URL of the ledger, e.g. postgresql+psycopg://user:password@host/db. Default: SQLite in the workspace.",
    ),
    th.Property(
        "sections",
        th.ArrayType(th.StringType),
        title="Sections",
        description=f"Parts to load. Known: {', '.join(SECTIONS)}. Default: all but go_live.",
    ),
    th.Property(
        "dry_run",
        th.BooleanType,
        default=False,
        title="Dry run",
        description="Plan only: nothing is written to Splynx; the tap's state is not passed on.",
    ),
    th.Property("parallel_workers", th.IntegerType, default=4, title="Workers", description="Requests in flight."),
    th.Property(
        "batch_size",
        th.IntegerType,
        default=100,
        title="Batch size",
        description="Operations journalled as sent in one commit; at most this many are in doubt after a crash.",
    ),
    th.Property(
        "retry_attempts",
        th.IntegerType,
        default=3,
        title="Retries",
        description="Further tries after a broken connection, 429 or 5xx.",
    ),
    th.Property(
        "requests_per_minute",
        th.IntegerType,
        default=0,
        title="Requests per minute",
        description="Upper limit over all workers; 0 = none.",
    ),
    th.Property(
        "request_timeout", th.IntegerType, default=120, title="Timeout", description="Seconds to wait for an answer."
    ),
    th.Property(
        "on_delete",
        th.StringType,
        default="ignore",
        allowed_values=["ignore", "end", "delete"],
        title="On delete",
        description="What happens in Splynx when a row is gone at the source: ignore, end (the model's end values), delete. A model's own on_delete wins.",
    ),
    th.Property(
        "on_reject",
        th.StringType,
        default="continue",
        allowed_values=["continue", "stop"],
        title="On reject",
        description="continue: a record that cannot be written is recorded and the rest goes on. stop: the first one ends the run.",
    ),
    th.Property(
        "reject_limit",
        th.StringType,
        title="Reject limit",
        description="Stop when more records than this are rejected: a number, or a percentage of the planned records such as 5%. Default: no limit.",
    ),
    th.Property(
        "unknown_streams",
        th.StringType,
        default="ignore",
        allowed_values=["ignore", "warn", "fail"],
        title="Unknown streams",
        description="What to do with a stream that no model reads: it is staged in any case.",
    ),
    th.Property(
        "enable_billing",
        th.BooleanType,
        default=False,
        title="Enable billing",
        description="Allow the section go_live, which sets final statuses and switches billing on.",
    ),
    th.Property(
        "timezone",
        th.StringType,
        title="Time zone",
        description="IANA zone in which Splynx keeps its times, e.g. America/Chicago. Default: UTC.",
    ),
    th.Property(
        "currency_exponent",
        th.IntegerType,
        default=2,
        title="Currency exponent",
        description="Decimal places of the currency by ISO 4217 (USD 2, JPY 0, KWD 3).",
    ),
    th.Property(
        "default_country",
        th.StringType,
        default="US",
        title="Default country",
        description="ISO country of phone numbers that name none.",
    ),
)
_TRUE = {"1", "true", "yes", "on"}
_ENGINE_NAMES = {prop.name for prop in _ENGINE}


def _model_properties() -> list[th.Property[Any]]:
    found = []
    for name, spec in mapping_settings().items():
        if name in _ENGINE_NAMES:
            continue
        found.append(
            th.Property(
                name,
                _TYPES[spec.get("type", "string")],
                default=spec.get("default"),
                title=spec.get("title") or name.replace("_", " ").capitalize(),
                description=spec.get("description", ""),
            )
        )
    return found


CONFIG = th.PropertiesList(*_ENGINE, *_model_properties()).to_dict()


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
    on_delete: str
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
            on_delete=str(value("on_delete", "ignore")),
            on_reject=str(value("on_reject", "continue")),
            reject_limit=_limit(str(value("reject_limit"))),
            unknown_streams=str(value("unknown_streams", "ignore")),
            timezone=_zone(str(value("timezone", "UTC"))),
            currency_exponent=_number("currency_exponent", value("currency_exponent", 2), least=0, most=4),
            default_country=str(value("default_country", "US")),
            variables=_variables(config),
        )


def _sections(wanted: Any, *, enable_billing: bool) -> tuple[str, ...]:
    if wanted is None:
        return tuple(s for s in SECTIONS if s != "go_live" or enable_billing)
    if isinstance(wanted, str):
        wanted = [part.strip() for part in wanted.strip("[]").split(",")]
    names = [str(part).strip("\"' ") for part in wanted if str(part).strip("\"' ")]
    for name in names:
        if name not in SECTIONS:
            raise SettingsError(f"`sections` names {name!r}; known are {', '.join(SECTIONS)}.")
    if "go_live" in names and not enable_billing:
        raise SettingsError("Section go_live switches billing on: set `enable_billing: true` as well.")
    return tuple(s for s in SECTIONS if s in names)


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
