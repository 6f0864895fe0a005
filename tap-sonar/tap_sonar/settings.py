"""The settings: what users may set, and the typed form that the rest of the tap works with.

In: the Singer configuration (a dict). Out: `CONFIG_SCHEMA` (JSON Schema, source of `--about` and of the README's table)
and `Settings`. Names are fixed by the project's design, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from singer_sdk import typing as th

from tap_sonar.errors import SettingsError

MAX_PAGE_SIZE = 10_000
"""Sonar's window: no query reaches beyond 10,000 results (research/sonar-api.md "Pagination")."""

CONFIG_SCHEMA: dict[str, Any] = th.PropertiesList(
    th.Property(
        "api_url",
        th.StringType,
        required=True,
        title="Instance URL",
        description="Address of the Sonar instance, for example https://isp.sonar.software "
        "(`/api/graphql` is added when it is missing).",
        examples=["https://isp.sonar.software"],
    ),
    th.Property(
        "auth_token",
        th.StringType,
        secret=True,
        title="Personal access token",
        description="Personal access token of a Sonar user (avatar > Personal Access Tokens). Its role needs read "
        "rights only. Required unless username and password are set.",
    ),
    th.Property(
        "username",
        th.StringType,
        title="User name",
        description="User name, together with password, instead of auth_token (sent as HTTP Basic; Sonar documents "
        "this for its older REST interface only, so prefer a token).",
    ),
    th.Property(
        "password",
        th.StringType,
        secret=True,
        title="Password",
        description="Password of username.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        title="Start date",
        description="Incremental streams begin with rows changed at or after this moment. Empty: everything.",
    ),
    th.Property(
        "page_size",
        th.IntegerType(minimum=1, maximum=MAX_PAGE_SIZE),
        default=1000,
        title="Page size",
        description="Rows per request. Is halved for a stream whose pages time out or are refused.",
    ),
    th.Property(
        "parallel_requests",
        th.IntegerType(minimum=1, maximum=32),
        default=4,
        title="Parallel requests",
        description="Requests in flight at the same time. Records of one stream leave in id order all the same.",
    ),
    th.Property(
        "requests_per_minute",
        th.IntegerType(minimum=0),
        default=400,
        title="Requests per minute",
        description="Upper limit over all streams; 0 means no limit. Sonar's documented limit is 400 per user.",
    ),
    th.Property(
        "request_timeout",
        th.IntegerType(minimum=1),
        default=60,
        title="Request timeout",
        description="Seconds to wait for an answer before the request counts as failed.",
    ),
    th.Property(
        "ca_bundle",
        th.StringType,
        title="CA bundle",
        description="PEM file with the authority that signed the server's certificate, or with the certificate itself "
        "when it signed itself. Default: the authorities that everybody trusts. Certificates are always checked.",
    ),
    th.Property(
        "retry_attempts",
        th.IntegerType(minimum=0),
        default=6,
        title="Retry attempts",
        description="Further tries after a broken connection, a timeout or a 5xx answer. Waiting for the rate limit "
        "does not count.",
    ),
    th.Property(
        "include_archived",
        th.BooleanType,
        default=True,
        title="Include archived",
        description="Read archived accounts too, wherever Sonar offers the choice.",
    ),
    th.Property(
        "relation_ids",
        th.BooleanType,
        default=True,
        title="Relation ids",
        description="Add the ids of many-to-many relations as arrays, for example `account_group_ids` on accounts.",
    ),
    th.Property(
        "file_contents",
        th.BooleanType,
        default=False,
        title="File contents",
        description="Add the bytes of each file to the `files` stream (`content_base64`).",
    ),
    th.Property(
        "file_size_limit",
        th.IntegerType(minimum=0),
        default=10_000_000,
        title="File size limit",
        description="Files with more bytes than this keep `content_base64` null. Does not limit files_folder.",
    ),
    th.Property(
        "files_folder",
        th.StringType,
        title="Files folder",
        description="Write the bytes of each file of the `files` stream into this folder, as `<id>.<extension>`, and "
        "add `content_path` and `content_sha256` to its record. Files that are complete there are not read again.",
    ),
    th.Property(
        "deleted_rows_sweep",
        th.ArrayType(th.StringType),
        default=[],
        title="Deleted rows sweep",
        description="Incremental streams, or `*` for all, whose ids are read in full after each of them, into a stream "
        "`<name>_ids`, so that the destination can tell which rows are gone from Sonar.",
    ),
    th.Property(
        "lookback_seconds",
        th.IntegerType(minimum=0),
        default=300,
        title="Lookback",
        description="Incremental streams read again what changed in these seconds before the bookmark: room for "
        "Sonar's search index, which may lag behind.",
    ),
    th.Property(
        "user_agent",
        th.StringType,
        title="User agent",
        description="User-Agent header; default is the name and version of the tap.",
    ),
    th.Property(
        "emit_activate_version_messages",
        th.BooleanType,
        default=True,
        title="Emit ACTIVATE_VERSION",
        description="Send ACTIVATE_VERSION after each full-table stream that was read completely, so that the "
        "destination can remove rows deleted in Sonar.",
    ),
).to_dict()


