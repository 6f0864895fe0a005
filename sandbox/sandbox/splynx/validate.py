"""Checks that every write goes through: columns known and well-formed, required, foreign keys, uniqueness.

In: the JSON body and a ``Change`` to fill. Out: cleaned values in ``change.values``, refusals in ``change.errors``.
Required as the live OPTIONS says, else as documented; lengths from the database (research/splynx-api.md §3, §5).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from sandbox.splynx.contract import label_of
from sandbox.splynx.fields import Field, InvalidValueError, text_of_money
from sandbox.splynx.registry import Change
from sandbox.splynx.state import ADDITIONAL_FIELDS, Splynx, copied
from sandbox.splynx.store import Row, Values, index_key

_ADDITIONAL = "additional_attributes"
_AF_KINDS = {
    "integer": "int", "decimal": "decimal", "numeric": "decimal", "date": "date", "datetime": "datetime",
    "boolean": "bool", "relation": "int",
}  # fmt: skip
_AF_PLAIN: dict[str, Field] = {
    kind: Field("", kind, "", nullable=True) for kind in ("int", "decimal", "date", "datetime", "bool", "string")
}
BLANK: tuple[Any, ...] = (None, "", [], {})


def clean_body(change: Change) -> None:
    """Fill ``change.values`` from ``change.body``: unknown columns, types, lengths, enums, required, defaults."""
    module = _module_of(change)
    for name, value in change.body.items():
        if name in change.scope:
            change.values[name] = value
        elif name != _ADDITIONAL or not module:
            _clean_column(change, name, value)
    if change.action == "create":
        _fill_defaults(change)
    _check_required(change)
    if module:
        _clean_additional(change, module)


def _clean_column(change: Change, name: str, value: Any) -> None:
    """One column of the body: cleaned, left to the server, or refused."""
    resource, creating = change.resource, change.action == "create"
    if name in resource.server_made:
        if creating and name == "id" and resource.name not in change.splynx.contract.facts["id_may_be_sent"]:
            # GUESS: a caller's id is refused; what the real server does is unknown (research/splynx-api.md §14)
            change.error("id", "Id is made by the server.")
        return
    if name not in (resource.creatable if creating else resource.updatable):
        _unknown(change, name)
        return
    spec = resource.fields[name]
    try:
        change.values[name] = spec.clean(value)
    except InvalidValueError as error:
        change.errors.append((name, f"{spec.title} {error}"))


def _module_of(change: Change) -> str | None:
    """Whose additional fields the record has; records of modules made through the API have their module's."""
    if change.resource.name == "config/module":
        return str(change.scope.get("name") or (change.row["name"] if change.row is not None else ""))
    return change.resource.module


def _unknown(change: Change, name: str) -> None:
    if change.splynx.settings.unknown_fields != "ignore":
        # GUESS: refused; whether the real server refuses or ignores unknown fields is unknown (research §14)
        change.errors.append((name, f"{label_of(name)} is not an attribute of {change.resource.name}."))


def _fill_defaults(change: Change) -> None:
    resource = change.resource
    for name, spec in resource.fields.items():
        if name not in change.values:
            change.values[name] = copied(resource.defaults.get(name, spec.default))


def _check_required(change: Change) -> None:
    resource, creating = change.resource, change.action == "create"
    failed = {name for name, _ in change.errors}
    for name in resource.required:
        if name in failed:
            continue
        given = name in change.body
        if not creating and not given:
            continue
        value = change.body.get(name)
        blank = value in BLANK or (isinstance(value, str) and not value.strip())
        if blank or (name in resource.foreign_keys and value in (0, "0") and name != "parent_id"):
            if name == "customer_id":
                change.errors.append((name, "Customer ID is required"))
            else:
                title = resource.fields[name].title if name in resource.fields else label_of(name)
                change.errors.append((name, f"{title} cannot be blank."))


def check_keys(change: Change) -> None:
    """Foreign keys exist, unique columns are free."""
    for name, targets in change.resource.foreign_keys.items():
        if name in change.values and (change.row is None or change.changes(name)):
            _check_foreign_key(change, name, targets)
    for name in change.resource.unique:
        value = change.values.get(name)
        if value not in (None, "") and change.changes(name):
            _check_unique(change, name, value)
    together = change.resource.unique_together
    if together and any(change.changes(name) for name in together):
        found = change.splynx.table(change.resource.name).where(together[0], change.get(together[0]))
        same = [row for row in found if all(index_key(row[n]) == index_key(change.get(n)) for n in together)]
        if any(row is not change.row for row in same):
            titles = ", ".join(label_of(name) for name in together)
            change.error(together[-1], f"The combination of {titles} has already been taken.")


