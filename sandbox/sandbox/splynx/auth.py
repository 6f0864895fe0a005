"""Who is asking: Basic, Signature and Token authentication with their 401 and 403 answers.

In: headers of a request. Out: an ``Identity`` or ApiError. Facts: research/splynx-api.md §2. Signature is the
upper-case hex HMAC-SHA256 of nonce+key with the secret; tokens live 30 minutes and are bound to the User-Agent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

from sandbox.splynx.errors import ApiError, forbidden, method_disabled, not_found
from sandbox.splynx.registry import Identity
from sandbox.splynx.state import ApiKey, Splynx

_PARTS = re.compile(r"(\w+)=([^&)]*)")


@dataclass
class Token:
    """An access token with its refresh token."""

    access: str
    refresh: str
    access_ends: float
    refresh_ends: float
    identity: Identity
    user_agent: str
    address: str


def _unauthorized(code: str, message: str) -> ApiError:
    return ApiError(401, code, message)


def signature_of(key: str, secret: str, nonce: str) -> str:
    """Upper-case hex HMAC-SHA256(secret, nonce + key)."""
    return hmac.new(secret.encode(), f"{nonce}{key}".encode(), hashlib.sha256).hexdigest().upper()


class Authenticator:
    """Checks credentials and keeps the tokens that were given out."""

    def __init__(self, splynx: Splynx) -> None:
        self.splynx = splynx
        self._keys = {key.key: key for key in splynx.settings.keys}
        self._tokens: dict[str, Token] = {}
        self._by_refresh: dict[str, Token] = {}
        self._known_basic: dict[tuple[str, str], Identity] = {}

    def identify(self, authorization: str, user_agent: str, address: str) -> Identity:
        """The identity behind an Authorization header; raises ApiError 401."""
        known = self._known_basic.get((authorization, address))
        if known is not None:
            return known
        scheme, _, rest = authorization.partition(" ")
        if scheme == "Basic":
            identity = self._basic(rest.strip(), address)
            self._known_basic[authorization, address] = identity
            return identity
        if scheme == "Splynx-EA":
            parts = dict(_PARTS.findall(rest))
            if "access_token" in parts:
                return self._access(parts["access_token"], user_agent, address)
            key, nonce = self._key(parts.get("key", ""), address), parts.get("nonce", "")
            self._check_signature(key, nonce, parts.get("signature", ""))
            return _identity_of(key, self._number_of(key))
        # GUESS: the code; the status is documented
        raise _unauthorized("UNAUTHORIZED", "Authorization required!")

    def _number_of(self, key: ApiKey) -> int:
        return list(self._keys).index(key.key) + 1

    def _key(self, name: str, address: str) -> ApiKey:
        key = self._keys.get(name)
        if key is None:
            raise _unauthorized("API_KEY_NOT_FOUND", "API key not found!")  # GUESS: code and words
        if key.white_list and address not in key.white_list:
            raise _unauthorized("IP_NOT_ALLOWED", "IP is not in the white list!")  # GUESS: code and words
        return key

    def _basic(self, encoded: str, address: str) -> Identity:
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise _unauthorized("UNAUTHORIZED", "Authorization header is malformed!") from None
        key = self._key(name, address)
        if not hmac.compare_digest(key.secret.encode(), secret.encode()):
            raise _unauthorized("INVALID_CREDENTIALS", "Wrong API key or secret!")  # GUESS: code and words
        if not key.unsecure_auth:
            raise _unauthorized("UNSECURE_AUTH_DISABLED", "Unsecure access is disabled for this key!")  # GUESS
        return _identity_of(key, self._number_of(key))

    def _check_signature(self, key: ApiKey, nonce: str, signature: str) -> None:
        if not nonce.isdigit():
            raise _unauthorized("INVALID_NONCE", "Nonce must be a number!")  # GUESS: code and words
        if not hmac.compare_digest(signature_of(key.key, key.secret, nonce), signature):
            raise _unauthorized("INVALID_SIGNATURE", "Wrong signature!")  # GUESS: code and words
        if key.check_nonce:
            # GUESS: strictly growing
            if int(nonce) <= key.last_nonce:
                raise _unauthorized("INVALID_NONCE", "Nonce must grow with every request!")
            key.last_nonce = int(nonce)

    def _access(self, access: str, user_agent: str, address: str) -> Identity:
        token = self._tokens.get(access)
        if token is None:
            raise _unauthorized("INVALID_ACCESS_TOKEN", "Access token not found!")  # GUESS: code and words
        if time.time() >= token.access_ends:
            raise _unauthorized("EXPIRED_ACCESS_TOKEN", "Access token is expired!")
        if token.address != address:
            raise _unauthorized("IP_CHANGED", "IP address was changed!")
        if token.user_agent != user_agent:
            raise _unauthorized("USER_AGENT_CHANGED", "User agent was changed!")
        return token.identity

    def issue(self, body: Any, user_agent: str, address: str) -> dict[str, Any]:
        """POST admin/auth/tokens: check the credentials in the body and give tokens out."""
        body = body if isinstance(body, dict) else {}
        kind = body.get("auth_type")
        if kind == "api_key":
            key = self._key(str(body.get("key", "")), address)
            self._check_signature(key, str(body.get("nonce", "")), str(body.get("signature", "")))
            identity = _identity_of(key, self._number_of(key))
        elif kind in {"admin", "customer"}:
            identity = self._person(kind, str(body.get("login", "")), str(body.get("password", "")))
        else:
            # POST {} answered 401 live (research/splynx-api.md §2); sessions do not exist without a UI
            raise _unauthorized("INVALID_CREDENTIALS", "Authorization type is wrong or missing!")
        return self._give(identity, user_agent, address)

    def _person(self, kind: str, login: str, password: str) -> Identity:
        table = "administration/administrators" if kind == "admin" else "customers/customer"
        row = self.splynx.table(table).first("login", login) if login else None
        known = row.hidden.get("password") or row["password"] if row is not None else None
        if row is None or not known or not hmac.compare_digest(str(known), password):
            raise _unauthorized("INVALID_CREDENTIALS", "Incorrect login or password!")  # GUESS: code and words
        return Identity(kind, row.id, login)

    def _give(self, identity: Identity, user_agent: str, address: str) -> dict[str, Any]:
        now, settings = time.time(), self.splynx.settings
        token = Token(
            secrets.token_hex(16), secrets.token_hex(16), now + settings.token_life_seconds,
            now + settings.refresh_life_seconds, identity, user_agent, address,
        )  # fmt: skip
        self._tokens[token.access] = self._by_refresh[token.refresh] = token
        permissions = identity.permissions
        return {
            "access_token": token.access,
            "access_token_expiration": int(token.access_ends),
            "refresh_token": token.refresh,
            "refresh_token_expiration": int(token.refresh_ends),
            "permissions": [] if permissions is None else {k: sorted(v) for k, v in permissions.items()},
        }

    def renew(self, refresh: str, user_agent: str, address: str) -> dict[str, Any]:
        """GET admin/auth/tokens/{refresh_token}: a new pair; the old one ends (GUESS: at once)."""
        token = self._by_refresh.get(refresh)
        if token is None or time.time() >= token.refresh_ends:
            raise _unauthorized("INVALID_REFRESH_TOKEN", "Refresh token not found or expired!")  # GUESS
        if token.user_agent != user_agent:
            raise _unauthorized("USER_AGENT_CHANGED", "User agent was changed!")
        self.revoke(refresh)
        return self._give(token.identity, user_agent, address)

    def revoke(self, refresh: str) -> None:
        """DELETE admin/auth/tokens/{refresh_token}."""
        token = self._by_refresh.pop(refresh, None)
        if token is None:
            raise not_found()
        self._tokens.pop(token.access, None)

    def expire_all(self) -> None:
        """End every access token now (the refresh tokens stay): for tests."""
        for token in self._tokens.values():
            token.access_ends = 0.0


def _identity_of(key: ApiKey, number: int) -> Identity:
    return Identity("api", number, key.key, key.permissions, key.denied)


_ACTIONS = {"POST": "add", "PUT": "update", "DELETE": "delete", "HEAD": "index", "OPTIONS": "view"}


def check_permission(identity: Identity, controller: str, method: str, *, is_list: bool) -> None:
    """403 when the key lacks controller+action; customers only see the portal (research/splynx-api.md §11)."""
    if controller.startswith("portal/"):
        if identity.kind != "customer" and controller != "portal/login/entry-points":
            raise forbidden()
        return
    if identity.kind == "customer":
        raise forbidden()
    if controller in _SESSION_ONLY and identity.kind == "api":
        raise forbidden()
    if identity.permissions is None and not identity.denied:
        return
    action = ("index" if is_list else "view") if method == "GET" else _ACTIONS.get(method, "view")
    names = {controller, controller.split("/")[0] + "/*", f"{controller}:{action}"}
    if names & identity.denied:
        raise forbidden()
    if identity.permissions is not None:
        allowed = identity.permissions.get(controller, set()) | identity.permissions.get("*", set())
        if action not in allowed and "*" not in allowed:
            raise forbidden()


# 403 recorded with an API key (research/splynx-api.md §3)
_SESSION_ONLY = frozenset({"dashboard/dashboard", "auth/trusted-devices", "auth/sessions"})

__all__ = ["Authenticator", "check_permission", "method_disabled", "signature_of"]
