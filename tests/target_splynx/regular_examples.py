"""What is charged regularly, case by case (docs/explanation/money.md): prices, credits and taxes in Sonar, services and
Splynx's own preview of the next charge after a load over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from splynx_runs import Migration

Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """`has`: (service, values of the account's row); `charged`: what Splynx must charge next, tax included, in cents,
    worked out by hand: what Sonar would charge, without what is held back; `rejected`: the code under which it is."""

    name: str
    told: str
    has: tuple[tuple[str, Row], ...]
    charged: int
    rejected: str = ""
    account: Row = field(default_factory=dict)


FIBER = ("fiber", {})
CASES = (
    Case("list price", "54.95, tax 5.5 %: 3.02", (FIBER,), 5797),
    Case("a price of its own", "40.00 instead, tax 2.20", (("fiber", {"price_override": 4000}),), 4220),
    Case("a price of nothing", "0.00", (("fiber", {"price_override": 0}),), 0),
    Case("three pieces", "164.85, tax 9.07", (("fiber", {"quantity": 3}),), 17392),
    Case("three months at once", "164.85, tax 9.07", (FIBER,), 17392, account={"billing": {"months_to_bill": 3}}),
    Case("every third month", "100.00 a quarter", (("backup", {"next_bill_date": "2026-12-01"}),), 10000),
    Case("two of six parts left", "25.00, the last one in January", (("parts", {"number_of_times_billed": 4}),), 2500),
    Case("all parts paid", "nothing more", (("parts", {"number_of_times_billed": 6}),), 0),
    Case("a credit with the same tax", "57.97 less 10.55", (FIBER, ("loyalty", {})), 4742),
    Case("a credit without tax", "57.97 less 10.00", (FIBER, ("voucher", {})), 4797),
    Case("a credit above the charge", "57.97 less 84.40", (FIBER, ("loyalty", {"price_override": 8000})), 5797, "credits_exceed_charges"),
    Case("a tax of a fixed amount", "20.00 and a fee of 1.50", (("phone", {}),), 2150),
    Case("two taxes", "9.99, taxes 0.55 and 0.30", (("router", {}),), 1084),
    Case("a part untaxed", "29.95, tax on 24.95: 1.37", (("tv", {}),), 3132),
    Case("a rate of its own", "54.95, tax 2 %: 1.10", (FIBER,), 5605, account={"rate": 2.0}),
    Case("no taxes at all", "54.95", (FIBER,), 5495, account={"billing": {"tax_exempt": True}}),
    Case("no price", "neither list nor account has one", (("priceless", {}),), 0, "price_missing"),
    Case("charged once only", "a type without tariff", (("visit", {}),), 0, "service_without_tariff"),
)  # fmt: skip


def provide(provider: Any) -> dict[str, int]:
    """Services, taxes and an account per case; the provider has service 1 with tax 1 of 5.5 %. Gives name → account."""
    bench = provider.bench
    bench.add("taxes", id=2, name="Excise", application="PERCENTAGE", type="GLOBAL", rate=3.0)
    bench.add("taxes", id=3, name="Emergency fee", application="FLAT", type="GLOBAL", rate=150)
    services = {
        "fiber": 1,
        "backup": provider.service("Backup", "RECURRING", 10000, frequency=3),
        "parts": provider.service("Router in six parts", "EXPIRING", 2500, times_to_run=6),
        "loyalty": provider.service("Loyalty", "RECURRING", 1000, application="CREDIT"),
        "voucher": provider.service("Voucher", "RECURRING", 1000, application="CREDIT"),
        "phone": provider.service("Phone line", "RECURRING", 2000),
        "router": provider.service("Router rental", "RECURRING", 999),
        "tv": provider.service("TV", "RECURRING", 2995),
        "priceless": provider.service("Special", "RECURRING", None),
        "visit": provider.service("Visit", "ONETIME", 5000),
    }
    for name, tax, untaxed in (("loyalty", 1, 0), ("phone", 3, 0), ("router", 1, 0), ("router", 2, 0), ("tv", 1, 500)):
        bench.add("service_taxes", service_id=services[name], tax_id=tax, exemption_amount=untaxed)
    found = {}
    for case in CASES:
        values = {name: dict(value) if isinstance(value, dict) else value for name, value in case.account.items()}
        rate = values.pop("rate", None)
        found[case.name] = account = provider.account(case.name.capitalize(), **values)
        if rate is not None:
            bench.add("tax_overrides", account_id=account, tax_id=1, rate=rate)
        for service, row in case.has:
            provider.has(account, services[service], **row)
    return found


def charged(migration: Migration, account: int) -> int:
    """Splynx's preview of the next charge, in cents."""
    customer = migration.splynx.customers()[str(account)]["id"]
    body = {"toBillDate": "2026-12-01", "transactionDate": "2026-12-01"}
    answer = migration.splynx.call("POST", f"admin/finance/to-bill/{customer}--preview", body)
    return round(float(answer["totalSum"]) * 100)


def table(migration: Migration, accounts: dict[str, int]) -> str:
    """All cases as Markdown."""
    lines = ["| | Sonar | Splynx | Next charge |", "|---|---|---|---:|"]
    rejects = [reject for reject in migration.rejects() if reject.model.startswith("services/")]
    for case in CASES:
        account = accounts[case.name]
        parts = _services(migration, account)
        parts += [f"held back: `{o.reason}`" for o in rejects if o.label.startswith(f"Account {account} ")]
        lines.append(f"| {case.name} | {case.told} | {'; '.join(parts) or 'nothing'} | {charged(migration, account) / 100:.2f} |")
    return "\n".join(lines) + "\n"


def _services(migration: Migration, account: int) -> list[str]:
    splynx = migration.splynx
    customer = splynx.customers()[str(account)]["id"]
    found = []
    for kind in ("internet", "recurring"):
        rows = splynx.rows(f"customers/{kind}-services")
        found += [_service(row) for row in rows if row["customer_id"] == customer]
    return found


def _service(row: Row) -> str:
    pieces = f"{row['quantity']} × " if int(row["quantity"]) > 1 else ""
    less = f" less {float(row['discount_value']):.2f}" if row["discount"] == "1" else ""
    months = f", period {row['period']} months" if row["period"] != "-1" else ""
    until = f", until {row['end_date']}" if row["end_date"] != "0000-00-00" else ""
    price = f"{float(row['unit_price']):.4f}".removesuffix("00")
    return f"{row['description']} {pieces}{price}{less}{months}{until}"
