"""Values as Splynx takes them, and whether two values mean the same.

In: what a model's SELECT yields (DuckDB's Python values). Out: JSON-able values in the form of the field's type
(research/splynx-api.md §5), or a `Problem` that a person can act on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from email_validator import EmailNotValidError, validate_email

from target_splynx.contract.resource import Field

NUMERIC = {"number", "decimal", "integer", "float", "numeric"}
EMPTY_DATE = "0000-00-00"
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_DATETIME = re.compile(r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$")
_EMAIL_FIELDS = {"email", "billing_email"}


@dataclass(frozen=True)
class Problem:
    """Why a record cannot be sent: a code for programs, the field, a sentence and a remedy for people."""

    code: str
    field: str
    message: str
    remedy: str


class WrongType(ValueError):  # noqa: N818 - named by what it says
    """The value does not fit the field's type."""


def to_api(field: Field, value: Any) -> Any:
    """A model's value in the form of the field's type. None stays None.

    Raises:
        WrongType: it does not fit.
    """
    if value is None:
        return None
    kind = field.type
    if kind == "array":
        if isinstance(value, str):
            value = _parse_json(value, list)
        if not isinstance(value, (list, tuple)):
            raise WrongType(f"{value!r} is no list")
        return [plain(entry) for entry in value]
    if kind == "object":
        return plain(_parse_json(value, dict) if isinstance(value, str) else value)
    if kind in NUMERIC:
        return _number(value)
    if kind == "boolean":
        return _boolean(value)
    if kind == "date":
        return _date(value)
    if kind == "datetime":
        return _datetime(value)
    return _text(value)


def plain(value: Any) -> Any:
    """Nested values (items of an invoice, ids of labels) as JSON takes them; decimals without needless zeros."""
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, Decimal):
        return tidy(value)
    if isinstance(value, float):
        return tidy(Decimal(repr(value)))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return str(value)


def tidy(value: Decimal) -> int | Decimal:
    """100.0000 → 100, 49.9900 → 49.99; never an exponent."""
    if value == value.to_integral_value():
        return int(value)
    # Not normalize(): it rounds to the context's 28 digits.
    return Decimal(format(value, "f").rstrip("0"))


def _digits(value: Decimal | float) -> str:
    """A number as a person writes it: no exponent, no needless zeros."""
    number = tidy(Decimal(repr(value)) if isinstance(value, float) else value)
    return str(number) if isinstance(number, int) else format(number, "f")


def attribute(value: Any) -> Any:
    """A value of an additional field: text, number or None; booleans as '0'/'1'."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, (datetime, date)):
        return plain(value)
    if isinstance(value, (Decimal, float)):
        return _digits(value)
    return value if value is None else str(value)


def empty(field: Field) -> Any:
    """What clears a field of this type."""
    if field.type == "array":
        return []
    if field.type in NUMERIC:
        return 0
    if field.type == "date":
        return EMPTY_DATE
    if field.type == "datetime":
        return "0000-00-00 00:00:00"
    return ""


def check(name: str, field: Field, value: Any) -> Problem | None:
    """Enum, length and e-mail of a value that is already in the API's form."""
    if field.enum and value is not None and not any(same(value, allowed) for allowed in field.enum):
        allowed = ", ".join(str(entry) for entry in field.enum)
        return Problem(
            "not_in_enum", name, f"{name} is {value!r}; Splynx takes {allowed}.", "Mend the value map or the model."
        )
    if field.max_length and isinstance(value, str) and len(value) > field.max_length:
        return Problem(
            "too_long",
            name,
            f"{name} has {len(value)} characters; Splynx keeps {field.max_length}.",
            "Shorten it at the source, or clip it in the model.",
        )
    if name in _EMAIL_FIELDS and value:
        return next((found for part in str(value).split(",") if (found := _email_problem(name, part.strip()))), None)
    return None


def _email_problem(name: str, address: str) -> Problem | None:
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        return Problem("invalid_email", name, f"{name}: {error}", "Correct the address at the source.")
    return None


