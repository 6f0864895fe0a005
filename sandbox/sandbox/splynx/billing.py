"""The billing engine: what a customer will be charged next, and charging it.

In: a customer, a day, optionally a number of months. Out: ``Charge`` with its lines; ``carry_out`` books it. Each
service is charged from the first day not charged yet (at first its start_date, also far in the past) to the end of the
current cycle; cycles begin on the customer's billing day; parts of a cycle are prorated by days (research/money.md §3,
research/splynx-api.md §9: "15 March … billed 15 March-30 April"). GUESS: the proration divides by the days of the
cycle, which equals calendar days of the month when the billing day is 1.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sandbox.splynx import ledger
from sandbox.splynx.effects.services import discount_of
from sandbox.splynx.errors import bad_request
from sandbox.splynx.fields import NO_DATE
from sandbox.splynx.rules.services import _TARIFFS, KIND, SERVICES
from sandbox.splynx.state import Splynx, money, money_text
from sandbox.splynx.store import Row, Values

CHARGES = "internal/charges"
# disabled without an end is still billed, hidden is not (research/splynx-api.md §8); pending is billed when it starts
_BILLED = frozenset({"active", "disabled"})
_LOCATION_TAX = {
    "internet": "tax_for_tariff_internet", "voice": "tax_for_tariff_voice", "custom": "tax_for_tariff_recurring",
    "bundle": "tax_for_tariff_bundle",
}  # fmt: skip


@dataclass
class Line:
    """One transaction to be: a service over a period, or a future item that is picked up."""

    description: str
    quantity: int
    price: Decimal
    tax_percent: Decimal
    tax_id: int
    period_from: str
    period_to: str
    category: int
    service_id: int | None = None
    service_type: str | None = None
    transaction_id: int | None = None
    sub_account_id: int | None = None

    @property
    def total(self) -> Decimal:
        """With taxes, in cents."""
        return ledger.total_of(self.price, self.quantity, self.tax_percent)

    def to_json(self) -> Values:
        """As the preview shows it. GUESS: the names, taken from transactions."""
        net = ledger.cents(self.price * self.quantity)
        return {
            "service_id": self.service_id, "service_type": self.service_type, "description": self.description,
            "quantity": self.quantity, "price": money_text(self.price), "tax_percent": money_text(self.tax_percent),
            "tax_id": self.tax_id, "tax": money_text(self.total - net), "total": money_text(self.total),
            "period_from": self.period_from, "period_to": self.period_to, "category": self.category,
            "transaction_id": self.transaction_id, "sub_account_id": self.sub_account_id,
        }  # fmt: skip


@dataclass
class Charge:
    """What one customer is charged at once."""

    customer_id: int
    day: str
    lines: list[Line] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """Sum with taxes."""
        return sum((line.total for line in self.lines), Decimal(0))


def month_start(day: date, billing_day: int) -> date:
    """The last billing day that is not after ``day`` (billing days are 1..28)."""
    if day.day >= billing_day:
        return day.replace(day=billing_day)
    before = day.replace(day=1) - timedelta(days=1)
    return before.replace(day=billing_day)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, at most its last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _date(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value not in (None, "", NO_DATE) else None


def prepare(splynx: Splynx, customer_id: int, to_bill: date, day: str, period: int | None = None) -> Charge:
    """What the next run would charge; nothing is written."""
    billing = splynx.table(ledger.BILLING).get(customer_id)
    charge = Charge(customer_id, day)
    if billing is None:
        return charge
    billing_day = int(billing["billing_date"] or 1)
    own_months = int(billing["type"] or 0)
    members = [customer_id, *_aggregated(splynx, customer_id)]
    for member in members:
        for name in SERVICES:
            for row in splynx.table(name).where("customer_id", member):
                months = _months_of(row, own_months, period)
                line = _service_line(splynx, name, row, to_bill, billing_day, months)
                if line is not None:
                    line.sub_account_id = member if member != customer_id else None
                    charge.lines.append(line)
    charge.lines.extend(_future_items(splynx, customer_id))
    return charge


def _aggregated(splynx: Splynx, customer_id: int) -> list[int]:
    subs = splynx.table("customers/customer").where("parent_id", customer_id)
    return [row.id for row in subs if ledger.payer_of(splynx, row.id) == customer_id]


def _months_of(row: Row, own: int, asked: int | None) -> int:
    text = str(row["period"] or "-1")  # a bundle has none
    service = int(text) if text.lstrip("-").isdigit() else -1
    if service >= 0:
        return service
    return own if asked is None else asked


def _service_line(splynx: Splynx, name: str, row: Row, to_bill: date, billing_day: int, months: int) -> Line | None:
    if row["status"] not in _BILLED or row["bundle_service_id"]:
        return None
    begin = _date(row.hidden.get("charged_until"))
    start = begin + timedelta(days=1) if begin else _date(row["start_date"])
    if start is None:
        return None
    cycle = month_start(to_bill, billing_day)
    end = add_months(cycle, months) - timedelta(days=1)
    last = _date(row["end_date"])
    if last is not None and last < end:
        end = last
    # GUESS: who paid for several months is charged again when they are over, not a month ahead each month; so a service
    # is due when its first day not charged lies in the month that is billed, and then for all its months.
    if start > end or start >= add_months(cycle, 1):
        return None
    kind = KIND[name]
    net = Decimal(0)
    cursor = start
    while cursor <= end:
        cycle_start = month_start(cursor, billing_day)
        cycle_end = add_months(cycle_start, 1) - timedelta(days=1)
        until = min(cycle_end, end)
        full = money(row["unit_price"]) * int(row["quantity"] or 1)
        full -= discount_of(row, full, cursor.isoformat())
        full *= 1 - _additional_percent(splynx, kind, row.id, cursor) / 100
        days, whole = (until - cursor).days + 1, (cycle_end - cycle_start).days + 1
        net += full if days == whole else full * days / whole
        cursor = until + timedelta(days=1)
    percent, tax_id, inclusive = _tax(splynx, name, row)
    if inclusive:
        net = net / (1 + percent / 100)
    table, column = _TARIFFS[name]
    tariff = splynx.table(table).get(row[column])
    category = int((tariff["transaction_category_id"] if tariff is not None else 0) or ledger.SERVICE)
    net = net.quantize(Decimal("0.0001"))
    return Line(
        str(row["description"]), 1, net, percent, tax_id, start.isoformat(), end.isoformat(), category, row.id, kind
    )


def _additional_percent(splynx: Splynx, kind: str, service_id: int, day: date) -> Decimal:
    """Percent of additional discounts on a day, at most 100. GUESS: several add up."""
    total = Decimal(0)
    for row in splynx.table("customers/additional-discounts").where("service_id", service_id):
        first, last = _date(row["start_date"]), _date(row["end_date"])
        runs = (first is None or first <= day) and (last is None or day <= last)
        if runs and row["service_type"] == kind and str(row["enabled"]) == "1":
            total += money(row["percent"])
    return min(total, Decimal(100))


def _tax(splynx: Splynx, name: str, row: Row) -> tuple[Decimal, int, bool]:
    """Percent, tax id and whether prices hold it: the location's override, else the tariff's tax or percent."""
    table, column = _TARIFFS[name]
    tariff = splynx.table(table).get(row[column])
    customer = splynx.table("customers/customer").get(row["customer_id"])
    location = splynx.table("administration/locations").get(customer["location_id"]) if customer is not None else None
    override = location[_LOCATION_TAX[KIND[name]]] if location is not None else None
    if override:
        rate = splynx.tax_rate(int(override))
        if rate is not None:
            return rate, int(override), tariff is not None and tariff["with_vat"] == "1"
    if tariff is None:
        return Decimal(0), 0, False
    tax_id = int(tariff["tax_id"] or 0)
    rate = splynx.tax_rate(tax_id) if tax_id else None
    return (rate if rate is not None else money(tariff["vat_percent"])), tax_id, tariff["with_vat"] == "1"


def _future_items(splynx: Splynx, customer_id: int) -> list[Line]:
    """Transactions with to_invoice that wait for the next invoice."""
    lines = []
    for row in splynx.table(ledger.TRANSACTIONS).where("customer_id", customer_id):
        if row["to_invoice"] == "1" and not row["invoiced_by_id"] and not row.hidden.get("charged_at_once"):
            sign = 1 if row["type"] == "debit" else -1
            lines.append(Line(
                str(row["description"]), int(row["quantity"] or 1), sign * money(row["price"]),
                money(row["tax_percent"]), int(row["tax_id"] or 0), str(row["period_from"]), str(row["period_to"]),
                int(row["category"]), row["service_id"], row["service_type"], row.id, row["sub_account_id"],
            ))  # fmt: skip
    return lines


def carry_out(splynx: Splynx, charge: Charge) -> Values:
    """Book a charge: transactions, a recurring invoice when the customer makes invoices, the next first day."""
    billing = splynx.table(ledger.BILLING).get(charge.customer_id)
    if billing is None or not int(billing["enabled"] or 0):
        # GUESS: a customer whose billing is off can be previewed, not charged
        raise bad_request("Billing is disabled for this customer!")
    transactions, touched, picked = [], {}, []
    for line in charge.lines:
        if line.transaction_id is not None:
            row = splynx.table(ledger.TRANSACTIONS).get(line.transaction_id)
            assert row is not None
            splynx.table(ledger.TRANSACTIONS).change(row, {"to_invoice": "0", "date": charge.day})
            ledger.move_balance(splynx, charge.customer_id, ledger.effect_of(row))
            picked.append(row.id)
        else:
            row = ledger.book(splynx, charge.customer_id, "debit", {
                "price": money_text(line.price), "quantity": line.quantity, "category": line.category,
                "tax_percent": money_text(line.tax_percent), "tax_id": line.tax_id, "date": charge.day,
                "description": line.description, "period_from": line.period_from, "period_to": line.period_to,
                "service_id": line.service_id, "service_type": line.service_type,
                "sub_account_id": line.sub_account_id,
            })  # fmt: skip
            row.hidden["of_document"] = True
            touched[f"{line.service_type}:{line.service_id}"] = _set_charged(splynx, line)
        transactions.append(row)
    invoice_id = None
    if transactions and billing["make_invoices"] == "1" and charge.total >= 0:
        invoice_id = _make_invoice(splynx, charge, transactions, int(billing["billing_due"] or 0))
    record = splynx.table(CHARGES).add({
        "id": None, "customer_id": charge.customer_id, "date": charge.day, "real_date_time": splynx.stamp(),
        "transactions_id": [row.id for row in transactions], "invoice_id": invoice_id, "request_id": None,
        "transactions_sum": money_text(charge.total),
        "max_period_to": max((line.period_to for line in charge.lines), default=NO_DATE),
    }, {"before": touched, "picked": picked})  # fmt: skip
    return {**charge_json(charge), "invoice_id": invoice_id, "history_id": record.id}


def _table_of_kind(kind: str | None) -> str:
    return next(name for name, known in KIND.items() if known == kind)


def _set_charged(splynx: Splynx, line: Line) -> str | None:
    service = splynx.table(_table_of_kind(line.service_type)).get(line.service_id)
    assert service is not None
    before: str | None = service.hidden.get("charged_until")
    service.hidden["charged_until"] = line.period_to
    return before


def _make_invoice(splynx: Splynx, charge: Charge, transactions: list[Row], due_days: int) -> int:
    items = [
        {
            "description": row["description"], "quantity": row["quantity"], "unit": row["unit"],
            "price": row["price"] if row["type"] == "debit" else money_text(-money(row["price"])),
            "tax": row["tax_percent"], "period_from": row["period_from"], "period_to": row["period_to"],
            "categoryIdForTransaction": row["category"],
        }
        for row in transactions
    ]  # fmt: skip
    till = date.fromisoformat(charge.day) + timedelta(days=due_days)
    invoice = splynx.new_row(ledger.INVOICES, {
        "customer_id": charge.customer_id, "date_created": charge.day, "date_updated": charge.day,
        "date_till": till.isoformat(), "status": "not_paid", "type": "recurring", "items": items,
        "number": ledger.number_for(splynx, "invoice", charge.customer_id), "total": money_text(charge.total),
        "due": money_text(charge.total), "added_by": "system", "real_create_datetime": splynx.stamp(),
    })  # fmt: skip
    for row in transactions:
        splynx.table(ledger.TRANSACTIONS).change(row, {"invoice_id": invoice.id, "invoiced_by_id": invoice.id})
    return invoice.id


def charge_json(charge: Charge) -> Values:
    """The answer of preview and generate. GUESS: the shape; the document only says "object"."""
    return {
        "customer_id": charge.customer_id, "date": charge.day, "totalSum": money_text(charge.total),
        "countTransactions": len(charge.lines), "emptyCharge": not charge.lines,
        "transactions": [line.to_json() for line in charge.lines],
    }  # fmt: skip


def last_charge(splynx: Splynx, customer_id: int) -> Row | None:
    """The record of the customer's last charge."""
    rows = splynx.table(CHARGES).where("customer_id", customer_id)
    return max(rows, key=lambda row: row.id, default=None)


