"""The three ways to prove who is asking (research/splynx-api.md §2).

* `basic`: key and secret in every request; the key needs "Unsecure access".
* `signature`: HMAC-SHA256(secret, nonce + key), upper-case hex; the nonce grows with every request. Where the key's
  nonce check is on, requests must *arrive* in order, so such a key is used with one worker (`serial` is true after a
  refusal).
* `token`: an access token of about 30 minutes, made from the key (or an administrator's login), renewed before it ends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from target_splynx.errors import SettingsError

Login = Callable[[str, str, "dict[str, Any] | None"], "dict[str, Any]"]
"""Sends (method, path, body) without authentication and returns the JSON answer."""

RENEW_SECONDS = 60.0


class Authentication(ABC):
    """Gives the Authorization header of the next request."""

    @abstractmethod
    def header(self) -> str:
        """Value of the `Authorization` header."""

    def forget(self, used: str) -> bool:  # noqa: ARG002 - the token's own needs it
        """Called after a 401 for the header `used`. True when a new attempt with a fresh header makes sense."""
        return False

    def connect(self, login: Login) -> None:  # noqa: B027 - only a token logs in
        """Receive the means to log in (token only)."""


class Basic(Authentication):
    """`Authorization: Basic base64(key:secret)`."""

    def __init__(self, key: str, secret: str) -> None:
        """Key and secret of the API key."""
        self._value = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()

    def header(self) -> str:
        """The same for every request."""
        return self._value


class Nonce:
    """A number that only grows, over threads and restarts (centiseconds since the epoch, as the vendor's client)."""

    def __init__(self) -> None:
        """Start at the present."""
        self._last = int(time.time() * 100)
        self._lock = threading.Lock()

    def next(self) -> int:
        """The next nonce."""
        with self._lock:
            self._last = max(self._last + 1, int(time.time() * 100))
            return self._last


def sign(key: str, secret: str, nonce: int) -> str:
    """Upper-case hex HMAC-SHA256 of nonce and key."""
    return hmac.new(secret.encode(), f"{nonce}{key}".encode(), hashlib.sha256).hexdigest().upper()


class Signature(Authentication):
    """`Authorization: Splynx-EA (key=…&nonce=…&signature=…)`."""

    def __init__(self, key: str, secret: str) -> None:
        """Key and secret of the API key."""
        self._key, self._secret, self._nonce = key, secret, Nonce()

    def header(self) -> str:
        """A new nonce and signature for each request."""
        nonce = self._nonce.next()
        return f"Splynx-EA (key={self._key}&nonce={nonce}&signature={sign(self._key, self._secret, nonce)})"


class Token(Authentication):
    """`Authorization: Splynx-EA (access_token=…)`, renewed in time; thread safe."""

    def __init__(self, credentials: Callable[[], dict[str, Any]]) -> None:
        """`credentials()` gives the body of a fresh login."""
        self._credentials = credentials
        self._login: Login | None = None
        self._access, self._refresh = "", ""
        self._expires, self._refresh_expires = 0.0, 0.0
        self._lock = threading.Lock()

    def connect(self, login: Login) -> None:
        """Receive the means to log in."""
        self._login = login

    def header(self) -> str:
        """The present token, renewed when it ends within a minute."""
        with self._lock:
            if time.time() + RENEW_SECONDS > self._expires:
                self._renew()
            return self._value()

    def forget(self, used: str) -> bool:
        """After a 401: ask for a new token with the next request, unless another thread has one already."""
        with self._lock:
            if used == self._value():
                self._expires, self._refresh = 0.0, ""
        return True

    def _value(self) -> str:
        return f"Splynx-EA (access_token={self._access})"

    def _renew(self) -> None:
        if self._login is None:  # pragma: no cover - the client always connects first
            message = "Token authentication was used before the client connected it."
            raise RuntimeError(message)
        answer: dict[str, Any] | None = None
        if self._refresh and time.time() < self._refresh_expires:
            try:
                answer = self._login("GET", f"/admin/auth/tokens/{self._refresh}", None)
            except Exception:  # noqa: BLE001 - a refused refresh is answered by a fresh login
                answer = None
        if answer is None:
            answer = self._login("POST", "/admin/auth/tokens", self._credentials())
        self._access = str(answer["access_token"])
        self._refresh = str(answer.get("refresh_token", ""))
        self._expires = float(answer.get("access_token_expiration") or time.time() + 1500)
        self._refresh_expires = float(answer.get("refresh_token_expiration") or 0)
        # A token whose life is shorter than the margin would be renewed for every request.
        self._expires = max(self._expires, time.time() + RENEW_SECONDS + 1)


def authentication(
    method: str, *, api_key: str, api_secret: str, admin_login: str = "", admin_password: str = ""
) -> Authentication:
    """The authentication that the settings ask for.

    Raises:
        SettingsError: a credential that the method needs is empty.
    """
    if method == "token" and admin_login:
        if not admin_password:
            raise SettingsError("`admin_login` is set but `admin_password` is empty: set TARGET_SPLYNX_ADMIN_PASSWORD.")
        return Token(lambda: {"auth_type": "admin", "login": admin_login, "password": admin_password})
    if not api_key or not api_secret:
        raise SettingsError(
            "`api_key` and `api_secret` are needed: make a key in Splynx (Administration > API keys) and set "
            "TARGET_SPLYNX_API_KEY and TARGET_SPLYNX_API_SECRET."
        )
    if method == "basic":
        return Basic(api_key, api_secret)
    if method == "signature":
        return Signature(api_key, api_secret)
    if method == "token":
        nonce = Nonce()

        def body() -> dict[str, Any]:
            value = nonce.next()
            return {
                "auth_type": "api_key",
                "key": api_key,
                "nonce": value,
                "signature": sign(api_key, api_secret, value),
            }

        return Token(body)
    raise SettingsError(f"`auth_method` is {method!r}: use basic, signature or token.")
