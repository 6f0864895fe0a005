"""Billing and paying: every account's invoices, taxes, payments, discounts and what went wrong with them.

In: accounts with services and billing parameters. Out: rows of Invoice, Debit, TaxTransaction, Discount, Payment,
Credit, MonthlyBillingCompletion, DepositSlip and of the ways back (ReversedPayment, RefundedPayment, VoidedPayment,
Dispute).

An account is played through, bill by bill (:mod:`sandbox.data.calendar`), with a way of paying of its own. Only bills
on or after the first day of the chosen history are written. Parents and children are played together, parents first,
because a child's invoice names the parent's.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from sandbox.data.calendar import BillRun, bill_runs, skip_to
from sandbox.data.charges import half_up
from sandbox.data.context import Context
from sandbox.data.ledger import Invoice, Ledger, on
from sandbox.data.plan import AccountPlan, ServicePlan
from sandbox.data.services import rules_for

RECENT_DAYS = 125
"""``history="recent"``: bills of the last four months."""
FULL_DAYS = 930
"""``history="full"``: so many days give 357,287 debits per 10,158 accounts."""
ONE_TIME_CHARGES = ("service_call", "router", "install", "returned_check")
ONE_TIME_CREDITS = ("courtesy", "outage", "referral")


def make_money(context: Context) -> None:
    """Play all accounts. With ``history="none"`` only the calendar runs."""
    if context.history == "none":
        for account in context.of_kind("active"):
            skip_to(account, context.today)
        return
    start = context.today - timedelta(days=FULL_DAYS if context.history == "full" else RECENT_DAYS)
    random = context.random("payments")
    children: dict[int, list[AccountPlan]] = {}
    for account in context.accounts:
        if account.parent_id is not None:
            children.setdefault(account.parent_id, []).append(account)
    slips = DepositSlips(context)
    for account in context.accounts:
        if account.parent_id is None:
            play_family(context, random, [account, *children.get(account.id, [])], start, slips)


class DepositSlips:
    """One deposit slip per month for what is paid by check."""

    def __init__(self, context: Context) -> None:
        self._table = context.writer["DepositSlip"]
        self._ids: dict[tuple[int, int], int] = {}

    def slip(self, day: date) -> int:
        """The slip of that day's month."""
        key = (day.year, day.month)
        if key not in self._ids:
            self._ids[key] = self._table.add(
                created=on(day), date=day.isoformat(), bank_account_line="Operating 4711", memo=f"{key[0]}-{key[1]:02d}"
            )
        return self._ids[key]


def play_family(context: Context, random: Random, family: list[AccountPlan], start: date, slips: DepositSlips) -> None:
    """An account and the accounts that bill to it; the first one is the parent."""
    parent_invoices: dict[date, Invoice] = {}
    players = []
    for account in family:
        player = Player(context, random, account, start, slips)
        player.play()
        players.append(player)
        if account is family[0]:
            parent_invoices = {invoice.day: invoice for invoice in player.ledger.invoices if not invoice.void}
            continue
        for invoice in player.ledger.invoices:
            above = parent_invoices.get(invoice.day)
            if above is not None and not invoice.void:
                invoice.values["parent_invoice_id"] = above.id
                above.child_remaining += invoice.remaining
    for player in players:
        player.ledger.write(context.today)


