"""Payloads as people may see them: passwords and secrets are masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MASK = "***"

_SECRET = frozenset(["password", "passwd", "pwd", "secret", "passphrase", "psk", "pin", "token", "apikey"])
"""Parts of names: `pppoe_password`, `radius_secret`, `pin`."""
_SHORTEST = 4
"""Shorter secrets are not looked for in texts: they would be found everywhere."""


def masked(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with secrets masked, nested ones included; an empty value stays, so that its absence shows."""
    if _of_payment_account(payload):
        return {name: MASK if str(name).startswith("field_") and value else value for name, value in payload.items()}
    return {name: _value(str(name), value) for name, value in payload.items()}


def without_secrets(text: str, payload: Mapping[str, Any]) -> str:
    """A message about a payload, Splynx's own for instance, in which no secret of it is quoted."""
    for secret in sorted(_secrets(payload), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def masked_value(name: str, value: Any) -> Any:
    """The value of one field, as `masked` shows it; `additional_attributes.wifi_password` names a nested one."""
    return _value(name.rsplit(".", 1)[-1], value)


def _secrets(payload: Mapping[str, Any]) -> Iterator[str]:
    for name, value in payload.items():
        if isinstance(value, Mapping):
            yield from _secrets(value)
        elif isinstance(value, (list, tuple)):
            yield from (found for entry in value if isinstance(entry, Mapping) for found in _secrets(entry))
        elif value is not None and _value(str(name), value) == MASK and len(str(value)) >= _SHORTEST:
            yield str(value)


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
