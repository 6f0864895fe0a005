"""Which operations of a plan belong to one customer: its own, those of its services, of what hangs on these, and so on.

In: ledger, run, source key of the customer. Out: ids of operations. References are followed downwards (to what hangs on
the customer), never from one customer to another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from target_splynx.ledger.entries import Operation
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.undoings import held_records
from target_splynx.planning.diff import is_provisional, merged, references
from target_splynx.planning.relations import Identity, identity, owner, parents

CUSTOMERS = "customers"
_BATCH = 1000


def belonging(ledger: Ledger, run: int, account: str) -> set[int]:
    """Ids of the operations of `run` whose source belongs to the customer with this source key."""
    own: dict[int, Identity] = {}
    hangs: dict[Identity, set[Identity]] = defaultdict(set)
    found: set[int] = set()
    roots: set[Identity] = {
        identity(CUSTOMERS, record.splynx_id, record.path)
        for record in held_records(ledger, CUSTOMERS)
        if record.source_key == account
    }
    for operation, payload in _whole(ledger, run):
        node = _node(operation)
        if operation.source_key == account and owner((operation.resource, ""))[0] == CUSTOMERS:
            found.add(operation.id)
            if node is not None and operation.resource == CUSTOMERS:
                roots.add(node)
        ups = {owner(up) for up in parents(operation.resource, payload, operation.path)}
        # A planned record's number is unique in the run, whatever its resource.
        ups |= {("", str(number)) for number in references({"payload": payload, "path": operation.path})}
        if node is None:
            node = ("operation", str(operation.id))
        own[operation.id] = owner(node)
        for up in ups:
            hangs[up].add(owner(node))
    members = _closure({owner(root) for root in roots}, hangs)
    return found | {number for number, node in own.items() if node in members}


def _closure(roots: set[Identity], hangs: dict[Identity, set[Identity]]) -> set[Identity]:
    members, todo = set(roots), list(roots)
    while todo:
        node = todo.pop()
        below = hangs.get(node, set()) | (hangs.get(("", node[1]), set()) if _planned(node) else set())
        for child in below:
            if child not in members and child[0] != CUSTOMERS:
                members.add(child)
                todo.append(child)
    return members


def _whole(ledger: Ledger, run: int) -> Iterator[tuple[Operation, dict[str, object]]]:
    """Each operation with its payload; that of a change on top of what the ledger holds."""
    batch: list[Operation] = []

    def complete() -> Iterator[tuple[Operation, dict[str, object]]]:
        keys: dict[str, list[str]] = defaultdict(list)
        for operation in batch:
            if operation.action != "create":
                keys[operation.model].append(operation.source_key)
        records = {model: ledger.records(model, found) for model, found in keys.items()}
        for operation in batch:
            record = records.get(operation.model, {}).get(operation.source_key)
            yield operation, merged(record.payload, operation.payload) if record else dict(operation.payload)

    for operation in ledger.operations(run):
        batch.append(operation)
        if len(batch) == _BATCH:
            yield from complete()
            batch = []
    yield from complete()


def _node(operation: Operation) -> Identity | None:
    number = operation.provisional_id if operation.provisional_id is not None else operation.splynx_id
    return None if number is None else identity(operation.resource, number, operation.path)


def _planned(node: Identity) -> bool:
    return node[1].lstrip("-").isdigit() and is_provisional(int(node[1]))
