"""What an HTTP answer says besides its data.

In: an answer of Sonar, or an error of the connection. Out: texts and facts for `client`, never a body as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import requests

from tap_sonar import errors

_DISTRUST = re.compile(r"certificate verify failed: ([^(\"]+)")


def goes_on(response: requests.Response, offset: int) -> bool:
    """Whether the answer begins at byte `offset`, as it was asked to."""
    told = response.headers.get("Content-Range", "")
    return response.status_code == requests.codes.partial_content and told.startswith(f"bytes {offset}-")


def reason(error: Exception) -> str:
    """The innermost cause in a few words; never the request or its headers."""
    text = str(error)
    for words in ("Connection refused", "Connection reset", "Connection aborted", "RemoteDisconnected", "certificate"):
        if words.lower() in text.lower():
            return words
    return type(error).__name__


def distrust(error: Exception) -> str:
    """Why a certificate is not trusted, as OpenSSL says it: self-signed, expired, made for another name."""
    found = _DISTRUST.search(str(error))
    return f"certificate not accepted ({found[1].strip()})" if found else reason(error)


def is_html(response: requests.Response) -> bool:
    """Whether a web page came."""
    return "html" in response.headers.get("Content-Type", "").lower() or response.content[:1] == b"<"


def retry_after(response: requests.Response) -> float | None:
    """Seconds of a Retry-After header; Sonar is not known to send one."""
    try:
        return max(0.0, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def error_text(response: requests.Response) -> str:
    """The `error`, `message` or `errors` text of a JSON body; nothing of any other body."""
    try:
        answer = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    if not isinstance(answer, dict):
        return ""
    if isinstance(answer.get("errors"), list):
        return errors.one_line("; ".join(errors.messages(answer["errors"])))
    for key in ("error", "message"):
        if isinstance(answer.get(key), str):
            return errors.one_line(answer[key])
    return ""


def bodyless(answer: Mapping[str, Any]) -> errors.SonarError:
    """The exception for an HTTP 200 answer without `data` and `errors`: the documented rate limit has this form."""
    text = answer.get("error") or answer.get("message")
    if isinstance(text, str):
        limited = errors.rate_limit(text)
        return limited if limited is not None else errors.classify([{"message": text}])
    return errors.RetriableError("Sonar answered without data.")
