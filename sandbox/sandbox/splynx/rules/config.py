"""Checks of configuration: additional fields, labels, modules, partners, locations, administrators.

Facts: research/splynx-api.md §7; research/mapping.md §1.
"""

from __future__ import annotations

import re

from sandbox.splynx.registry import Change, rule

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@rule("config/additional-fields", on=("create",))
def additional_field_is_sound(change: Change) -> None:
    """Known module, a name that can be a column, choices where the type needs them."""
    splynx, module = change.splynx, str(change.get("module"))
    own = splynx.table("config/modules").first("name", module)
    if module not in splynx.contract.additional_field_modules and own is None:
        change.errors.append(("module", f'Module "{module}" is invalid.'))
    name = change.values.get("name") or ""
    if name and not _NAME.match(name):
        change.error("name", "may hold small letters, digits and _ and begins with a letter.")  # GUESS: the rule
    if any(name in splynx.resource(each).fields for each in splynx.contract.module_resource.get(module, ())):
        change.error("name", f'"{name}" is a column of {module} already.')  # GUESS: the rule
    if change.get("type") in {"select", "select_multiple"} and not change.get("select_values"):
        change.error("select_values", "cannot be blank.")
    if change.get("type") in {"relation", "relation_multiple"} and not change.get("relation_module"):
        change.error("relation_module", "cannot be blank.")


@rule("config/additional-fields", on=("update",))
def additional_field_keeps_its_name(change: Change) -> None:
    """GUESS: name and type of an existing field do not change."""
    for name in ("name", "type"):
        if change.changes(name):
            change.error(name, "cannot be changed.")


@rule("config/module")
def module_exists(change: Change) -> None:
    """Records of a module need the module."""
    name = change.get("name")
    if change.splynx.table("config/modules").first("name", name) is None:
        change.errors.append(("name", f'Module "{name}" is invalid.'))


@rule("administration/partners", "administration/locations", on=("delete",))
def in_use_is_kept(change: Change) -> None:
    """GUESS: the first one and those with customers cannot be deleted."""
    column = "partner_id" if change.resource.name.endswith("partners") else "location_id"
    customers = change.splynx.table("customers/customer")
    if change.made.id == 1 or customers.first(column, change.made.id) is not None:
        change.errors.append(("id", f"{change.made['name']} is in use and cannot be deleted!"))


@rule("administration/administrators")
def password_is_hidden(change: Change) -> None:
    """The password is kept, never shown."""
    password = change.values.get("password")
    if password:
        change.hidden["password"] = password
    if "password" in change.values:
        change.values["password"] = ""


@rule("finance/transaction-categories", "config/crm-pipeline", on=("delete",))
def base_records_stay(change: Change) -> None:
    """Records of the system (is_base) cannot be deleted. GUESS."""
    if change.made["is_base"] == "1":
        change.errors.append(("id", "A base record cannot be deleted!"))


@rule("finance/transaction-categories", on=("delete",))
def used_category_stays(change: Change) -> None:
    """GUESS: a category with transactions cannot be deleted."""
    if change.splynx.table("finance/transactions").first("category", change.made.id) is not None:
        change.errors.append(("id", "The category is in use and cannot be deleted!"))
