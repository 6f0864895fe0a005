"""What can be known of an instance before the first extraction: who we are, what we may read, how much there is.

In: a `SonarClient` and the settings. Out: `Finding`s. Everything is asked in about 20 requests: the introspection, and
row counts of all streams under aliases, some 20 at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from typing import Any

from tap_sonar import errors
from tap_sonar.catalog import survey
from tap_sonar.client import SonarClient
from tap_sonar.definition import CONNECTION, StreamDefinition
from tap_sonar.introspection import ApiSchema, introspect
from tap_sonar.query import BY_ID
from tap_sonar.settings import Settings

AT_ONCE = 20
CLOCK_SECONDS = 120.0
_WHO = ("name", "username", "super_admin", "enabled")
_LARGEST = 10


@dataclass(frozen=True)
class Finding:
    """`ok`: True fine, False something to do, None cannot be seen: look yourself."""

    ok: bool | None
    what: str
    remedy: str = ""


@dataclass(frozen=True)
class Counted:
    """Rows of a stream, or why they cannot be read; both None where Sonar does not count them."""

    name: str
    rows: int | None = None
    problem: str | None = None


def looked_at(client: SonarClient, settings: Settings) -> Iterator[Finding]:
    """All findings, in the order in which a person reads them. Reads only.

    Raises:
        StopError: the address or the credentials are wrong; nothing else can be told then.
    """
    began = time.monotonic()
    schema = introspect(client)
    seconds = time.monotonic() - began
    yield Finding(True, f"{settings.base_url} answers and takes the credentials ({seconds:.1f} s for its schema)")
    if settings.base_url.startswith("http://"):
        yield Finding(None, "the connection is not encrypted", "Use https, unless it is this machine.")
    yield _who(client, schema)
    yield Finding(True, f"tap-sonar {version('tap-sonar')}, singer-sdk {version('singer-sdk')}")
    apart = abs((client.server_now() - datetime.now(timezone.utc)).total_seconds())
    yield Finding(
        apart <= CLOCK_SECONDS,
        f"the clocks are {apart:.0f} s apart (bookmarks follow Sonar's)",
        "Set the clock of this machine (NTP).",
    )
    definitions = [item for item in survey(schema).definitions if item.selected_by_default]
    yield Finding(True, f"{len(schema.roots)} root fields, {len(definitions)} streams selected by default")
    began = time.monotonic()
    counted, asked = counts(client, definitions, include_archived=settings.include_archived)
    each = (time.monotonic() - began) / max(asked, 1)
    yield from _told(counted, settings, each)


def _who(client: SonarClient, schema: ApiSchema) -> Finding:
    root = schema.roots.get("me")
    person = schema.types.get(root.type.name) if root is not None else None
    fields = [name for name in _WHO if person is not None and name in person.fields]
    if person is not None and "role" in person.fields:
        fields.append("role { name }")
    if not fields:
        return Finding(None, "the instance does not tell who the token belongs to")
    try:
        me: Mapping[str, Any] = client.query(f"query {{ me {{ {' '.join(fields)} }} }}").data["me"]
    except (errors.StreamError, errors.PageRefusedError, KeyError) as error:
        return Finding(None, f"the instance does not tell who the token belongs to ({error})")
    role = "super admin" if me.get("super_admin") else f"role {(me.get('role') or {}).get('name') or 'unknown'}"
    return Finding(
        me.get("enabled") is not False,
        f"as {me.get('username') or me.get('name')} ({role})",
        "This user is disabled in Sonar.",
    )


def _told(counted: Sequence[Counted], settings: Settings, seconds: float) -> Iterator[Finding]:
    for stream in counted:
        if stream.problem:
            yield Finding(
                False, f"{stream.name}: {stream.problem}", "Give the role this right, or deselect the stream."
            )
    known = [stream for stream in counted if stream.rows is not None]
    rows = sum(stream.rows or 0 for stream in known)
    yield Finding(True, f"{len(known)} streams may be read and counted, {rows} rows")
    large = sorted((s for s in known if s.rows), key=lambda s: (-(s.rows or 0), s.name))[:_LARGEST]
    if large:
        yield Finding(True, "most rows: " + ", ".join(f"{s.name} {s.rows}" for s in large))
    uncounted = [stream.name for stream in counted if stream.rows is None and not stream.problem]
    if uncounted:
        yield Finding(True, f"not counted by Sonar: {len(uncounted)} streams")
    requests = len(uncounted) + sum(-(-(s.rows or 0) // settings.page_size) or 1 for s in known)
    each = seconds / settings.parallel_requests
    if settings.requests_per_minute:
        each = max(each, 60 / settings.requests_per_minute)
    yield Finding(
        True,
        f"to expect for all of them: at least {requests} requests, {_duration(requests * each)} at the pace of now "
        "(with more for many-to-many ids and for rows by account)",
    )


def counts(
    client: SonarClient, definitions: Sequence[StreamDefinition], *, include_archived: bool = True
) -> tuple[list[Counted], int]:
    """Rows of each stream, and how many requests that took."""
    countable = [d for d in definitions if d.shape == CONNECTION and "paginator" in d.arguments and not d.is_sweep]
    found = {d.name: Counted(d.name) for d in definitions}
    asked = 0
    for start in range(0, len(countable), AT_ONCE):
        some = countable[start : start + AT_ONCE]
        asked += 1
        for one in _count(client, some, include_archived=include_archived):
            found[one.name] = one
        again = [d for d in some if found[d.name].rows is None and len(some) > 1]
        for definition in again:  # one that is refused may take the others with it
            asked += 1
            found[definition.name] = _count(client, [definition], include_archived=include_archived)[0]
    return list(found.values()), asked


def _count(client: SonarClient, some: Sequence[StreamDefinition], *, include_archived: bool) -> list[Counted]:
    parts = []
    for index, definition in enumerate(some):
        arguments = ["paginator: {page: 1, records_per_page: 1}"]
        if "sorter" in definition.arguments and definition.by_key:
            arguments.append(BY_ID)
        if include_archived and "include_archived" in definition.arguments:
            arguments.append("include_archived: true")
        call = f"{definition.root_field}({', '.join(arguments)})"
        parts.append(f"s{index}: {call} {{ page_info {{ total_count }} }}")
    try:
        data = client.query(f"query TapSonarCounts {{ {' '.join(parts)} }}").data
    except errors.MissingPermissionError as error:
        return [Counted(d.name, problem=str(error)) for d in some]
    except (errors.StreamError, errors.PageRefusedError):
        return [Counted(d.name) for d in some]
    return [Counted(d.name, rows=_total(data.get(f"s{index}"))) for index, d in enumerate(some)]


def _total(connection: Any) -> int | None:
    info = connection.get("page_info") if isinstance(connection, Mapping) else None
    total = info.get("total_count") if isinstance(info, Mapping) else None
    return int(total) if total is not None else None


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"