def cancel(splynx: Splynx, record: Row) -> None:
    """Undo a charge: its invoice and transactions go, services are uncharged, future items wait again."""
    invoices, transactions = splynx.table(ledger.INVOICES), splynx.table(ledger.TRANSACTIONS)
    invoice = invoices.get(record["invoice_id"]) if record["invoice_id"] else None
    if invoice is not None and ledger.relations_of(splynx, invoice):
        raise bad_request("The invoice of the last charge is paid!")  # GUESS
    for row_id in record["transactions_id"]:
        row = transactions.get(row_id)
        if row is None:
            continue
        if row_id in record.hidden["picked"]:
            ledger.move_balance(splynx, int(row["customer_id"]), -ledger.effect_of(row))
            transactions.change(row, {"to_invoice": "1", "invoice_id": None, "invoiced_by_id": None})
        else:
            ledger.unbook(splynx, row)
    if invoice is not None:
        invoices.delete(invoice)
    for key, before in record.hidden["before"].items():
        kind, service_id = key.split(":")
        service = splynx.table(_table_of_kind(kind)).get(service_id)
        if service is not None:
            service.hidden["charged_until"] = before
    splynx.table(CHARGES).delete(record)


def billing_info(splynx: Splynx, customer_id: int) -> Values:
    """GET billing-info: balance, monthly payment and the day of blocking (GUESS: how it is computed)."""
    customer = splynx.table("customers/customer").get(customer_id)
    billing = splynx.table(ledger.BILLING).get(customer_id)
    deposit = ledger.balance_of(splynx, customer_id)
    per_month = money(customer["mrr_total"]) if customer is not None else Decimal(0)
    per_day = per_month / 30
    blocking: str | None = None
    if billing is not None and int(billing["enabled"] or 0) and customer is not None and customer["status"] == "active":
        blocking = _blocking_date(splynx, customer_id, billing, deposit)
    return {
        "howManyMonthsLeft": int(deposit / per_month) if per_month and deposit > 0 else 0,
        "howManyDaysLeft": int(deposit / per_day) if per_day and deposit > 0 else 0,
        "paymentPerMonth": float(ledger.cents(per_month)), "paymentPerDay": float(ledger.cents(per_day)),
        "deposit": float(deposit), "blocking_date": blocking,
    }  # fmt: skip


def _blocking_date(splynx: Splynx, customer_id: int, billing: Row, deposit: Decimal) -> str | None:
    wait = timedelta(days=int(billing["blocking_period"] or 0))
    unpaid = [
        row for row in splynx.table(ledger.INVOICES).where("customer_id", customer_id)
        if row["status"] == "not_paid" and row["type"] == "recurring" and ledger.due_of(row) > 0
    ]  # fmt: skip
    till = min((d for row in unpaid if (d := _date(row["date_till"])) is not None), default=None)
    if till is not None:
        return (till + wait).isoformat()
    if deposit < money(billing["min_balance"]):
        cycle = month_start(splynx.today(), int(billing["billing_date"] or 1))
        return (cycle + timedelta(days=int(billing["billing_due"] or 0)) + wait).isoformat()
    return None
