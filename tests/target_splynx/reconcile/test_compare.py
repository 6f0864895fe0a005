"""What counts as explained: only what accounts for the difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from target_splynx.reconcile import forecast
from target_splynx.reconcile.amounts import cents, exact, plain, shown
from target_splynx.reconcile.compare import bucket, compare
from target_splynx.reconcile.expected import Account, Expected, Item, Line, Reason
from target_splynx.reconcile.held import BUNDLES, Customer, OpenInvoice, Preview, Service, read_preview
from target_splynx.reconcile.payer import payers
from target_splynx.reconcile.result import Difference, Explanation

OWED_DIFFERS = Reason("owed_differs", "the figures differ")


def account(key: str = "1", **values: Any) -> Account:
    base: dict[str, Any] = {
        "key": key, "label": f"Account {key}", "payer": key, "linked": False, "live": False, "customer_id": int(key), "billed": True,
        "final_status": "active", "reason": None, "owed_reason": None, "months": 1, "next_charge": date(2026, 12, 1), "reported_cents": None,
    }  # fmt: skip
    return Account(**{**base, **values})


def line(key: str = "service:1", **values: Any) -> Line:
    base: dict[str, Any] = {
        "account": "1", "key": key, "label": "Fiber", "kind": "internet", "sign": 1, "cents": 5000, "tax_cents": 275, "tax_shift_cents": 0,
        "tax_shift": "", "due": True, "monthly": Decimal("50.0000"), "revenue": True, "first_day": date(2026, 12, 1), "last_day": None,
        "services": (("services_internet", 7),), "separate": False, "reason": None,
    }  # fmt: skip
    return Line(**{**base, **values})


def item(key: str, amount: int, kind: str = "invoice", **values: Any) -> Item:
    base: dict[str, Any] = {
        "account": "1",
        "kind": kind,
        "key": key,
        "cents": amount,
        "due": date(2026, 11, 20),
        "splynx_id": int(key),
        "reason": None,
    }
    return Item(**{**base, **values})


def found(accounts: list[Account], customers: list[Customer], items: list[Item] | None = None, lines: list[Line] | None = None) -> list[Difference]:
    expected = Expected({each.key: each for each in accounts})
    for entry in items or ():
        expected.items[entry.account].append(entry)
    for entry in lines or ():
        expected.lines[entry.account].append(entry)
    return [each for payer in payers(expected, {c.id: c for c in customers}) for each in compare(payer)]


def states(differences: list[Difference]) -> dict[str, bool]:
    return {each.check: each.explained for each in differences}


def customer(**values: Any) -> Customer:
    return Customer(1, "active", **values)


def service(**values: Any) -> Service:
    return Service(
        **{
            "resource": "services_internet",
            "id": 7,
            "monthly": Decimal("50.0000"),
            "start": date(2026, 12, 1),
            "end": None,
            "description": "Fiber",
            **values,
        }
    )


def open_invoice(number: int, amount: int, due: date = date(2026, 11, 20)) -> OpenInvoice:
    return OpenInvoice(number, f"S-{number}", due, amount)


def test_equal_is_no_difference() -> None:
    held = customer(owed_cents=8000, invoices=[open_invoice(5, 8000)], services=[service()])
    assert found([account()], [held], [item("5", 8000)], [line()]) == []


@pytest.mark.parametrize("cents_more", [1, -1])
def test_one_cent_of_a_balance_is_unexplained(cents_more: int) -> None:
    held = customer(owed_cents=8000 + cents_more, invoices=[open_invoice(5, 8000)])
    assert states(found([account()], [held], [item("5", 8000)])) == {"balance": False}


def test_what_was_held_back_explains_exactly_its_own_amount() -> None:
    kept = item("5", 8000, splynx_id=None, reason=OWED_DIFFERS)
    assert states(found([account()], [customer()], [kept])) == {
        "balance": True,
        "invoices": True,
        "invoice_count": True,
    }
    assert states(found([account()], [customer(owed_cents=1)], [kept]))["balance"] is False


def test_what_is_missing_without_a_reason_is_unexplained() -> None:
    assert states(found([account()], [customer()], [item("5", 8000, splynx_id=None)]))["balance"] is False


def test_an_account_that_is_no_customer_explains_all_of_its_own() -> None:
    gone = account(customer_id=None, reason=Reason("skipped", "archived account"), billed=False)
    assert states(found([gone], [], [item("5", 8000, splynx_id=None)])) == {
        "balance": True,
        "invoices": True,
        "invoice_count": True,
    }
    lost = account(customer_id=None)
    assert states(found([lost], [])) == {"customer": False}


def test_a_customer_that_somebody_deleted_is_found() -> None:
    assert states(found([account()], [])) == {"customer": False}


def test_money_that_splynx_settled_by_itself_is_explained_up_to_what_was_unused() -> None:
    items = [item("5", 8000), item("9", -3000, "payment", due=None)]
    settled = customer(owed_cents=5000, invoices=[open_invoice(5, 5000)])
    assert states(found([account()], [settled], items)) == {"invoices": True}
    more = customer(owed_cents=5000, invoices=[open_invoice(5, 4999)])
    assert states(found([account()], [more], items)) == {"invoices": False}


def test_money_that_is_written_row_by_row_may_be_on_another_invoice() -> None:
    """A bounced payment: at the source its invoice is open again, in Splynx it stays paid and the return is owed."""
    bounced = account(moved_cents=8000)
    held = customer(owed_cents=8000)
    assert states(found([bounced], [held], [item("5", 8000)])) == {"invoices": True, "invoice_count": True}
    # Nothing was written row by row, so the invoice is missing.
    assert states(found([account()], [held], [item("5", 8000)])) == {"invoices": False, "invoice_count": False}
    # More than was written: somebody else's doing.
    assert states(found([account(moved_cents=7999)], [held], [item("5", 8000)]))["invoices"] is False
    # The balance tells that something else happened.
    assert states(found([bounced], [customer(owed_cents=7999)], [item("5", 8000)]))["invoices"] is False


def test_the_rest_of_each_invoice_counts_where_the_sums_are_equal() -> None:
    items = [item("5", 8000), item("6", 2000), item("7", 0, "closed", due=None)]
    held = customer(owed_cents=10000, invoices=[open_invoice(5, 7000), open_invoice(6, 3000)])
    assert states(found([account()], [held], items)) == {"invoices": False}
    assert states(found([account(moved_cents=1000)], [held], items)) == {"invoices": True}
    swapped = customer(owed_cents=10000, invoices=[open_invoice(5, 8000), open_invoice(7, 2000)])
    assert states(found([account()], [swapped], items)) == {"invoices": False}
    [difference] = found([account(moved_cents=2000)], [swapped], items)
    assert difference.explained and difference.explanations[0].code == "allocated"


def test_a_due_date_is_compared_invoice_by_invoice() -> None:
    held = customer(owed_cents=8000, invoices=[open_invoice(5, 8000, date(2026, 12, 20))])
    [late] = found([account()], [held], [item("5", 8000)])
    assert (late.check, late.explained) == ("due_dates", False) and "2026-11-20, in Splynx 2026-12-20" in late.detail


def test_an_invoice_that_is_nobodys_is_named() -> None:
    held = customer(owed_cents=8000, invoices=[open_invoice(5, 8000), OpenInvoice(6, "2026-7", None, 100)])
    differences = found([account()], [held], [item("5", 8000)])
    assert states(differences) == {"invoices": False, "invoice_count": False}
    assert "2026-7" in differences[1].detail


def test_a_service_by_hand_is_found() -> None:
    held = customer(services=[service(), service(id=8, description="By hand")])
    differences = found([account()], [held], [], [line()])
    assert states(differences) == {"services": False, "revenue": False}
    assert "By hand" in differences[0].detail


def test_a_refused_service_explains_number_and_revenue() -> None:
    refused = line(services=(), reason=Reason("ip_duplicate", "The address is taken."))
    assert states(found([account()], [customer()], [], [refused])) == {"services": True, "revenue": True}


def test_a_credit_counts_in_the_service_that_carries_it() -> None:
    credit = line("service:2", kind="credit", sign=-1, cents=1000, tax_cents=0, monthly=Decimal("10.0000"))
    held = customer(services=[service(monthly=Decimal("40.0000"))])
    assert found([account()], [held], [], [line(), credit]) == []


def test_a_bundle_carries_the_lines_of_its_services() -> None:
    phone = line("service:2", kind="voice", cents=1000, monthly=Decimal("10.0000"), services=(("services_voice", 8),))
    members = [
        service(monthly=Decimal(0), bundle=3),
        service(resource="services_voice", id=8, monthly=Decimal(0), bundle=3),
    ]
    whole = service(resource=BUNDLES, id=3, monthly=Decimal("60.0000"))
    assert found([account()], [customer(services=[*members, whole])], [], [line(), phone]) == []
    late = replace(whole, start=date(2026, 12, 2))
    assert states(found([account()], [customer(services=[*members, late])], [], [line(), phone])) == {"first_day": False}
    dear = replace(whole, monthly=Decimal("61.0000"))
    assert states(found([account()], [customer(services=[*members, dear])], [], [line(), phone])) == {"revenue": False}
    alone = customer(services=[replace(each, monthly=each.monthly, bundle=0) for each in members] + [whole])
    assert states(found([account()], [alone], [], [line(), phone])) == {"services": False}, "a bundle that nobody knows"


def test_another_first_day_is_unexplained() -> None:
    held = customer(services=[service(start=date(2026, 11, 1))])
    assert states(found([account()], [held], [], [line()])) == {"first_day": False}


def test_sub_accounts_are_compared_with_who_pays() -> None:
    child = account("2", payer="1", linked=True)
    held = [customer(owed_cents=8000, invoices=[open_invoice(5, 8000)]), Customer(2)]
    assert found([account(), child], held, [item("5", 8000, account="2")]) == []


# -- the next charge ---------------------------------------------------------------------------------------------------


def charged(preview: Preview, lines: list[Line], accounts: list[Account] | None = None) -> Difference | None:
    accounts = accounts or [account()]
    expected = Expected({each.key: each for each in accounts})
    for entry in lines:
        expected.lines[entry.account].append(entry)
    held = {int(each.key): Customer(int(each.key)) for each in accounts}
    [payer] = payers(expected, held)
    return forecast.compare(payer, [preview])


def test_a_cent_per_taxed_line_is_rounding() -> None:
    assert charged(Preview(5276), [line()]) is None
    late = charged(Preview(5277), [line()])
    assert late is not None and not late.explained
    untaxed = charged(Preview(5001), [line(tax_cents=0)])
    assert untaxed is not None and not untaxed.explained


def test_future_items_and_tax_by_design_are_explained() -> None:
    part = line(tax_shift_cents=28, tax_shift="a part is untaxed")
    difference = charged(Preview(5275 + 28 + 1500, {("services_internet", 7): 5303}, 1500, itemised=True), [part])
    assert difference is not None and difference.explained
    assert {cause.code for cause in difference.explanations} == {"tax_shift", "future_items"}


def test_what_is_not_due_is_not_expected() -> None:
    assert charged(Preview(0), [line(due=False)]) is None
    early = charged(Preview(60000), [line(due=False)])
    assert early is not None and not early.explained


def test_a_service_that_ends_is_charged_up_to_its_last_day_with_its_credits() -> None:
    last = date(2026, 12, 19)
    credit = line("service:2", kind="credit", sign=-1, cents=1000, tax_cents=0)
    expected = Expected({"1": account()})
    expected.lines["1"] = [line(tax_cents=0, last_day=last), credit]
    held = customer(services=[service(end=last, monthly=Decimal("40.0000"))])
    [payer] = payers(expected, {1: held})
    found = forecast.compare(payer, [Preview(2452, {("services_internet", 7): 2452}, itemised=True)])
    assert found is not None and found.explained and [cause.code for cause in found.explanations] == ["ends"]
    too_much = forecast.compare(payer, [Preview(4001, {("services_internet", 7): 4001}, itemised=True)])
    assert too_much is not None and not too_much.explained


@pytest.mark.parametrize(("amount", "explained"), [(15825, True), (5275, True), (2000, True), (15828, True), (15829, False)])
def test_a_sub_account_is_charged_for_its_parents_period(amount: int, explained: bool) -> None:
    child = account("2", payer="1", linked=True)
    own = line(account="2", tax_cents=275)
    first = {("services_internet", 7): date(2026, 12, 1)}
    found = charged(Preview(amount, {("services_internet", 7): amount}, since=first, itemised=True), [own], [account(months=3), child])
    assert (found is None or found.explained) is explained


@pytest.mark.parametrize(("amount", "explained"), [(7209, True), (7600, False)])
def test_a_sub_account_with_an_earlier_day_is_charged_up_to_the_end_of_its_parents_period(amount: int, explained: bool) -> None:
    """Its own bill comes on the 20th, the parent's on the 1st: from 20 November to 31 December at once."""
    child = account("2", payer="1", linked=True, next_charge=date(2026, 11, 20))
    own = line(account="2", tax_cents=275, first_day=date(2026, 11, 20))
    first = {("services_internet", 7): date(2026, 11, 20)}
    found = charged(Preview(amount, {("services_internet", 7): amount}, since=first, itemised=True), [own], [account(), child])
    assert found is not None and found.explained is explained


