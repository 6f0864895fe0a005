# ruff: noqa: N818 - the names say what the caller meets
"""Splynx's answers sorted by what the caller can do.

Source: research/splynx-api.md §3. 422 carries a list of `{field, message}`; everything else the envelope
`{"error": {"message", "code", "internal_code"}}`; the body may also be HTML from a proxy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from target_splynx.splynx.pace import retry_after

NOT_NOW = frozenset({429, 503})
"""Not this record is refused, but any at this moment: too many requests, or maintenance."""


@dataclass(frozen=True)
class FieldError:
    """One complaint of a 422 answer."""

    field: str
    message: str


class SplynxError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, message: str, *, code: str = "", fields: tuple[FieldError, ...] = ()) -> None:
        """Keep status, message, Splynx's internal code and the complaints by field."""
        super().__init__(f"HTTP {status}: {message}")
        self.status = status
        self.message = message
        self.code = code
        self.fields = fields
        self.retry_after: float | None = None
        """Seconds that the server asks to wait (header Retry-After)."""

    def sentence(self) -> str:
        """What the operator reads when it ends a run: no place of the code, and what to do."""
        return f"Splynx answers {self}. Nothing is lost or doubled: run again when it is mended."


class ValidationRefused(SplynxError):
    """400 or 422: this payload will be refused again; a person has to mend the record or the model."""

    def sentence(self) -> str:
        """Fields only: the message may quote values of customers."""
        fields = ", ".join(sorted({complaint.field for complaint in self.fields})) or "no field named"
        return f"Splynx refuses a question of the run (HTTP {self.status}, {fields}). Nothing is lost or doubled."


class NotAllowed(SplynxError):
    """403 or 405: the key lacks a right, or the module is switched off."""


class NotFound(SplynxError):
    """404: no such record or route."""


class LoginRefused(SplynxError):
    """401 after a fresh login."""

    def sentence(self) -> str:
        """The credentials are what to look at."""
        return "Splynx no longer accepts the credentials (401). Check the API key, then run again."


class Unavailable(SplynxError):
    """5xx, 429 or a broken connection: may work later. For a POST it is unknown whether it was carried out."""

    def sentence(self) -> str:
        """Waiting is what to do."""
        return (
            f"Splynx does not answer as it should, however often it is asked ({self}). "
            "Nothing is lost or doubled: run again when it is up."
        )


def from_response(response: requests.Response) -> SplynxError:
    """The error that an answer stands for. Bodies are cut to 300 characters; HTML is not quoted."""
    status = response.status_code
    message, code, fields = _describe(response)
    if status in {400, 422} or status == 413:
        return ValidationRefused(status, message, code=code, fields=fields)
    if status == 401:
        return LoginRefused(status, message, code=code)
    if status in {403, 405}:
        return NotAllowed(status, message, code=code)
    if status == 404:
        return NotFound(status, message, code=code)
    if status == 429 or status >= 500:
        unavailable = Unavailable(status, message, code=code)
        unavailable.retry_after = retry_after(response.headers.get("Retry-After"))
        return unavailable
    return SplynxError(status, message, code=code)


def _describe(response: requests.Response) -> tuple[str, str, tuple[FieldError, ...]]:
    try:
        body: Any = response.json()
    except ValueError:
        kind = response.headers.get("Content-Type", "")
        return (f"answered {kind or 'no content type'} instead of JSON", "", ())
    if isinstance(body, list):
        fields = tuple(
            FieldError(str(entry.get("field", "")), str(entry.get("message", "")))
            for entry in body
            if isinstance(entry, dict)
        )
        return ("; ".join(f"{f.field}: {f.message}" for f in fields)[:300], "VALIDATION", fields)
    if isinstance(body, dict):
        error = body.get("error", body)
        if isinstance(error, dict):
            return (str(error.get("message", ""))[:300], str(error.get("internal_code", "")), ())
        return (str(error)[:300], "", ())
    return (str(body)[:300], "", ())
