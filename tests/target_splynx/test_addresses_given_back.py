"""An address that the source takes back is free in Splynx again, and free before somebody else takes it in the same run."""

from __future__ import annotations

from typing import Any

import pytest

from commands import answer
from splynx_runs import MODELS, Migration, Provider, add_model

NETS = """
-- resource: ipv4_networks
-- natural_key: [network, mask]
SELECT 'net' AS source_key, '10.0.0.0' AS network, 24 AS mask, 'Net' AS title, 1 AS location_id, 1 AS network_category,
    'endnet' AS network_type, 'static' AS type_of_usage
FROM sonar.plans WHERE id = 1"""
HELD = """
-- resource: ipv4_ip
-- mode: patch
-- after: [services/lines]
-- on_delete: end
-- end: {is_used: 0, title: "", comment: "", customer_id: 0}
SELECT p.id::VARCHAR AS source_key, '10.0.0.' || (10 + p.id) AS id, n.id AS network, p.name AS title, 1 AS is_used, c.id AS customer_id
FROM sonar.people p JOIN splynx.ipv4_networks n ON n.source_key = 'net' LEFT JOIN splynx.customers c ON c.source_key = p.id::VARCHAR
WHERE p.contact IS DISTINCT FROM 'gives back'"""
LINES = (
    MODELS["services/lines"]
    .format(on_delete="ignore")
    .replace("0 AS taking_ipv4,", "CASE WHEN p.city = 'takes' THEN 1 ELSE 0 END AS taking_ipv4, CASE WHEN p.city = 'takes' THEN '10.0.0.13' END AS ipv4,")
    + " LEFT JOIN sonar.people p ON p.id = l.person"
)


@pytest.fixture
def addressed(migration: Migration, provider: Provider) -> Migration:
    for name, sql in (("network/nets", NETS), ("services/held", HELD), ("services/lines", LINES)):
        add_model(migration.models, name, sql)
    migration.run(provider)
    assert used(migration) == {f"10.0.0.{10 + number}": f"Person {number}" for number in range(1, 6)}
    return migration


def used(migration: Migration) -> dict[str, Any]:
    """Address → who has it: the title, or the service."""
    return {row["ip"]: row["title"] or row["module"] for row in migration.splynx.rows("networking/ipv4-ip") if str(row["is_used"]) == "1"}


def test_it_is_free_again(addressed: Migration, provider: Provider) -> None:
    provider.people[2]["contact"] = "gives back"
    addressed.splynx.reset_stats()
    addressed.run(provider)
    assert "10.0.0.13" not in used(addressed) and len(used(addressed)) == 4
    assert addressed.splynx.writes() == {"PUT /admin/networking/ipv4-ip/{network}--{ip}": 1, "PUT /admin/customers/customer-info/{id}": 1}
    (row,) = [row for row in addressed.splynx.rows("networking/ipv4-ip") if row["ip"] == "10.0.0.13"]
    assert (row["title"], row["customer_id"]) == ("", 0)
    addressed.splynx.reset_stats()
    addressed.run(provider)
    assert addressed.splynx.writes() == {}, "once"
    assert answer(addressed, "verify")["differences"] == []
    provider.people[2]["contact"] = None
    addressed.run(provider)
    assert used(addressed)["10.0.0.13"] == "Person 3", "given out again"


def test_a_service_takes_it_in_the_same_run(addressed: Migration, provider: Provider) -> None:
    provider.people[2]["contact"] = "gives back"
    provider.people[3]["city"] = "takes"
    addressed.run(provider)
    assert addressed.rejects() == []
    assert used(addressed)["10.0.0.13"] == "services_internet"


def test_an_address_that_was_in_use_is_asked_for_again(addressed: Migration, provider: Provider) -> None:
    provider.people[3]["city"] = "takes"
    addressed.run(provider)
    assert [(row.reason, row.field) for row in addressed.rejects()] == [("refused", "ipv4")]
    provider.people[2]["contact"] = "gives back"
    addressed.run(provider)
    assert addressed.rejects() == []
    assert used(addressed)["10.0.0.13"] == "services_internet"
