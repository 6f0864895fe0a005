"""Reading Splynx back: every managed field of every written record, compared with what was applied.

In: ledger, client, models in load order. Out: `Verification`: counts per resource and the differences. Lists where the
API has them, one GET per record where it does not (customer-info, customer-billing). Passwords are never compared:
Splynx does not show them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from target_splynx.changed_by import with_authors
from target_splynx.contract.resource import Resource, resources
from target_splynx.contract.values import holds
from target_splynx.ledger.entries import now
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.undoings import held_records, held_resources
from target_splynx.loading.masking import masked_value
from target_splynx.planning.relations import Identity, identity, references, went_with
from target_splynx.readback import Expected, expect, pairs, read, read_single, shown_count
from target_splynx.reference_ends import Ends
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, NotFound
from target_splynx.workspace import read_json, write_private

_KEPT = "verify/latest.json"

WRITE_ONLY = frozenset({("tickets", "message")})
"""The first message goes with the ticket, and is shown as a ticket message."""

SETTLED = frozenset({("invoices", "status", "not_paid", "paid")})
"""Changes that Splynx makes by itself when payments come: resource, field, applied, found."""


@dataclass(frozen=True)
class Difference:
    """A field whose value in Splynx is not the one that was applied; `found` is None when the record is gone.

    `changed`: when and by whom, where Splynx tells it; in the provider's time.
    """

    resource: str
    source_key: str
    splynx_id: str
    field: str
    applied: Any
    found: Any
    changed: str = ""


@dataclass
class Checked:
    """Counts of one resource."""

    records: int = 0
    fields: int = 0
    hidden: int = 0
    different: int = 0
    missing: int = 0
    references: int = 0


@dataclass
class Verification:
    """The whole comparison."""

    resources: dict[str, Checked] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether Splynx holds everything as it was applied."""
        return not self.differences and not self.unreadable

    def save(self, workspace: Path, *, run: int) -> None:
        """Keep it in the workspace, for the report. `run`: the one that wrote last."""
        write_private(
            workspace / _KEPT, json.dumps({"at": now(), "run": run, **asdict(self)}, ensure_ascii=False, default=str)
        )


def last_verification(workspace: Path) -> dict[str, Any] | None:
    """What the last `verify` found (as JSON values), with its time `at` and the `run` that had written last."""
    return read_json(workspace / _KEPT)


def verify(
    ledger: Ledger, client: Client, *, model_order: Iterable[str], workers: int = 4, sample: int | None = None
) -> Verification:
    """Compare everything that the ledger says with what Splynx shows, and follow every reference.

    `sample`: of each resource only so many records, evenly over all and the same each time, read one by one; of the
    others Splynx is asked for their number. References are not followed then.
    """
    result = Verification()
    dead = _deleted(ledger)
    expectations = _expectations(ledger, model_order, dead)
    gone: set[Identity] = set()
    for name, expected in expectations.items():
        resource = resources()[name]
        if resource.action:
            continue  # it did something once; there is nothing to read back
        checked = result.resources.setdefault(name, Checked())
        try:
            if sample is not None:
                _compare_numbers(client, resource, len(expected), result.differences)
            rows = read if sample is None else read_single
            for wanted, found in rows(client, resource, _evenly(expected, sample), workers):
                _compare(resource, wanted, found, checked, result.differences)
                if found is None:
                    gone.add(identity(name, wanted.splynx_id, wanted.path))
        except (NotAllowed, NotFound) as error:
            result.unreadable[name] = str(error)
    result.differences = with_authors(client, result.differences)
    if sample is None:
        _follow_references(Ends(client, _written(expectations) - gone | dead), expectations, gone, result)
    return result


def _evenly(expected: dict[str, Expected], number: int | None) -> dict[str, Expected]:
    if number is None or number >= len(expected):
        return expected
    keys = list(expected)
    return {key: expected[key] for key in (keys[index * len(keys) // number] for index in range(number))}


def _compare_numbers(client: Client, resource: Resource, written: int, differences: list[Difference]) -> None:
    """Splynx may have more than was written, never less."""
    shown = shown_count(client, resource)
    if shown is not None and shown < written:
        differences.append(Difference(resource.name, "", "", "number of records", written, shown))


def _written(expectations: dict[str, dict[str, Expected]]) -> set[Identity]:
    return {
        identity(name, each.splynx_id, each.path)
        for name, expected in expectations.items()
        for each in expected.values()
    }


def _follow_references(
    ends: Ends, expectations: dict[str, dict[str, Expected]], gone: set[Identity], result: Verification
) -> None:
    """Each reference leads to a record that was written and is there, that Splynx has of itself, or that the migration
    deleted on purpose. That a written one is the right one, its own comparison tells: its marker is one of its
    fields."""
    for name, expected in expectations.items():
        if resources()[name].action or name in result.unreadable:
            continue
        for each in expected.values():
            if identity(name, each.splynx_id, each.path) in gone:
                continue
            for field_name, number, targets in references(name, each.payload, each.path):
                result.resources[name].references += 1
                if not ends.there(targets, number):
                    result.differences.append(
                        Difference(name, each.source_key, each.splynx_id, field_name, number, f"no such {targets[0]}")
                    )


def _deleted(ledger: Ledger) -> set[Identity]:
    """What the migration itself deleted since."""
    return {
        identity(record.resource, record.splynx_id, record.path)
        for name in held_resources(ledger, ("deleted",))
        for record in held_records(ledger, name, ("deleted",))
    }


def _expectations(ledger: Ledger, model_order: Iterable[str], dead: set[Identity]) -> dict[str, dict[str, Expected]]:
    """What each record should hold, by resource and address; without what was deleted since, and what went with it."""
    found: dict[str, dict[str, Expected]] = {}
    for model in model_order:
        for record in ledger.all_records(model):
            own = identity(record.resource, record.splynx_id, record.path)
            if own not in dead and not went_with(record.resource, record.splynx_id, record.payload, record.path, dead):
                expect(found, record)
    return found


def _compare(
    resource: Resource, wanted: Expected, found: dict[str, Any] | None, checked: Checked, differences: list[Difference]
) -> None:
    checked.records += 1
    if found is None:
        checked.missing += 1
        differences.append(Difference(resource.name, wanted.source_key, wanted.splynx_id, "", "there", None))
        return
    for name, applied, held, shown in pairs(wanted.payload, found):
        if not shown or (resource.name, name) in WRITE_ONLY:
            checked.hidden += 1
            continue
        checked.fields += 1
        if (resource.name, name, str(applied), str(held)) in SETTLED:
            continue
        if not holds(held, applied):
            checked.different += 1
            told = masked_value(name, applied), masked_value(name, held)
            differences.append(Difference(resource.name, wanted.source_key, wanted.splynx_id, name, *told))