class Player:
    """One account going through its bills."""

    def __init__(
        self, context: Context, random: Random, account: AccountPlan, start: date, slips: DepositSlips
    ) -> None:
        self.context = context
        self.random = random
        self.account = account
        self.ledger = Ledger(context, account)
        self.start = start
        self._slips = slips
        self._last_day = context.today - timedelta(days=1)
        self._appointments: list[tuple[date, float]] = []
        """(day, share of what is open) of payments to come."""
        self.habit = self._habit()
        self._stops_on = date.max
        if self.habit == "stops":
            end = account.ended or context.today
            self._stops_on = end - timedelta(days=random.randint(40, 110))
            # Old debts are open items, however old: their invoices are always written.
            self.start = min(start, end - timedelta(days=150))

    def _habit(self) -> str:
        roll = self.random.random()
        if self.account.kind == "suspended":
            return "stops"
        if self.account.kind in ("disconnected", "archived", "seasonal"):
            return "stops" if self.account.kind == "disconnected" and roll < 0.12 else "prompt"
        if self.account.autopay:
            return "automatic"
        return "prompt" if roll < 0.68 else "late" if roll < 0.90 else "partly" if roll < 0.96 else "stops"

    def play(self) -> None:
        """All bills, then what happened since the last one."""
        account, today = self.account, self.context.today
        services = account.services if account.billable else account.former_services
        until = today if account.billable else (account.ended or today)
        for run in bill_runs(account, services, until):
            if run.day >= self.start:
                self.pay_until(run.day)
                self.bill(run)
        if not account.billable:
            account.next_bill = None
        self.pay_until(today)
        if self.ledger.invoices:
            self.since_the_last_bill()

    # Charging

    def bill(self, run: BillRun) -> None:
        """One invoice with its lines; credits are applied to it at once, then what earlier payments left."""
        ledger, random, account = self.ledger, self.random, self.account
        invoice = ledger.invoice(run.day, run.period_end, run.months)
        for service in run.services:
            if not service.item.credit:
                self._charge(invoice, run, service)
        if random.random() < 0.012:
            item = self.context.items[random.choice(ONE_TIME_CHARGES)]
            rules = rules_for(self.context, account, item)
            ledger.debit(invoice, run.day, item, item.amount or 0, rules, user_id=self.context.user(random))
        for service in run.services:
            if service.item.credit:
                self._credit(run, service)
        if random.random() < 0.012:
            credit = self.context.items[random.choice(ONE_TIME_CREDITS)]
            ledger.discount(run.day, credit, credit.amount or 0, (), user_id=self.context.user(random))
        ledger.use_leftovers(run.day)
        if self.context.today - run.day < timedelta(days=400):
            self.context.writer["MonthlyBillingCompletion"].add(
                created=on(run.day, "T11:00:00+00:00"),
                account_id=account.id,
                date=run.day.isoformat(),
                invoice_id=invoice.id,
            )
        if random.random() < 0.004:
            self._void_duplicate(run)
        self._arrange_payment(invoice)

    def _charge(self, invoice: Invoice, run: BillRun, service: ServicePlan) -> None:
        months = run.months if service.item.frequency == 1 else service.item.frequency
        times = run.months if service.item.frequency == 1 else 1
        period = (run.period_start, run.period_end) if run.share < 1 else None
        override = service.row.get("name_override")

        def price(cents: int) -> int:
            return half_up(cents * run.share) if run.share < 1 else cents * times

        if price(service.cents):
            self.ledger.debit(
                invoice, run.day, service.item, price(service.cents), service.rules, quantity=service.quantity,
                months=months, period=period, service_transaction_type="BASE_SERVICE",
                service_override_name=override,
            )  # fmt: skip
        for add_on, cents, quantity, rules in service.add_ons:
            if price(cents * quantity):
                self.ledger.debit(
                    invoice, run.day, service.item, price(cents * quantity), rules, quantity=quantity,
                    months=months, period=period, description=add_on.description,
                    service_transaction_type="VOICE_SERVICE_ADDITION", voice_service_generic_parameter_id=add_on.id,
                )  # fmt: skip

    def _credit(self, run: BillRun, service: ServicePlan) -> None:
        cents = service.cents * (run.months if service.item.frequency == 1 else 1)
        if run.share < 1:
            cents = half_up(cents * run.share)
        if cents:
            self.ledger.discount(run.day, service.item, cents, service.rules, quantity=service.quantity)

    def _void_duplicate(self, run: BillRun) -> None:
        """An invoice that was made twice and voided on the next day. Money never went on it."""
        day = min(run.day + timedelta(days=1), self._last_day)
        if day < run.day:
            return
        copy = self.ledger.invoice(run.day, run.period_end, run.months)
        user = self.context.user(self.random)
        for service in run.services:
            if not service.item.credit and service.cents:
                self.ledger.debit(
                    copy, run.day, service.item, service.cents, (), quantity=service.quantity, reversed_by=user
                )
        self.ledger.void(copy, day)

    def _late_fee(self, day: date) -> None:
        """A late fee on an invoice of its own."""
        overdue = [
            invoice for invoice in self.ledger.invoices
            if invoice.remaining
            and not invoice.void
            and invoice.due + timedelta(days=10) < day
            and not invoice.values.get("late_fee_applied")
        ]  # fmt: skip
        if overdue and self.random.random() < 0.3:
            overdue[0].values["late_fee_applied"] = True
            item = self.context.items["late_fee"]
            invoice = self.ledger.invoice(day, day, 1, due_days=10, late_fee_only=True)
            self.ledger.debit(invoice, day, item, item.amount or 0, ())

    # Paying

    def _arrange_payment(self, invoice: Invoice) -> None:
        """Decide when, and how much of what is open, this customer pays."""
        random = self.random
        due_days = (invoice.due - invoice.day).days
        if self.habit == "automatic":
            self._appointments.append((invoice.day + timedelta(days=5), 1.0))
        elif self.habit in ("prompt", "stops"):
            self._appointments.append((invoice.day + timedelta(days=random.randint(2, max(3, due_days - 1))), 1.0))
        elif self.habit == "late":
            self._appointments.append((invoice.due + timedelta(days=random.randint(1, 28)), 1.0))
        else:
            self._appointments.append((invoice.due, random.choice((0.4, 0.5, 0.75))))

    def pay_until(self, day: date) -> None:
        """Keep the appointments that lie before a day. What a customer who left owes stays owed."""
        kept = [appointment for appointment in self._appointments if appointment[0] < day]
        self._appointments = [appointment for appointment in self._appointments if appointment[0] >= day]
        for when, share in sorted(kept):
            if when <= self._last_day and when < self._stops_on:
                self._pay(when, share)
        if self.habit in ("late", "stops") and day < self.context.today:
            self._late_fee(day)

    def _pay(self, day: date, share: float) -> None:
        random, ledger = self.random, self.ledger
        amount = int(ledger.open_cents * share) if share < 1 else ledger.open_cents
        if amount <= 0:
            return
        values = self._means(day)
        roll = random.random()
        if roll < 0.03 and self.habit == "automatic":
            ledger.declined(day, amount, **values, processor_message="Insufficient funds")
            day = min(day + timedelta(days=2), self._last_day)
        elif roll > 0.985 and self.habit == "prompt":
            # Rounded up: the rest waits for the next bill.
            amount = -(-amount // 5000) * 5000
        money = ledger.payment(day, amount, **{**values, "payment_datetime": on(day)})
        later = min(day + timedelta(days=random.randint(1, 3)), self._last_day)
        if roll < 0.001 and values["payment_type"] == "CHECK":
            ledger.take_back(money, later)
            self.context.writer["ReversedPayment"].add(
                created=on(later),
                payment_id=money.id,
                amount=amount,
                description="NSF check",
                user_id=self.context.user(random),
            )
            self._appointments.append((later + timedelta(days=7), 1.0))
        elif 0.050 < roll < 0.052:
            ledger.take_back(money, later)
            self.context.writer["VoidedPayment"].add(
                created=on(later),
                payment_id=money.id,
                amount=amount,
                description="Entered twice",
                user_id=self.context.user(random),
            )
            ledger.payment(later, amount, **{**values, "payment_datetime": on(later)})
        elif money.left > 1000 and random.random() < 0.3:
            self._refund(money.left // 2, later)
        elif 0.060 < roll < 0.0605:
            self.context.writer["Dispute"].add(
                created=on(later), payment_id=money.id, amount=amount, dispute_date=later.isoformat(), status="WON",
                external_id=f"dp_{money.id:08d}", reason="Not recognized",
            )  # fmt: skip

    def _refund(self, cents: int, day: date) -> None:
        """Send back part of what the last payment left."""
        money = self.ledger.monies[-1]
        money.left -= cents
        money.touched = on(day)
        self.context.writer["RefundedPayment"].add(
            created=on(day), payment_id=money.id, amount=cents, description="Overpaid", transaction_successful=True,
            transaction_id=f"re_{money.id:08d}", user_id=self.context.user(self.random),
        )  # fmt: skip

    def _means(self, day: date) -> dict[str, Any]:
        """How it was paid."""
        random, account = self.random, self.account
        values: dict[str, Any] = {
            "company_id": account.company_id, "successful": True, "status": "SUCCEEDED",
            "payment_datetime": on(day), "is_autopay": self.habit == "automatic",
        }  # fmt: skip
        if self.habit == "automatic" or random.random() < 0.35:
            if account.bank_account_ids and (random.random() < 0.9 or not account.card_ids):
                values |= {"payment_type": "BANKACCOUNT", "bank_account_id": account.bank_account_ids[0]}
            elif account.card_ids:
                values |= {
                    "payment_type": "CREDITCARD",
                    "credit_card_id": account.card_ids[0],
                    "passed_avs_check": True,
                    "passed_cvv_check": True,
                }
            else:
                values |= {"payment_type": "CREDITCARD"}
            values["transaction_id"] = f"{random.getrandbits(40):010d}"
            return values
        kind = random.choices(("CHECK", "CASH", "WIRE", "PAYPAL", "OTHER"), weights=(60, 15, 8, 12, 5))[0]
        values["payment_type"] = kind
        if kind == "CHECK":
            values |= {"reference": str(random.randint(100, 9999)), "deposit_slip_id": self._slips.slip(day)}
        return values | {"user_id": self.context.user(random)}

    # After the last bill

    def since_the_last_bill(self) -> None:
        """Charges, credits and money that wait for the next invoice, and mistakes that were taken back."""
        context, random, ledger = self.context, self.random, self.ledger
        account = self.account
        day = self._last_day - timedelta(days=random.randint(0, 9))
        if account.activated is None or day < account.activated:
            return
        roll = random.random()
        if account.billable and roll < 0.04:
            item = context.items[random.choice(("service_call", "router"))]
            rules = rules_for(context, account, item)
            ledger.debit(None, day, item, item.amount or 0, rules, user_id=context.user(random))
        elif account.billable and roll < 0.05:
            item = context.items["service_call"]
            ledger.debit(
                None, day, item, item.amount or 0, (), user_id=context.user(random), reversed_by=context.user(random)
            )
        if account.billable and 0.10 < roll < 0.125:
            item = context.items[random.choice(ONE_TIME_CREDITS)]
            ledger.discount(day, item, item.amount or 0, (), time="T18:00:00+00:00", user_id=context.user(random))
        elif account.billable and 0.13 < roll < 0.15:
            ledger.payment(day, ledger.open_cents + random.choice((1000, 2500, 10_000)), **self._means(day))
        elif account.kind in ("disconnected", "seasonal") and roll < 0.03:
            ledger.payment(day, ledger.open_cents + 1234, **self._means(day))
