"""Payloads as people may see them: passwords and secrets are masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MASK = "***"

_SECRET = ("password", "secret", "passphrase", "psk", "pin", "token")
"""Endings of names; `pppoe_password`, `radius_secret`, `pin`."""


def masked(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with secrets masked, nested ones included; an empty value stays, so that its absence shows."""
    if _of_payment_account(payload):
        return {name: MASK if str(name).startswith("field_") and value else value for name, value in payload.items()}
    return {name: _value(str(name), value) for name, value in payload.items()}


def _of_payment_account(payload: Mapping[str, Any]) -> bool:
    """Whether a record consists of numbered fields: tokens of cards and bank accounts have no telling names."""
    own = {str(name) for name in payload} - {"customer_id", "account_id", "title", "id"}
    return bool(own) and all(name.startswith("field_") for name in own)


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, (list, tuple)):
        return [_value(name, entry) for entry in value]
    secret = any(part in _SECRET for part in name.casefold().split("_"))
    return MASK if secret and value not in (None, "") else value
