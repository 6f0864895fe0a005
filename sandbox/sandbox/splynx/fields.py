"""One column of a Splynx resource: its kind, limits and default, and how a value sent by a client becomes a stored one.

In: what the contract says about a field (document, live OPTIONS, database column). Out: ``Field`` objects, whose
``clean`` turns a JSON value into the stored form, which is also the form in answers: ids and numbers as int, booleans
"0"/"1", money as text with four decimals, dates as text with '0000-00-00' for none (research/splynx-api.md §5).
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

NO_DATE = "0000-00-00"
NO_DATETIME = "0000-00-00 00:00:00"
_MONEY = re.compile(
    r"(^|_)(price|amount|total|fee|deposit|cost|sum|due|balance|deal_value|with_vat|without_vat|sell|buy)($|_)"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\Z")
_WHOLE = re.compile(r"\s*[+-]?\d+\s*\Z")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?\Z")
_EMAIL = re.compile(r"[^@\s,;<>\"()]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\Z")
_UNSIGNED_MAX = {"tinyint": 255, "smallint": 65535, "mediumint": 16777215, "int": 4294967295, "bigint": 2**64 - 1}
_EMAIL_NAMES = frozenset({"email", "billing_email"})
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


class InvalidValueError(ValueError):
    """A value that the field does not take; the text is the part of the message after the field's title."""