def test_the_sources_own_figure_counts() -> None:
    stale = charged(Preview(5275), [line()], [account(reported_cents=5000)])
    assert stale is not None and stale.explained and stale.explanations[0].code == "source_figure"


@pytest.mark.parametrize(("amount", "explained"), [(63300, True), (63301, True), (63303, False), (126600, True)])
def test_more_months_than_splynx_charges_at_once(amount: int, explained: bool) -> None:
    """Two years in advance: Splynx charges one of them, and the other one a year later."""
    years = line(cents=120000, tax_cents=6600)
    found = charged(Preview(amount), [years], [account(months=24)])
    if amount == 126600:
        assert found is None, "a Splynx that takes 24 months charges what Sonar would have charged"
    else:
        assert found is not None and found.explained is explained
        assert found.explanations[0].code == "long_period"


def test_no_answer_is_no_proof() -> None:
    silent = charged(Preview(0, problem="HTTP 500"), [line(cents=0, tax_cents=0)])
    assert silent is not None and not silent.explained


def test_a_preview_is_read_in_several_forms() -> None:
    body = {
        "totalSum": "52.75",
        "transactions": [
            {"service_type": "internet", "service_id": "7", "total": "52.75", "period_from": "2026-12-01"},
            {"service_id": None, "transaction_id": 3, "total": 10},
        ],
    }
    full = read_preview(body, 2)
    assert (full.total_cents, full.services, full.others_cents) == (5275, {("services_internet", 7): 5275}, 1000)
    assert full.since == {("services_internet", 7): date(2026, 12, 1)}
    assert read_preview({"totalSum": 52.75}, 2).total_cents == 5275
    assert read_preview([{"total": "1.10"}, {"total": "2.20"}], 2).total_cents == 330
    with pytest.raises(ValueError, match="no sum and no lines"):
        read_preview({"message": "ok"}, 2)


# -- small things ------------------------------------------------------------------------------------------------------


def test_a_tolerance_does_not_explain_what_has_no_figure() -> None:
    assert not Difference("due_dates", "1", "", 1, 3, 3, ()).explained
    assert Difference("due_dates", "1", "", 1, 3, 3, (Explanation("x", "y"),)).explained


def test_amounts_are_exact() -> None:
    assert cents("0.0050", 2) == 1 and cents("-0.0050", 2) == -1 and cents(80.1, 2) == 8010 and cents(None, 2) == 0
    assert cents("1234", 0) == 1234 and cents("1.2345", 3) == 1235
    assert exact("19,99".replace(",", ".")) == Decimal("19.99")
    assert shown(-123456, 2) == "-1,234.56" and plain(-5, 2) == "-0.05"
    with pytest.raises(ValueError, match="no number"):
        exact("NaN")


def test_ageing_counts_days_past_due() -> None:
    day = date(2026, 11, 16)
    assert [bucket(due, day) for due in (None, day, date(2026, 11, 15), date(2026, 10, 17), date(2026, 10, 16), date(2026, 8, 17))] == [0, 0, 1, 1, 2, 4]
