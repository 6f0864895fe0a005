"""Operations that are more than the life of a record; importing the package registers them."""

from sandbox.splynx.actions import (
    authentication,
    config,
    customers,
    finance,
    networking,
    portal,
    scheduling,
    services,
    support,
)

__all__ = [
    "authentication",
    "config",
    "customers",
    "finance",
    "networking",
    "portal",
    "scheduling",
    "services",
    "support",
]