def same(left: Any, right: Any) -> bool:
    """Whether two values mean the same to Splynx: 1 = "1" = True, "49.9000" = 49.9, ids = objects with these ids.

    Used to compare what was sent with what a list gives back; see research/splynx-api.md §5.
    """
    if left == right:
        return True
    if isinstance(left, list) and isinstance(right, list):
        return _ids(left) == _ids(right)
    if isinstance(left, (list, dict)) or isinstance(right, (list, dict)):
        return _listed(left) == _listed(right)
    left, right = _canonical(left), _canonical(right)
    return bool(left == right)


def holds(held: Any, applied: Any) -> bool:
    """Whether Splynx still holds what was applied: the same, or a list of objects with more in each (ids and positions
    that Splynx gave them)."""
    if same(applied, held):
        return True
    if not (isinstance(held, list) and isinstance(applied, list) and applied and len(held) == len(applied)):
        return False
    return all(
        isinstance(there, dict) and isinstance(wanted, dict) and all(same(v, there.get(k)) for k, v in wanted.items())
        for there, wanted in zip(held, applied, strict=True)
    )


_NOTHING = {"", "none", "null", EMPTY_DATE, "0000-00-00 00:00:00"}


def _canonical(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, (int, Decimal, float)):
        return Decimal(str(value))
    text = str(value).strip()
    if text.casefold() in _NOTHING:
        return ""
    if text.casefold() in {"true", "false"}:
        return Decimal(int(text.casefold() == "true"))
    if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text):
        return Decimal(text)
    return text


def _ids(values: list[Any]) -> list[str]:
    found = []
    for entry in values:
        if isinstance(entry, dict) and "id" in entry:
            entry = entry["id"]
        found.append(_comparable(entry))
    return sorted(found)


def _comparable(value: Any) -> str:
    """A text that is equal for values that mean the same, nested ones included."""
    if isinstance(value, dict):
        return json.dumps({str(key): _comparable(entry) for key, entry in value.items()}, sort_keys=True)
    if isinstance(value, (list, tuple)):
        return json.dumps([_comparable(entry) for entry in value])
    value = _canonical(value)
    return _digits(value) if isinstance(value, Decimal) else str(value)


def _listed(value: Any) -> list[str]:
    if isinstance(value, list):
        return _ids(value)
    if isinstance(value, str):
        return _ids([part for part in value.split(",") if part])
    return [] if value in (None, "", {}) else _ids([value])


def _parse_json(text: str, kind: type) -> Any:
    try:
        value = json.loads(text, parse_float=Decimal)
    except ValueError:
        raise WrongType(f"{text[:40]!r} is no JSON {kind.__name__}") from None
    return value


def _number(value: Any) -> int | Decimal:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise WrongType(f"{value!r} is no number") from None
    if not number.is_finite():
        raise WrongType(f"{value!r} is no number")
    return tidy(number)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).casefold() in {"1", "true"}:
        return True
    if str(value).casefold() in {"0", "false"}:
        return False
    raise WrongType(f"{value!r} is neither true nor false")


def _date(value: Any) -> str:
    if isinstance(value, (datetime, date)):
        return value.strftime("%Y-%m-%d")
    text = str(value)[:10]
    if not _DATE.match(text):
        raise WrongType(f"{value!r} is no date YYYY-MM-DD")
    return text


def _datetime(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return f"{value.isoformat()} 00:00:00"
    text = str(value).replace("T", " ")[:19]
    if _DATE.match(text):
        text += " 00:00:00"
    if not _DATETIME.match(text):
        raise WrongType(f"{value!r} is no time YYYY-MM-DD HH:MM:SS")
    return text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (Decimal, float)):
        return _digits(value)
    if isinstance(value, (datetime, date)):
        return str(plain(value))
    if isinstance(value, (list, dict)):
        return json.dumps(plain(value), ensure_ascii=False, default=str)
    return str(value)
