"""E-mail addresses and telephone numbers, checked by the libraries that know them. No network is used."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from target_splynx.functions.function import Function

_SEPARATORS = re.compile(r"[,;\s]+")
_NAMED = re.compile(r"<([^<>]+)>")


@lru_cache(maxsize=65_536)
def _address(value: str) -> str | None:
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def valid_emails(value: str | None) -> list[str] | None:
    """The valid addresses of a text with one or several, in order, none twice. NULL for NULL."""
    if value is None:
        return None
    found: dict[str, str] = {}
    for part in _SEPARATORS.split(" ".join(_NAMED.findall(value)) or value):
        address = _address(part.strip("\"'()[]")) if part else None
        if address:
            found.setdefault(address.casefold(), address)
    return list(found.values())


def email_or_null(value: str | None) -> str | None:
    """The first valid address of a text."""
    addresses = valid_emails(value)
    return addresses[0] if addresses else None


@lru_cache(maxsize=65_536)
def _phone(number: str, country: str) -> str | None:
    digits = re.sub(r"[^\d+]", "", number)
    if not re.search(r"\d", digits):
        return None
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return digits
    # A length that fits the country is enough: numbers in use but outside the published ranges must not be lost.
    # A local number (without area code) is "possible" too, but +1 5550100 would be wrong: it stays as it is.
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return digits
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def phone_with(default_country: str) -> Callable[[str | None, str | None, str | None], str | None]:
    """The SQL function `phone` for a provider of that country (ISO 3166 alpha-2)."""

    def phone(number: str | None, country: str | None, extension: str | None) -> str | None:
        if number is None:
            return None
        text = _phone(number, country or default_country)
        if text is None:
            return None
        inner = re.sub(r"\D", "", extension or "")
        return f"{text} ext. {inner}" if inner else text

    return phone


FUNCTIONS = (
    Function(
        name="valid_emails",
        arguments=(("value", "VARCHAR"),),
        returns="VARCHAR[]",
        description="The valid e-mail addresses of a text, split at commas, semicolons, spaces; others are left out.",
        example="valid_emails('jane@example.com; bill@, Joe <joe@example.net>')",
        result="[joe@example.net]",
        python=valid_emails,
    ),
    Function(
        name="email_or_null",
        arguments=(("value", "VARCHAR"),),
        returns="VARCHAR",
        description="The first valid e-mail address of a text.",
        example="email_or_null('bad@address, jane@example.com')",
        result="jane@example.com",
        python=email_or_null,
    ),
    Function(
        name="phone",
        arguments=(("number", "VARCHAR"), ("country", "VARCHAR"), ("extension", "VARCHAR")),
        returns="VARCHAR",
        description="A telephone number as +country number when it fits the country, else its digits as they are.",
        example="phone('(608) 555-0100', 'US', '12')",
        result="+16085550100 ext. 12",
    ),
)
