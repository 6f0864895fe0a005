"""The settings as a JSON schema: names, types, defaults, descriptions.

`CONFIG` is what `--about`, the README and `meltano.yml` are made from. Settings that the shipped models read come from
`models/sonar/settings.yml`.
"""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

from target_splynx.modelling.library import mapping_settings
from target_splynx.modelling.model import SECTIONS

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
        description=(
            "basic: key and secret (the key needs unsecure access). signature: each request signed. token: a short-"
            "lived token made from the key, or from admin_login."
        ),
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
        description=(
            "sonar: the shipped models. splynx: streams that are named and shaped like Splynx resources, from any tap. "
            "A path: a folder of your own models (sections as sub-folders)."
        ),
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
        description=(
            "SQLAlchemy URL of the ledger, e.g. postgresql+psycopg://user:password@host/db. Default: SQLite in the "
            "workspace."
        ),
    ),
    th.Property(
        "sections",
        th.ArrayType(th.StringType),
        title="Sections",
        description=f"Parts to load. Known: {', '.join(SECTIONS)}. Default: all but go_live.",
    ),
    th.Property(
        "pilot_accounts",
        th.ArrayType(th.CustomType({"type": ["string", "integer"]})),
        title="Pilot accounts",
        description=(
            "Load only these customers (source keys, e.g. Sonar's account numbers) with all that belongs to them, and "
            "what all customers share. A longer list later loads the rest; a shorter one ends nothing. Default: all."
        ),
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
        "ca_bundle",
        th.StringType,
        title="CA bundle",
        description=(
            "PEM file with the authority that signed the server's certificate, or with the certificate itself when it "
            "signed itself. Default: the authorities that everybody trusts. Certificates are always checked."
        ),
    ),
    th.Property(
        "on_delete",
        th.StringType,
        default="ignore",
        allowed_values=["ignore", "end", "delete"],
        title="On delete",
        description=(
            "What happens in Splynx when a row is gone at the source: ignore, end (the model's end values), delete. A"
            " model's own on_delete wins."
        ),
    ),
    th.Property(
        "adopt",
        th.ArrayType(th.StringType),
        title="Adopt",
        description=(
            "How a record that Splynx holds already is recognised and taken over instead of doubled, in order: marker "
            "(additional field sonar_id), natural_key (the model's; customers: login and one of e-mail, name, street), "
            "login, email_name, or never. Default: marker, natural_key. Ambiguous ones are rejects."
        ),
    ),
    th.Property(
        "on_reject",
        th.StringType,
        default="continue",
        allowed_values=["continue", "stop"],
        title="On reject",
        description=(
            "continue: a record that cannot be written is recorded and the rest goes on. stop: the first one ends the"
            " run."
        ),
    ),
    th.Property(
        "reject_limit",
        th.StringType,
        title="Reject limit",
        description=(
            "Stop when more records than this are rejected: a number, or a percentage of the planned records such as "
            "5%. Default: no limit."
        ),
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