def text_of_money(value: Decimal, places: int = 4) -> str:
    """The stored form of a decimal column: rounded half up, fixed places."""
    return str(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


@dataclass(frozen=True)
class Field:
    """A column. ``kind``: int number decimal bool switch enum string email date datetime time list object any file.

    bool comes out as "0"/"1", switch as 0/1; both take any of the usual forms.
    """

    name: str
    kind: str
    title: str
    enum: tuple[Any, ...] = ()
    max_length: int | None = None
    maximum: Decimal | None = None
    places: int = 4
    nullable: bool = True
    unsigned: bool = False
    default: Any = None
    items: str | None = None
    live_type: str | None = None
    required_live: bool = False
    raw: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def clean(self, value: Any) -> Any:
        """The stored form of a JSON value; raises InvalidValueError."""
        if value is None:
            return self.nothing()
        return _CLEANERS[self.kind](self, value)

    def nothing(self) -> Any:
        """What null and blank numbers become."""
        # NOT NULL columns take their default instead of NULL: GUESS (MySQL in non-strict mode under Yii)
        return None if self.nullable else self.default


def _whole_number(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.match(value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise InvalidValueError("must be an integer.")


def _integer(spec: Field, value: Any) -> Any:
    if value == "":
        return spec.nothing()
    value = _whole_number(value)
    if spec.enum:
        if value not in spec.enum:
            raise InvalidValueError("is invalid.")
        return value
    if spec.unsigned and value < 0:
        raise InvalidValueError("must be no less than 0.")
    if spec.maximum is not None and value > spec.maximum:
        raise InvalidValueError(f"must be no greater than {spec.maximum}.")
    return value


def _decimal_of(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InvalidValueError("must be a number.")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise InvalidValueError("must be a number.") from None
    if not number.is_finite():
        raise InvalidValueError("must be a number.")
    return number


def _number(spec: Field, value: Any) -> Any:
    if value == "":
        return spec.nothing()
    number = _decimal_of(value)
    if spec.enum and int(number) not in spec.enum:
        raise InvalidValueError("is invalid.")
    return int(number) if number == number.to_integral_value() else float(number)


def _decimal(spec: Field, value: Any) -> Any:
    if value == "":
        return spec.nothing()
    number = _decimal_of(value)
    if spec.maximum is not None and abs(number) > spec.maximum:
        raise InvalidValueError(f"must be no greater than {spec.maximum}.")
    return text_of_money(number, spec.places)


def _boolean(_spec: Field, value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else "0"
    text = str(value).strip().lower() if isinstance(value, str | int) else "?"
    if text in TRUE:
        return "1"
    if text in FALSE:
        return "0"
    raise InvalidValueError('must be either "1" or "0".')


def _switch(spec: Field, value: Any) -> Any:
    return int(_boolean(spec, value))


def _enum(spec: Field, value: Any) -> Any:
    if isinstance(value, bool):
        value = "1" if value else "0"
    text = str(value) if isinstance(value, str | int) else None
    if text is None or text not in spec.enum:
        if text == "" and spec.default is not None and not spec.required_live:
            return spec.default
        raise InvalidValueError("is invalid.")
    return text


def _string(spec: Field, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidValueError("must be a string.")
    text = value if isinstance(value, str) else str(value)
    if spec.max_length is not None and len(text) > spec.max_length:
        raise InvalidValueError(f"should contain at most {spec.max_length} characters.")
    return text


def _email(spec: Field, value: Any) -> Any:
    text: str = _string(spec, value)
    if text == "":
        return text
    # several addresses, separated by commas, are allowed (research/splynx-api.md §5)
    if not all(_EMAIL.match(part.strip()) for part in text.split(",")) or len(text.encode()) != len(text):
        raise InvalidValueError("is not a valid email address.")
    return text


def _date(_spec: Field, value: Any) -> Any:
    if value in ("", NO_DATE):
        return NO_DATE
    if isinstance(value, str) and _DATETIME.match(value):
        value = value[:10]
    if not isinstance(value, str) or not _DATE.match(value):
        raise InvalidValueError("has an invalid format: YYYY-MM-DD expected.")
    try:
        date.fromisoformat(value)
    except ValueError:
        raise InvalidValueError("is not a day of the calendar.") from None
    return value


def _datetime(_spec: Field, value: Any) -> Any:
    if value in ("", NO_DATETIME, NO_DATE):
        return NO_DATETIME
    if isinstance(value, str) and _DATE.match(value):
        value += " 00:00:00"
    if not isinstance(value, str) or not _DATETIME.match(value):
        raise InvalidValueError("has an invalid format: YYYY-MM-DD HH:MM:SS expected.")
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise InvalidValueError("is not a time of the calendar.") from None
    return value


def _time(_spec: Field, value: Any) -> Any:
    if value == "":
        return value
    if not isinstance(value, str) or not _TIME.match(value):
        raise InvalidValueError("has an invalid format: HH:MM expected.")
    return value


def _list(spec: Field, value: Any) -> Any:
    # form-encoded clients send {"0": …, "1": …}: PHP sees the same array
    if isinstance(value, dict) and value and all(str(key).isdigit() for key in value):
        value = [value[key] for key in sorted(value, key=int)]
    if value == "":
        return []
    if not isinstance(value, list):
        raise InvalidValueError("must be an array.")
    if spec.items == "number":
        return [_integer(Field(spec.name, "int", spec.title, unsigned=True), item) for item in value]
    if spec.items == "string":
        if not all(isinstance(item, str | int) and not isinstance(item, bool) for item in value):
            raise InvalidValueError("must be an array of strings.")
        texts = [str(item) for item in value]
        if spec.enum and not set(texts) <= set(spec.enum):
            raise InvalidValueError("is invalid.")
        return texts
    return value


def _object(_spec: Field, value: Any) -> Any:
    if not isinstance(value, dict | list):
        raise InvalidValueError("must be an object.")
    return value


def _any(_spec: Field, value: Any) -> Any:
    return value


_CLEANERS = {
    "int": _integer,
    "number": _number,
    "decimal": _decimal,
    "bool": _boolean,
    "switch": _switch,
    "enum": _enum,
    "string": _string,
    "email": _email,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "list": _list,
    "object": _object,
    "file": _any,
    "any": _any,
}
_LIST_VALUES = {
    "billing_types": ("recurring", "prepaid", "prepaid_monthly"),
    "customer_categories": ("person", "company"),
}


def _kind_of_database_type(column: str) -> tuple[str, dict[str, Any]]:
    base, _, rest = column.partition("(")
    words = column.split()
    base = base.split()[0]
    if base in _UNSIGNED_MAX:
        unsigned = "unsigned" in words
        top = _UNSIGNED_MAX[base]
        return "int", {"unsigned": unsigned, "maximum": Decimal(top if unsigned else top // 2)}
    if base in {"varchar", "char"}:
        return "string", {"max_length": int(rest.split(")")[0])}
    if base == "decimal":
        digits, places = (int(part) for part in rest.split(")")[0].split(","))
        return "decimal", {"places": places, "maximum": Decimal(10) ** (digits - places) - Decimal(10) ** -places}
    if base == "enum":
        values = tuple(part.strip().strip("'") for part in rest.rstrip(")").split(","))
        if set(values) == {"0", "1"}:
            return "bool", {}
        return ("string", {}) if "..." in values else ("enum", {"enum": values})
    if base in {"date", "datetime", "time"}:
        return base, {}
    if base == "timestamp":
        return "datetime", {}
    return "string", {"max_length": {"tinytext": 255, "text": 65535}.get(base)}


_FORMATS = {
    "YYYY-MM-DD": "date",
    "YYYY-MM-DD HH:MM:SS": "datetime",
    "HH:MM": "time",
    "HH:MM:SS": "time",
}
_DOCUMENTED = {"object": "object", "boolean": "bool"}
_LIVE = {"date": "date", "datetime": "datetime", "email": "email", "boolean": "bool", "float": "decimal"}


def _documented_kind(name: str, raw: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Kind by the document, corrected by the live type where both are known."""
    kind, live = raw.get("type"), raw.get("live")
    if raw.get("binary") or raw.get("format") in _FORMATS:
        return _FORMATS.get(raw.get("format", ""), "file"), {}
    if kind == "array" or live == "array":
        return "list", {"items": raw.get("items"), "enum": _LIST_VALUES.get(name, ())}
    if kind in _DOCUMENTED or "ref" in raw:
        return _DOCUMENTED.get(kind or "", "object"), {}
    if raw.get("enum"):
        return _enum_kind(raw["enum"], kind)
    if live in _LIVE and name != "id":
        return _LIVE[live], {}
    return _scalar_kind(name, kind, live), {}


def _enum_kind(values: list[Any], kind: str | None) -> tuple[str, dict[str, Any]]:
    if set(map(str, values)) == {"0", "1"} and kind != "number":
        return "bool", {}
    if set(values) == {0, 1}:
        return "switch", {"enum": (0, 1)}
    if all(isinstance(value, int) for value in values):
        return "int", {"enum": tuple(values)}
    return "enum", {"enum": tuple(str(value) for value in values)}


def _scalar_kind(name: str, kind: str | None, live: str | None) -> str:
    if kind == "number" or live in {"integer", "numeric"}:
        if live == "integer" or name == "id" or name.endswith(("_id", "_by")):
            return "int"
        return "decimal" if _MONEY.search(name) else "number"
    return "string" if kind == "string" or live == "string" else "any"


def _default_of(kind: str, nullable: bool, raw: dict[str, Any]) -> Any:
    if nullable and "default" not in raw and "db_default" not in raw:
        return None
    return {
        "int": 0, "switch": 0, "number": 0, "decimal": "0.0000", "bool": "0", "date": NO_DATE, "datetime": NO_DATETIME,
        "list": [], "object": None, "any": None, "file": None,
    }.get(kind, "")  # fmt: skip


def make_field(name: str, raw: dict[str, Any], title: str) -> Field:
    """Resolve what document, live server and database say about a field into one ``Field``.

    The database decides type and length, the document the allowed values (research/splynx-api.md §5).
    """
    kind, more = _documented_kind(name, raw)
    if "db" in raw and kind not in {"list", "object", "file"}:
        db_kind, db_more = _kind_of_database_type(raw["db"])
        # the document knows the values better than these columns do
        documented = (
            (kind == "enum" and db_kind in {"string", "enum"})
            or (kind == "bool" and db_kind in {"int", "enum", "string"})
            or (kind in {"int", "switch"} and "enum" in more and db_kind != "bool")
        )
        if not documented:
            kind, more = db_kind, db_more
    if name in _EMAIL_NAMES and kind == "string":
        kind = "email"
    if "max" in raw:
        more["max_length"] = raw["max"]
    nullable = raw.get("null", "db" not in raw and kind not in {"bool", "list"})
    default = _default_of(kind, nullable, raw)
    made = Field(name, kind, title, nullable=nullable, live_type=raw.get("live"),
                 required_live=bool(raw.get("live_required")), raw=raw, **more)  # fmt: skip
    given = raw.get("default", raw.get("db_default"))
    if given is not None:
        with contextlib.suppress(InvalidValueError):
            default = made.clean(given)
    elif kind == "decimal" and default is not None:
        default = text_of_money(Decimal(0), made.places)
    elif kind == "enum" and default == "":
        default = "" if nullable or not made.enum else made.enum[0]
    return Field(**{**made.__dict__, "default": default})
