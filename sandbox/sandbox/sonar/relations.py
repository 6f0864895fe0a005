"""How the rows of one type hang together with those of another, worked out from the contract.

In: a type and one of its object, interface or connection fields. Out: a :class:`Relation`, which says over
which columns (or over the ``_relation`` table) the other rows are found. Resolvers and
``reverse_relation_filters`` both read it.

Sonar's own storage is not public. The rules here are those of research/sonar-api.md "Polymorphic fields" and
of the foreign keys that the contract shows: ``<field>_id``, ``<owner>_id``, a pair ``x_id`` + ``x_type``;
what has none of them is many-to-many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sandbox.sonar.contract import Contract, Field, load_contract

RelationKind = Literal["key", "pair", "back_key", "back_pair", "many_to_many"]

# GUESS: fields that the naming rules cannot decide; (owner, field) -> column of the owner (to one) or of the
# target (to many).
_COLUMNS = {
    ("Address", "towercoverage_submission"): "serviceable_address_id",
    ("BillingDefault", "billing_default"): "anchor_default_id",
    ("BillingSetting", "printed_invoice_service"): "printed_invoice_fee_service_id",
    ("CalixCloudSetting", "custom_field"): "subscriber_field1_id",
    ("IpAssignment", "parent_subnet"): "subnet_id",
    ("ServiceMetadataValue", "service_metadatum"): "service_metadata_id",
    ("InventoryItem", "child_inventory_items"): "parent_inventory_item_id",
    ("InventoryItem", "segments"): "segment_parent_id",
}

# GUESS: the other side of a many-to-many field of the contract, although the types have a key between them as
# well.
_MANY_TO_MANY = {
    ("User", "jobs"),  # Job.users
    ("NetworkSite", "linked_tickets"),  # Ticket.network_sites
    ("Email", "produced_tickets"),  # Ticket.originating_emails
    ("Ticket", "originating_emails"),
}

_BOUNDARY = re.compile(r"(?<=[a-z0-9])([A-Z])")


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation field.

    ==========================  ==================================================================
    ``key``                     owner.``column`` holds the target's id
    ``pair``                    owner.``column`` and owner.``type_column`` hold id and type of the target
    ``back_key``                target.``column`` holds the owner's id
    ``back_pair``               target.``column`` and target.``type_column`` hold id and type of the owner
    ``many_to_many``            rows of ``_relation`` with the owner's type, id and this field's name
    ==========================  ==================================================================
    """

    owner: str
    field: str
    target: str
    kind: RelationKind
    to_many: bool
    column: str = ""
    type_column: str = ""


def snake_case(name: str) -> str:
    """``AccountService`` -> ``account_service``."""
    return _BOUNDARY.sub(r"_\1", name).lower()


@cache
def find_relation(owner: str, field_name: str) -> Relation | None:
    """The relation behind ``owner.field_name``; None when the field is a leaf, unknown, or leads to no stored rows."""
    contract = load_contract()
    fields = contract.composite(owner).fields
    field = fields.get(field_name)
    if field is None or field.type.is_list or contract.is_leaf(field.type.name):
        return None
    if owner == "Transaction":
        # Computed rows (see transactions.py): they carry the ids of their parts as columns of their own.
        return Relation(owner, field_name, field.type.name, "key", False, f"{field_name}_id")
    if owner not in contract.stored_types:
        return None
    entity = contract.entity_of(field.type.name)
    if entity is not None:
        return _to_many(contract, owner, field, entity)
    if field.type.name in contract.interfaces or field.type.name in contract.stored_types:
        return _to_one(contract, owner, field)
    return None


def _to_one(contract: Contract, owner: str, field: Field) -> Relation | None:
    name, target = field.name, field.type.name
    own = contract.leaf_fields(owner)
    if target in contract.interfaces:
        if f"{name}_id" in own and f"{name}_type" in own:
            return Relation(owner, name, target, "pair", False, f"{name}_id", f"{name}_type")
        return None
    column = _COLUMNS.get((owner, name), f"{name}_id")
    if column in own:
        return Relation(owner, name, target, "key", False, column)
    theirs = contract.leaf_fields(target)
    back = _COLUMNS.get((owner, name), f"{snake_case(owner)}_id")
    if back in theirs:
        return Relation(owner, name, target, "back_key", False, back)
    return Relation(owner, name, target, "many_to_many", False)


def _to_many(contract: Contract, owner: str, field: Field, target: str) -> Relation | None:
    if target in contract.interfaces:
        return None
    name = field.name
    if (owner, name) in _MANY_TO_MANY:
        return Relation(owner, name, target, "many_to_many", True)
    if column := _COLUMNS.get((owner, name)):
        return Relation(owner, name, target, "back_key", True, column)
    pairs = _pairs_that_hold(contract, target, owner)
    if pairs:
        pair = min(pairs, key=lambda stem: not _names_alike(stem, name))
        return Relation(owner, name, target, "back_pair", True, f"{pair}_id", f"{pair}_type")
    keys = _keys_that_hold(contract, target, owner)
    if keys:
        return Relation(owner, name, target, "back_key", True, f"{keys[0]}_id")
    return Relation(owner, name, target, "many_to_many", True)


def _pairs_that_hold(contract: Contract, target: str, owner: str) -> list[str]:
    """Stems ``x`` of the pairs ``x_id`` + ``x_type`` of ``target`` that may point at ``owner``.

    A type column of plain text (logs) only counts when the interface of ``x`` is implemented by the owner.
    """
    fields = contract.composite(target).fields
    found = []
    for name in fields:
        stem = name.removesuffix("_id")
        if stem == name or f"{stem}_type" not in fields:
            continue
        interface = fields[stem].type.name if stem in fields else ""
        values = contract.enums.get(fields[f"{stem}_type"].type.name, ())
        if owner in values or owner in contract.implementers.get(interface, ()):
            found.append(stem)
    return found


def _keys_that_hold(contract: Contract, target: str, owner: str) -> list[str]:
    """Stems ``c`` of the columns ``c_id`` of ``target`` that point at ``owner``; the one named as the owner first."""
    fields = contract.composite(target).fields
    plain = snake_case(owner)
    found = [
        name for name, field in fields.items() if field.type.name == owner and f"{name}_id" in fields and name != plain
    ]
    return [plain, *found] if f"{plain}_id" in fields else found


def _names_alike(stem: str, field_name: str) -> bool:
    """``ipassignmenthistoryable`` and ``ip_assignment_histories`` are; ``ipassignmentable`` is not."""
    plain = field_name.replace("_", "")
    return stem.removesuffix("able") in {plain.removesuffix("s"), plain.removesuffix("ies") + "y"}
