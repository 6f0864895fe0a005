"""Which relations of a row type can be read only through the row itself.

In: `ApiSchema` and a type. Out: `Relation`s. A one-to-many relation is told by the foreign key of the other
side and needs nothing. A many-to-many relation (groups of an account, users of a job) has no key on either
side, and no root of its own: its ids have to be read with the row. So has a to-one relation without a key
column (debit of a transaction).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tap_sonar.introspection import ApiSchema, Field, ObjectType

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class Relation:
    """`property_name` of a record holds the id(s) of the rows of type `target` found under `field`.

    archived: rows of the target can be archived, and then have to be asked for.
    """

    property_name: str
    field: str
    target: str
    many: bool
    archived: bool = False


def snake_case(type_name: str) -> str:
    """`AccountGroup` → `account_group`."""
    return _CAMEL.sub("_", type_name).lower()


def singular(plural: str) -> str:
    """`account_groups` → `account_group`, `categories` → `category`, `taxes` → `tax`."""
    if plural.endswith("ies"):
        return plural[:-3] + "y"
    if plural.endswith(("ses", "xes", "ches")):
        return plural[:-2]
    return plural.removesuffix("s")


def relations_of(schema: ApiSchema, owner: ObjectType) -> list[Relation]:
    """The relations of `owner` whose ids no other column tells, in the order of the schema."""
    found: list[Relation] = []
    for field in owner.fields.values():
        if field.type.is_leaf:
            continue
        target_name = schema.entity_of(field.type)
        many = target_name is not None
        target = schema.types.get(target_name or field.type.name)
        if target is None or target.kind != "OBJECT" or "id" not in target.fields or field.type.is_list:
            continue
        if _refers_to(schema, target, owner):
            continue
        if many and not _has_many(schema, target, owner):
            continue
        if not many and f"{field.name}_id" in owner.fields:
            continue
        name = f"{singular(field.name)}_ids" if many else f"{field.name}_id"
        if name not in owner.fields:
            found.append(Relation(name, field.name, target.name, many, _archivable(schema, target)))
    return found


def _archivable(schema: ApiSchema, target: ObjectType) -> bool:
    """Whether `target` takes include_archived: its root tells (nested arguments are those of the root)."""
    return any(
        schema.entity_of(root.type) == target.name and "include_archived" in root.arguments
        for root in schema.roots.values()
    )


def _refers_to(schema: ApiSchema, target: ObjectType, owner: ObjectType) -> bool:
    """Whether a row of `target` names its `owner`: by foreign key, to-one field or polymorphic pair."""
    key = target.fields.get(f"{snake_case(owner.name)}_id")
    # A text is no foreign key: `Payment.transaction_id` is the number that a card processor gave.
    if key is not None and key.type.name not in {"String", "Text"}:
        return True
    for field in target.fields.values():
        if field.type.is_leaf or field.type.is_list:
            continue
        if field.type.name == owner.name:
            return True
        other = schema.types.get(field.type.name)
        if other is not None and other.kind in {"INTERFACE", "UNION"} and owner.name in other.possible_types:
            return True
    return False


def _has_many(schema: ApiSchema, target: ObjectType, owner: ObjectType) -> bool:
    return any(schema.entity_of(field.type) == owner.name for field in target.fields.values())


def owner_of(schema: ApiSchema, root: Field) -> tuple[str | None, str | None]:
    """Argument and root of the owner of a root's rows, `account_id` and `accounts`, where owners can be read by key."""
    for name in root.arguments:
        if not name.endswith("_id"):
            continue
        for other in sorted(schema.roots.values(), key=lambda field_: field_.name):
            entity = schema.entity_of(other.type)
            if entity and snake_case(entity) == name[:-3] and {"search", "sorter", "paginator"} <= set(other.arguments):
                return name, other.name
    return None, None
