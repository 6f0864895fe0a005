"""What the API answers when it does not do what was asked: the error envelope and the 422 list.

Envelope ``{"error": {"message", "code", "internal_code"}}`` (research/splynx-api.md §3); 422 is a JSON array of
``{"field", "message"}`` as Yii's REST serializer writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class ApiError(Exception):
    """An answer in the error envelope."""

    status: int
    internal_code: str
    message: str

    def body(self) -> dict[str, Any]:
        """The envelope."""
        error = {"message": self.message, "code": self.status, "internal_code": self.internal_code}
        return {"error": error}


class ValidationFailedError(Exception):
    """A 422 answer; ``errors`` is the list of (field, message)."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__(errors)
        self.errors = errors

    def body(self) -> list[dict[str, str]]:
        """The array of field and message."""
        return [{"field": field, "message": message} for field, message in self.errors]


def not_found(what: str = "Object not found!") -> ApiError:
    """404. GUESS: the words; the status is documented."""
    return ApiError(404, "NOT_FOUND", what)


def method_disabled() -> ApiError:
    """405 exactly as recorded (88 bytes)."""
    return ApiError(405, "METHOD_DISABLED", "Method is disabled!")


def missing_id() -> ApiError:
    """400 of PUT and DELETE on a collection; the length of this body is the recorded one (97 bytes)."""
    return ApiError(400, "BAD_REQUEST", "Missing required parameters: id!")


def bad_request(message: str) -> ApiError:
    """400."""
    return ApiError(400, "BAD_REQUEST", message)


def forbidden(message: str = "You are not allowed to perform this action!") -> ApiError:
    """403 for a missing permission."""
    return ApiError(403, "FORBIDDEN", message)


def server_error() -> ApiError:
    """500 as recorded quirks give it. GUESS: the words."""
    return ApiError(500, "INTERNAL_SERVER_ERROR", "Internal server error")