def _check_unique(change: Change, name: str, value: Any) -> None:
    found = change.splynx.table(change.resource.name).first(name, value)
    if found is not None and found is not change.row:
        change.error(name, f'{change.resource.fields[name].title} "{value}" has already been taken.')


def _check_foreign_key(change: Change, name: str, targets: tuple[str, ...]) -> None:
    value = change.values[name]
    wanted = value if isinstance(value, list) else [value]
    column = change.splynx.contract.facts["foreign_key_columns"].get(targets[0])
    for each in wanted:
        if each in (None, 0, "", "0"):
            continue
        if not any(_exists(change.splynx, target, each, column) for target in targets):
            change.error(name, f'is invalid: there is no {" or ".join(targets)} "{each}".')
            return
    module = change.splynx.contract.facts["label_modules"].get(name)
    if module is not None:
        labels = change.splynx.table("config/labels")
        for each in wanted:
            row = labels.get(each)
            if row is not None and row["module"] != module:
                change.error(name, f'is invalid: label "{each}" belongs to {row["module"]}.')


def _exists(splynx: Splynx, target: str, value: Any, column: str | None) -> bool:
    table = splynx.table(target)
    return table.first(column, value) is not None if column else table.get(value) is not None


def _clean_additional(change: Change, module: str) -> None:
    sent = change.body.get(_ADDITIONAL)
    fields = change.splynx.additional_fields(module)
    creating = change.action == "create"
    if sent is not None and not isinstance(sent, dict):
        if sent not in ([], ""):
            change.error(_ADDITIONAL, "Additional attributes must be an object.")
        sent = None
    current = _additional_before(change, module)
    for name, value in (sent or {}).items():
        if name in fields:
            _clean_one_additional(change, module, fields[name], value, current)
        elif change.splynx.settings.unknown_fields != "ignore":
            change.errors.append((name, f"{label_of(name)} is not an additional field of {module}."))
    if creating or sent:
        missing = [f for n, f in fields.items() if f["is_required"] and current.get(n) in (None, "")]
        change.errors += [(field["name"], f"{field['title']} cannot be blank.") for field in missing]
        change.values[_ADDITIONAL] = current or []


def _additional_before(change: Change, module: str) -> Values:
    found = change.splynx.blank_additional(module) if change.row is None else change.row.values.get(_ADDITIONAL)
    return dict(found or {})


def _clean_one_additional(change: Change, module: str, field: Row, value: Any, current: Values) -> None:
    name = field["name"]
    try:
        cleaned = clean_additional_value(field, value)
    except InvalidValueError as error:
        change.errors.append((name, f"{field['title']} {error}"))
        return
    if field["is_unique"] and cleaned not in (None, "", current.get(name)):
        _check_unique_additional(change, module, field, cleaned)
    current[name] = cleaned


def _check_unique_additional(change: Change, module: str, field: Row, value: Any) -> None:
    for name in change.splynx.contract.module_resource.get(module, ()):
        found = change.splynx.table(name).where(field["name"], value, additional=True)
        if any(row is not change.row for row in found):
            change.errors.append((field["name"], f'{field["title"]} "{value}" has already been taken.'))
            return


def clean_additional_value(field: Row, value: Any) -> Any:
    """The stored form of the value of an additional field, by its type; raises InvalidValueError."""
    if value is None:
        return None
    kind = field["type"]
    if kind in _AF_KINDS:
        cleaned = _AF_PLAIN[_AF_KINDS[kind]].clean(value)
        if kind in {"decimal", "numeric"} and isinstance(cleaned, str):
            return text_of_money(Decimal(cleaned), int(field["decimals"] or 2))
        return cleaned
    if kind in {"relation_multiple", "select_multiple"}:
        parts = value if isinstance(value, list) else str(value).split(",")
        texts = [str(part).strip() for part in parts if str(part).strip()]
        if kind == "select_multiple":
            _check_choice(field, texts)
        return ",".join(texts)
    text: str = _AF_PLAIN["string"].clean(value)
    if kind == "select" and text:
        _check_choice(field, [text])
    _check_length(field, text)
    return text


def _check_length(field: Row, text: str) -> None:
    least, most = (int(field[name] or 0) for name in ("min_length", "max_length"))
    if text and len(text) < least:
        raise InvalidValueError(f"should contain at least {least} characters.")
    if len(text) > (most or 65535):
        raise InvalidValueError(f"should contain at most {most or 65535} characters.")


def _check_choice(field: Row, texts: list[str]) -> None:
    choices = {part.strip() for part in re.split(r"[,\n]", str(field["select_values"] or "")) if part.strip()}
    if not set(texts) <= choices:
        raise InvalidValueError("is invalid.")


__all__ = ["ADDITIONAL_FIELDS", "check_keys", "clean_additional_value", "clean_body"]