@dataclass(frozen=True)
class Settings:
    """The configuration, checked and typed. Times in seconds, sizes in rows or bytes."""

    base_url: str
    auth_token: str | None = field(repr=False)
    username: str | None
    password: str | None = field(repr=False)
    page_size: int
    parallel_requests: int
    requests_per_minute: int
    request_timeout: int
    ca_bundle: str | None
    retry_attempts: int
    include_archived: bool
    relation_ids: bool
    file_contents: bool
    file_size_limit: int
    files_folder: str | None
    deleted_rows_sweep: frozenset[str]
    lookback_seconds: int
    user_agent: str
    start_date: str | None
    activate_version: bool

    @property
    def graphql_url(self) -> str:
        """Where queries go."""
        return f"{self.base_url}/api/graphql"

    def file_url(self, file_id: int) -> str:
        """Where the bytes of a file are (research/sonar-api.md "Files")."""
        return f"{self.base_url}/api/files/{file_id}"

    @classmethod
    def from_config(cls, config: Mapping[str, Any], *, user_agent: str) -> Settings:
        """Typed settings from a Singer configuration.

        Raises:
            SettingsError: no usable URL, or no credentials.
        """
        defaults = {name: prop.get("default") for name, prop in CONFIG_SCHEMA["properties"].items()}
        value = {**defaults, **{k: v for k, v in config.items() if v is not None}}
        if not value.get("auth_token") and not (value.get("username") and value.get("password")):
            raise SettingsError("set auth_token (a personal access token of Sonar), or username and password.")
        return cls(
            base_url=_base_url(str(value.get("api_url") or "")),
            auth_token=value.get("auth_token") or None,
            username=value.get("username"),
            password=value.get("password"),
            page_size=int(value["page_size"]),
            parallel_requests=int(value["parallel_requests"]),
            requests_per_minute=int(value["requests_per_minute"]),
            request_timeout=int(value["request_timeout"]),
            ca_bundle=_file(value.get("ca_bundle")),
            retry_attempts=int(value["retry_attempts"]),
            include_archived=bool(value["include_archived"]),
            relation_ids=bool(value["relation_ids"]),
            file_contents=bool(value["file_contents"]),
            file_size_limit=int(value["file_size_limit"]),
            files_folder=value.get("files_folder") or None,
            deleted_rows_sweep=frozenset(map(str, value["deleted_rows_sweep"])),
            lookback_seconds=int(value["lookback_seconds"]),
            user_agent=value.get("user_agent") or user_agent,
            start_date=value.get("start_date") or None,
            activate_version=bool(value["emit_activate_version_messages"]),
        )


def wrong_variable(environ: Mapping[str, str]) -> SettingsError | None:
    """What the SDK trips over without naming it: a number in the environment that is none."""
    for name, spec in CONFIG_SCHEMA["properties"].items():
        variable = f"TAP_SONAR_{name.upper()}"
        value = environ.get(variable, "0")
        if "integer" in spec["type"] and not value.strip().lstrip("+-").isdecimal():
            return SettingsError(f"{name} ({variable}) is {value!r}; write a whole number.")
    return None


def _file(path: str | None) -> str | None:
    if not path:
        return None
    found = Path(path).expanduser().resolve()
    if not found.is_file():
        raise SettingsError(f"ca_bundle is {path!r}: there is no such file.")
    return str(found)


def _base_url(api_url: str) -> str:
    """`https://isp.sonar.software` from any of the forms that people paste."""
    url = api_url.strip().rstrip("/")
    for suffix in ("/api/graphql", "/graphiql", "/api"):
        url = url.removesuffix(suffix)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError("api_url must look like https://isp.sonar.software.")
    if parts.username or parts.password:
        raise SettingsError("api_url must not hold credentials; use auth_token.")
    return url
