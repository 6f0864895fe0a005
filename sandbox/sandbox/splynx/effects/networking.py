"""What networks set off: address ids are reserved, addresses go with their network."""

from __future__ import annotations

from sandbox.splynx import addresses
from sandbox.splynx.registry import Change, effect


@effect("networking/ipv4")
def ids_are_reserved(change: Change) -> None:
    """A network's address rows exist from the start (made lazily)."""
    addresses.reserve_ids(change.splynx, change.made)


@effect("networking/ipv4", "networking/ipv6", on=("delete",))
def addresses_go_along(change: Change) -> None:
    """Stored address rows of a deleted network go."""
    version = change.resource.name[-4:]
    table = change.splynx.table(f"networking/{version}-ip")
    for row in table.where(f"{version}_networks_id", change.made.id):
        table.delete(row)
