"""Services followed field by field, with the dirt that they come with (research/mapping.md §5, research/cutover.md §4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

INTERNET, VOICE, RECURRING = (f"services/services_{kind}" for kind in ("internet", "voice", "recurring"))
ALL = (INTERNET, VOICE, RECURRING)


def test_an_internet_service(bench: Any, provider: Any) -> None:
    account = provider.account()
    bench.add("packages", id=1, name="Double Play")
    line = provider.has(account, price_override=4995, price_override_reason="Loyalty", quantity=2, name_override="Barn link", package_id=1)
    bench.add("radius_accounts", account_id=account, account_service_id=line, username="rr0001", password="s3cret")
    bench.add("supernets", id=1, subnet="198.18.0.0/15")
    bench.add("subnets", id=1, subnet="198.18.0.0/24", type="ACCOUNT", supernet_id=1)
    bench.add("subnets", id=2, subnet="2001:db8::/40", type="ACCOUNT", supernet_id=1)
    for block, subnet in (("198.18.0.9/32", 1), ("198.18.0.10", 1), ("198.18.0.16/29", 1), ("2001:db8:0:1::/64", 2)):
        bench.add("ip_assignments", ipassignmentable_type="Account", ipassignmentable_id=account, subnet=block, subnet_id=subnet, soft=False)
    bench.add("uninventoried_mac_addresses", account_id=account, mac_address="00-1A-2B-3C-4D-5E")
    bench.add("service_metadata", id=1, name="Circuit ID", service_id=1)
    bench.add("service_metadata_values", account_service_id=line, service_metadata_id=1, value="CKT 7")
    bench.set(router_map={"1": "33"})
    bench.run(*ALL)
    row = bench.row(INTERNET, line)
    assert row.fine, row.values["_reject"]
    assert row.customer_id == bench.made("customers", account)
    assert row.tariff_id == bench.made("tariffs_internet", 1)
    assert (row.status, row.description, row.quantity, row.unit_price) == ("active", "Barn link", 2, Decimal("49.9500"))
    assert (row.start_date, row.end_date, row.period) == ("2026-12-01", "0000-00-00", "-1")
    assert (row.discount, row.discount_type, row.discount_value) == ("0", None, None)
    assert (row.login, row.password) == ("rr0001", "s3cret")
    assert (row.taking_ipv4, row.ipv4, row.ipv4_pool_id) == (1, "198.18.0.9", None)
    assert row.ipv4_route == "198.18.0.10/32,198.18.0.16/29"
    assert (row.taking_ipv6, row.ipv6, row.ipv6_delegated) == (1, None, "2001:db8:0:1::/64")
    assert (row.mac, row.router_id) == ("00:1a:2b:3c:4d:5e", 33)
    assert row.additional_attributes == {
        "sonar_account_service_id": str(line), "sonar_start_date": "2025-03-01", "sonar_price_reason": "Loyalty",
        "sonar_package": "Double Play", "meta_circuit_id": "CKT 7",
    }  # fmt: skip


def test_login_and_addresses_without_radius(bench: Any, provider: Any) -> None:
    account = provider.account()
    line = provider.has(account)
    bench.add("subnets", id=1, subnet="100.64.0.0/16", type="ACCOUNT", supernet_id=1)
    bench.add("ip_pools", subnet_id=1, ip_range="100.64.0.10-100.64.0.99")
    bench.add("ip_assignments", ipassignmentable_type="Account", ipassignmentable_id=account, subnet="100.64.0.9/32", subnet_id=1, soft=True)
    bench.set(pools="whole")
    bench.run(*ALL)
    row = bench.row(INTERNET, line)
    assert (row.login, row.password) == (f"s{line}", None)
    assert (row.taking_ipv4, row.ipv4, row.ipv4_pool_id) == (2, None, bench.made("ipv4_networks", "subnet:1"))


def test_radius_account_of_an_account_belongs_to_its_only_internet_service(bench: Any, provider: Any) -> None:
    one, two = provider.account(), provider.account()
    rental = provider.service("Rental", "RECURRING", 500)
    line = provider.has(one)
    provider.has(one, rental)
    first, second = provider.has(two), provider.has(two)
    bench.add("radius_accounts", account_id=one, username="only")
    bench.add("radius_accounts", account_id=two, username="unclear")
    bench.run(*ALL)
    assert bench.row(INTERNET, line).login == "only"
    assert {bench.row(INTERNET, key).login for key in (first, second)} == {f"s{first}", f"s{second}"}


@pytest.mark.parametrize(
    ("owner", "rows"),
    [
        ("RadiusAccount", [("radius_accounts", {"id": 9, "username": "x"})]),
        ("UninventoriedMacAddress", [("uninventoried_mac_addresses", {"id": 9, "mac_address": "001a2b3c4d5e"})]),
        ("InventoryItem", [("inventory_items", {"id": 9, "inventoryitemable_type": "Address", "inventoryitemable_id": 1})]),
        ("InventoryModelFieldData", [
            ("inventory_items", {"id": 8, "inventoryitemable_type": "Address", "inventoryitemable_id": 1}),
            ("inventory_model_field_data", {"id": 9, "inventory_item_id": 8, "value": "001a2b3c4d5e", "inventory_model_field_id": 1}),
        ]),
    ],
)  # fmt: skip
def test_addresses_through_their_owners(bench: Any, provider: Any, owner: str, rows: list[tuple[str, dict[str, Any]]]) -> None:
    account = provider.account()
    line = provider.has(account)
    bench.add("addresses", id=1, addressable_type="Account", addressable_id=account, type="PHYSICAL")
    bench.add("inventory_model_fields", id=1, type="MAC_ADDRESS", name="MAC")
    for stream, values in rows:
        extra = {"account_id": account} if stream in {"radius_accounts", "uninventoried_mac_addresses"} else {}
        bench.add(stream, **values | extra)
    bench.add("subnets", id=1, subnet="198.18.0.0/24", type="ACCOUNT", supernet_id=1)
    bench.add("ip_assignments", ipassignmentable_type=owner, ipassignmentable_id=9, subnet="198.18.0.9/32", subnet_id=1, soft=False)
    bench.run(*ALL)
    row = bench.row(INTERNET, line)
    assert (row.taking_ipv4, row.ipv4) == (1, "198.18.0.9")
    assert row.mac == ("00:1a:2b:3c:4d:5e" if "Mac" in owner or "Data" in owner else None)


def test_what_two_services_cannot_share(bench: Any, provider: Any) -> None:
    lines = []
    for _ in range(2):
        account = provider.account()
        lines.append(provider.has(account))
        bench.add("ip_assignments", ipassignmentable_type="Account", ipassignmentable_id=account, subnet="198.18.0.9/32", subnet_id=1, soft=False)
    bench.add("subnets", id=1, subnet="198.18.0.0/24", type="ACCOUNT", supernet_id=1)
    for stream, values in (("radius_accounts", {"username": "same"}), ("uninventoried_mac_addresses", {"mac_address": "001a2b3c4d5e"})):
        accounts = [provider.account(), provider.account()]
        for account in accounts:
            lines.append(provider.has(account))
            bench.add(stream, account_id=account, **values)
    bench.run(*ALL)
    assert [bench.row(INTERNET, line).reject_code for line in lines] == [
        None, "ip_duplicate", None, "radius_login_duplicate", None, "mac_duplicate",
    ]  # fmt: skip


def test_the_first_service_that_is_written_keeps_login_and_addresses(bench: Any, provider: Any) -> None:
    old = provider.account(account_status_id=2)
    stuck = provider.account(next_bill_date=None)
    new = provider.account()
    lines = [provider.has(account) for account in (old, stuck, new)]
    bench.add("subnets", id=1, subnet="198.18.0.0/24", type="ACCOUNT", supernet_id=1)
    for account in (old, stuck, new):
        bench.add("radius_accounts", account_id=account, username="same")
        bench.add("uninventoried_mac_addresses", account_id=account, mac_address="001a2b3c4d5e")
        bench.add("ip_assignments", ipassignmentable_type="Account", ipassignmentable_id=account, subnet="198.18.0.9/32", subnet_id=1, soft=False)
    bench.run(*ALL)
    assert bench.row(INTERNET, lines[0]).values["_skip"] == "account is not active"
    assert bench.row(INTERNET, lines[1]).reject_code == "next_bill_date_missing"
    row = bench.row(INTERNET, lines[2])
    assert row.fine
    assert (row.login, row.mac, row.ipv4) == ("same", "00:1a:2b:3c:4d:5e", "198.18.0.9")


@pytest.mark.parametrize(("setting", "code", "taking"), [("reject", "ip_outside_network", 0), ("without_address", None, 0)])
def test_address_outside_its_subnet(bench: Any, provider: Any, setting: str, code: str | None, taking: int) -> None:
    account = provider.account()
    line = provider.has(account)
    bench.add("subnets", id=1, subnet="198.18.0.0/24", type="ACCOUNT", supernet_id=1)
    bench.add("ip_assignments", ipassignmentable_type="Account", ipassignmentable_id=account, subnet="203.0.113.9/32", subnet_id=1, soft=False)
    bench.set(ip_problem=setting)
    bench.run(*ALL)
    row = bench.row(INTERNET, line)
    assert row.reject_code == code
    assert (row.taking_ipv4, row.ipv4) == (taking, None)


@pytest.mark.parametrize(
    ("account", "line", "billing", "expected"),
    [
        ({}, {}, {}, "2026-12-01"),
        ({}, {"next_bill_date": "2027-02-01"}, {}, "2027-02-01"),
        ({}, {}, {"bill_day": 1, "invoice_day": 10}, "bill_day_differs"),
        ({}, {}, {"bill_day": None, "invoice_day": None}, "bill_day_missing"),
        ({}, {}, {"bill_day": None}, "bill_day_missing"),
        ({}, {}, {"invoice_day": None}, "2026-12-01"),
        ({}, {}, {"exists": False}, "billing_parameters_missing"),
        ({"next_bill_date": None}, {}, {}, "next_bill_date_missing"),
        ({"next_bill_date": "2026-11-14"}, {}, {}, "next_bill_date_past"),
        ({"next_bill_date": "2026-11-15"}, {}, {}, "2026-11-15"),
        ({"next_bill_date": "2027-12-16"}, {}, {}, "next_bill_date_far"),
        ({}, {}, {"months_to_bill": 0}, "2026-11-01"),
        ({}, {"created_at": "2026-11-10T18:00:00+00:00"}, {"months_to_bill": 0}, "2026-11-01"),
        ({}, {"quantity": 0}, {}, "quantity_invalid"),
        ({"account_status_id": 99}, {}, {}, "account_status_missing"),
        ({}, {"service_id": 77}, {}, "service_missing"),
        ({}, {"account_id": 77}, {}, "account_missing"),
    ],
)
def test_first_unbilled_day(bench: Any, provider: Any, account: dict[str, Any], line: dict[str, Any], billing: dict[str, Any], expected: str) -> None:
    number = provider.account(**account, billing=dict(billing))
    key = provider.has(number) if not line.keys() & {"service_id", "account_id"} else None
    if key is None:
        key = bench.add("account_services", **{"account_id": number, "service_id": 1, "quantity": 1} | line)
    else:
        for name, value in line.items():
            bench.connection.execute(f"UPDATE sonar.account_services SET {name} = ? WHERE id = ?", [value, key]).fetchall()
    bench.run(*ALL)
    model, source_key = (RECURRING, f"service:{key}") if "service_id" in line else (INTERNET, key)
    row = bench.row(model, source_key)
    assert (row.reject_code or row.start_date) == expected


def test_bill_days_that_differ_can_be_accepted(bench: Any, provider: Any) -> None:
    line = provider.has(provider.account(next_bill_date="2026-11-25", billing={"bill_day": 25, "invoice_day": 10}))
    bench.set(bill_day_differs="accept")
    bench.run(*ALL)
    assert bench.row(INTERNET, line).start_date == "2026-12-10", "billed before the period begins"


def test_cut_over_date_decides_what_is_past(bench: Any, provider: Any) -> None:
    line = provider.has(provider.account(next_bill_date="2026-12-01"))
    bench.set(cutover_date="2026-12-02")
    bench.run(*ALL)
    assert bench.row(INTERNET, line).reject_code == "next_bill_date_past"


def test_price_missing_and_given(bench: Any, provider: Any) -> None:
    priceless = provider.service("Dedicated", "DATA", None)
    none = provider.has(provider.account(), priceless)
    own = provider.has(provider.account(), priceless, price_override=0)
    bench.run(*ALL)
    assert bench.row(INTERNET, none).reject_code == "price_missing"
    assert bench.row(INTERNET, own).fine and bench.row(INTERNET, own).unit_price == 0
    bench.parts_made.clear()
    for part in bench.parts:
        bench.connection.execute(f"DROP TABLE IF EXISTS shared.{part.name}").fetchall()
    bench.set(service_price_map={str(priceless): "35000"})
    bench.run(*ALL)
    assert bench.row(INTERNET, none).unit_price == Decimal("350.0000")


def test_several_months_and_expiring(bench: Any, provider: Any) -> None:
    yearly = provider.service("Cabin", "DATA", 59_900, frequency=12)
    instalments = provider.service("Instalments", "EXPIRING", 2500, times_to_run=6)
    account = provider.account()
    long = provider.has(account, yearly, next_bill_date="2027-05-01")
    left = provider.has(account, instalments, number_of_times_billed=4)
    finished = provider.has(account, instalments, number_of_times_billed=6)
    bench.run(*ALL)
    row = bench.row(INTERNET, long)
    assert (row.period, row.unit_price, row.start_date) == ("12", Decimal("49.9167"), "2027-05-01")
    row = bench.row(RECURRING, f"service:{left}")
    assert (row.start_date, row.end_date) == ("2026-12-01", "2027-01-31")
    assert bench.row(RECURRING, f"service:{finished}").values["_skip"] == "expired, no cycles left"


def test_planned_removal_ends_the_service(bench: Any, provider: Any) -> None:
    account = provider.account()
    line, other = provider.has(account), provider.has(account)
    event = {"event": "REMOVE_SERVICE", "account_id": account, "datetime": "2027-03-01T05:30:00+00:00"}
    bench.add("scheduled_events", **event, complete=False, primary_event_object_id=str(line))
    bench.add("scheduled_events", **event, complete=True, primary_event_object_id=str(other))
    bench.run(*ALL)
    assert bench.row(INTERNET, line).end_date == "2027-02-28", "the day in the provider's zone"
    assert bench.row(INTERNET, other).end_date == "0000-00-00"


def test_credits_become_the_discount_of_the_main_service(bench: Any, provider: Any) -> None:
    rental = provider.service("Rental", "RECURRING", 500)
    autopay = provider.service("Autopay", "RECURRING", 500, application="CREDIT")
    loyalty = provider.service("Loyalty", "RECURRING", 300, application="CREDIT")
    welcome = provider.service("Welcome", "EXPIRING", 200, application="CREDIT", times_to_run=12)
    account = provider.account()
    first = provider.has(account, rental)
    main = provider.has(account)
    lines = [provider.has(account, autopay), provider.has(account, loyalty, quantity=2), provider.has(account, welcome, number_of_times_billed=10)]
    bench.run(*ALL)
    row = bench.row(INTERNET, main)
    assert (row.discount, row.discount_type, row.discount_value) == ("1", "fixed", Decimal("11.0000"))
    assert (row.discount_start_date, row.discount_end_date, row.discount_text) == ("2026-12-01", "0000-00-00", "Autopay + Loyalty")
    assert bench.row(RECURRING, f"service:{first}").discount == "0"
    merged = [bench.row(RECURRING, f"service:{credit}") for credit in lines]
    assert [credit.values["_skip"] for credit in merged[:2]] == ["credit: merged into the discount of the main service"] * 2
    separate = merged[2]
    assert separate.fine
    assert (separate.unit_price, separate.end_date) == (Decimal("-2.0000"), "2027-01-31")
    assert separate.tariff_id == bench.made("tariffs_recurring", "tool:credit")


def test_credit_rejects(bench: Any, provider: Any) -> None:
    credit = provider.service("Employee", "RECURRING", 6000, application="CREDIT")
    greedy = provider.account()
    provider.has(greedy)
    more = provider.has(greedy, credit)
    alone = provider.has(provider.account(), credit)
    bench.run(*ALL)
    assert bench.row(RECURRING, f"service:{more}").reject_code == "credits_exceed_charges"
    assert bench.row(RECURRING, f"service:{alone}").reject_code == "credit_without_service"
    assert all(row.discount == "0" for row in bench.results[INTERNET])


def test_services_that_are_not_written(bench: Any, provider: Any) -> None:
    adjust = provider.service("Adjust", "ADJUSTMENT", 100)
    skips = {
        provider.has(provider.account(account_status_id=2)): "account is not active",
        provider.has(provider.account(archived_at="2025-01-01T00:00:00+00:00")): "archived account",
        provider.has(provider.account(account_status_id=3, activation_date=None)): "lead, not a customer",
    }
    odd = provider.has(provider.account(), adjust)
    bench.run(*ALL)
    assert {key: bench.row(INTERNET, key).values["_skip"] for key in skips} == skips
    assert bench.row(RECURRING, f"service:{odd}").reject_code == "service_without_tariff"


def test_services_of_inactive_accounts_on_request(bench: Any, provider: Any) -> None:
    line = provider.has(provider.account(account_status_id=2))
    bench.set(inactive_services="stopped")
    bench.run(*ALL)
    assert bench.row(INTERNET, line).fine and bench.row(INTERNET, line).status == "stopped"


def test_voice_per_number(bench: Any, provider: Any) -> None:
    phone = provider.service("Phone", "VOICE", 2000)
    for number, digits in enumerate(("16085550001", "16085550002", "16085550003"), 1):
        bench.add("dids", id=number, number=digits)
    two = provider.account()
    per_number = provider.has(two, phone, quantity=2)
    one = provider.account()
    shared = provider.has(one, phone, quantity=1, price_override=3000)
    none = provider.has(provider.account(), phone)
    bench.add("did_assignments", id=1, account_id=two, did_id=1, service_id=phone)
    bench.add("did_assignments", id=2, account_id=two, did_id=2, service_id=phone)
    bench.add("did_assignments", id=3, account_id=one, did_id=3)
    bench.add("did_assignments", id=4, account_id=one, did_id=1)
    bench.run(*ALL)
    rows = {row.source_key: (row.phone, row.quantity, row.unit_price) for row in bench.results[VOICE]}
    assert rows == {
        f"{per_number}:did:1": ("16085550001", 1, Decimal("20.0000")),
        f"{per_number}:did:2": ("16085550002", 1, Decimal("20.0000")),
        f"{shared}:did:3": ("16085550003", 1, Decimal("30.0000")),
        f"{shared}:did:4": ("16085550001", 1, Decimal("0.0000")),
        str(none): (None, 1, Decimal("20.0000")),
    }
    assert bench.row(VOICE, none).reject_code == "number_missing"
    assert bench.row(VOICE, f"{per_number}:did:1").direction == "outgoing"


def test_voice_features_are_recurring_services(bench: Any, provider: Any) -> None:
    phone = provider.service("Phone", "VOICE", 2000)
    detail = bench.fetch("SELECT id FROM sonar.voice_service_details WHERE service_id = ?", [phone])[0]["id"]
    parameter = bench.add("voice_service_generic_parameters", voice_service_detail_id=detail, description="Seat", price=1295, type="PBX_SEATS")
    account = provider.account()
    line = provider.has(account, phone)
    seats = bench.add("account_voice_service_details", account_service_id=line, voice_service_generic_parameter_id=parameter, quantity=3)
    bench.run(*ALL)
    row = bench.row(RECURRING, f"voice_parameter:{seats}")
    assert row.fine
    assert (row.description, row.quantity, row.unit_price) == ("Phone – Seat", 3, Decimal("12.9500"))
    assert row.tariff_id == bench.made("tariffs_recurring", f"voice_parameter:{parameter}")


def test_a_feature_goes_with_its_service(bench: Any, provider: Any) -> None:
    phone = provider.service("Phone", "VOICE", None)
    detail = bench.fetch("SELECT id FROM sonar.voice_service_details WHERE service_id = ?", [phone])[0]["id"]
    parameter = bench.add("voice_service_generic_parameters", voice_service_detail_id=detail, description="Seat", price=1295, type="PBX_SEATS")
    line = provider.has(provider.account(), phone)
    seats = bench.add("account_voice_service_details", account_service_id=line, voice_service_generic_parameter_id=parameter, quantity=3)
    bench.run(*ALL)
    assert bench.row(RECURRING, f"voice_parameter:{seats}").reject_code == "price_missing"


def test_position_of_the_service(bench: Any, provider: Any) -> None:
    account, homeless = provider.account(), provider.account()
    line = provider.has(account)
    provider.has(homeless)
    bench.add(
        "addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL", line1="12 Depot St", city="La Crosse",
        subdivision="US_WI", zip="54601", latitude="43.8", longitude="-91.2",
    )  # fmt: skip
    bench.run("services/geo_internet_service")
    (row,) = bench.results["services/geo_internet_service"]
    assert (row.source_key, row.id, row.customer_id) == (str(line), bench.made("services_internet", line), bench.made("customers", account))
    assert (row.address, row.marker) == ("12 Depot St, La Crosse, WI, 54601", "43.8,-91.2")


def test_without_radius_passwords(own_bench: Any) -> None:
    """The tap leaves the column out unless it is selected."""
    bench, provider = own_bench
    bench.connection.execute("ALTER TABLE sonar.radius_accounts DROP COLUMN password").fetchall()
    account = provider.account()
    line = provider.has(account)
    bench.add("radius_accounts", account_id=account, username="only")
    bench.run(*ALL)
    row = bench.row(INTERNET, line)
    assert (row.login, row.password) == ("only", None)
