"""All functions, by field. The reference page is written from this list, and each example is run by a test."""

from __future__ import annotations

from target_splynx.functions import contact, dates, money, network, text
from target_splynx.functions.function import Function

CATALOGUE: tuple[Function, ...] = (
    *money.FUNCTIONS,
    *dates.FUNCTIONS,
    *text.FUNCTIONS,
    *contact.FUNCTIONS,
    *network.FUNCTIONS,
)
