"""What can go wrong, named by what the tap does about it.

In: an HTTP status, a body or the `errors` list of a GraphQL answer. Out: one exception class per consequence:
stop the run, leave the stream, ask for a smaller page, wait, or try again. Every message is one line, without
secrets and without the body of an answer. Facts: research/sonar-api.md "HTTP status and errors": Sonar answers
GraphQL errors with HTTP 200; statuses and texts of the other cases are not recorded and marked GUESS below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

EXIT_STOPPED = 1
EXIT_STREAMS_FAILED = 2


class SonarError(Exception):
    """Base of all errors of this tap; `str(error)` is the line that the user reads."""

    exit_code = EXIT_STOPPED


class StopError(SonarError):
    """The whole run cannot go on (credentials, wrong instance, settings)."""


class SettingsError(StopError):
    """A setting is missing or contradicts another one."""


class AuthenticationError(StopError):
    """Sonar does not accept the credentials."""


class InstanceError(StopError):
    """What answers at `api_url` is not a Sonar instance, or cannot be reached."""


class StreamsFailedError(SonarError):
    """The run came to its end, but some streams are missing or incomplete."""

    exit_code = EXIT_STREAMS_FAILED


class StreamError(SonarError):
    """One stream cannot be read; the others go on."""


class MissingPermissionError(StreamError):
    """The role of the token's user lacks a right."""


class UnknownFieldError(StreamError):
    """The instance does not know a field or argument of the query: its schema changed since discovery."""


class QueryError(StreamError):
    """Sonar refuses the query for a reason that the tap does not know."""


class IncompleteError(StreamError):
    """Rows are known to be missing."""


class PageRefusedError(StreamError):
    """The page was too much for the server; a smaller one may pass."""


class RetriableError(StreamError):
    """Worth another try; becomes the stream's failure when all tries are used up."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        """Keep the message and the seconds that the server asks to wait, if it does."""
        super().__init__(message)
        self.retry_after = retry_after


class RateLimitError(RetriableError):
    """Too many requests: waits, and does not count as a failed try."""

    def __init__(self, message: str, *, retry_after: float | None = None, limit: int | None = None) -> None:
        """Keep the requests per minute that the answer names, if it does."""
        super().__init__(message, retry_after=retry_after)
        self.limit = limit


# GUESS: only "Request limit of N/min reached." is documented; the other texts are those of Laravel, webonyx/graphql-php
# and graphql-core, and those that known clients look for.
_RATE = re.compile(r"request limit|rate.?limit|too many (requests|attempts)|throttl", re.IGNORECASE)
_RATE_NUMBER = re.compile(r"request limit of (\d+)\s*/\s*min", re.IGNORECASE)
_AUTHENTICATION = re.compile(
    r"unauthenticated|not authenticated|not logged in|(invalid|expired|missing) (access |bearer )?token"
    r"|token (is |has )?(invalid|expired|been revoked)",
    re.IGNORECASE,
)
_PERMISSION = re.compile(
    r"permission|not authorized|unauthorized|forbidden|access denied|not allowed to", re.IGNORECASE
)
_PERMISSION_NAME = re.compile(r"\b((?:READ|VIEW|ACCESS|SEE|LIST)_[A-Z0-9_]+)\b")
_UNKNOWN = re.compile(
    r"cannot query field|unknown (argument|type|field|fragment)|is not defined by type|not an? (input|object) type"
    r"|must have a (sub)?selection|does not exist in .* enum",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"timed? ?out|too (large|complex|deep|many (rows|results|records))|complexity|memory|result window"
    r"|records_per_page|max(imum)?[^.]{0,40}(results|records|rows)|10,?000",
    re.IGNORECASE,
)
_SERVER = re.compile(r"internal server error|server error|try again|deadlock|unavailable|gone away", re.IGNORECASE)

_PERMISSION_CODES = {"FORBIDDEN", "PERMISSION_DENIED"}
_AUTHENTICATION_CODES = {"UNAUTHENTICATED"}
_MESSAGE_LENGTH = 300


def one_line(text: str) -> str:
    """`text` on one line, cut to a length that a log can bear."""
    line = " ".join(text.split())
    return line if len(line) <= _MESSAGE_LENGTH else line[: _MESSAGE_LENGTH - 1] + "…"


def messages(errors: Sequence[Any]) -> list[str]:
    """The messages of a GraphQL `errors` list; items of any shape are tolerated."""
    found = []
    for error in errors:
        text = error.get("message") if isinstance(error, Mapping) else error
        found.append(str(text or "error without a message"))
    return found


def _codes(errors: Sequence[Any]) -> set[str]:
    codes: set[str] = set()
    for error in errors:
        extensions = error.get("extensions") if isinstance(error, Mapping) else None
        if isinstance(extensions, Mapping):
            codes.update(str(extensions.get(key, "")).upper() for key in ("code", "category"))
    return codes


def rate_limit(message: str) -> RateLimitError | None:
    """A RateLimitError when `message` says that too many requests were sent, else None."""
    if not _RATE.search(message):
        return None
    number = _RATE_NUMBER.search(message)
    return RateLimitError(one_line(message), limit=int(number.group(1)) if number else None)


def classify(errors: Sequence[Any]) -> SonarError:
    """The exception for a GraphQL `errors` list (HTTP 200), by its messages and `extensions.code`."""
    texts = messages(errors)
    text = one_line("; ".join(dict.fromkeys(texts)))
    joined = " ".join(texts)
    codes = _codes(errors)
    limited = rate_limit(joined)
    if limited is not None:
        return limited
    if codes & _AUTHENTICATION_CODES or _AUTHENTICATION.search(joined):
        return AuthenticationError(
            f"Sonar does not accept the credentials ({text}). Make a new personal access token and set auth_token."
        )
    if _UNKNOWN.search(joined):
        return UnknownFieldError(
            f"the instance does not know a field of the query ({text}). Its schema changed: discover the catalog again."
        )
    right = _PERMISSION_NAME.search(joined)
    if right or codes & _PERMISSION_CODES or _PERMISSION.search(joined):
        remedy = f"Give the role {right.group(1)}" if right else "Give the role of the token's user the read right"
        return MissingPermissionError(f"a permission is missing ({text}). {remedy}, or deselect the stream.")
    if _REFUSED.search(joined):
        return PageRefusedError(f"Sonar refuses the page ({text}).")
    if _SERVER.search(joined):
        return RetriableError(f"Sonar reports an error of its own ({text}).")
    return QueryError(f"Sonar refuses the query ({text}).")
