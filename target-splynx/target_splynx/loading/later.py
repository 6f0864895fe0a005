"""Fields that a new record is made without (`later` of a model): who is welcomed by Splynx must be reachable for it.

In: a model and a payload. Out: what the POST says, and what a PUT says at once afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from target_splynx.contract.values import same
from target_splynx.modelling.model import Model
from target_splynx.splynx.errors import ValidationRefused


def at_once(model: Model, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the POST says."""
    return {name: value for name, value in payload.items() if name not in model.later}


def left_over(model: Model, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are set afterwards; those without a value need no change."""
    return {name: payload[name] for name in model.later if name in payload and not same(payload[name], None)}


def is_missed(later: Mapping[str, Any], error: ValidationRefused) -> bool:
    """Whether Splynx wants a withheld field in the POST: its own rules go before ours."""
    return any(complaint.field in later for complaint in error.fields)
