"""Tokens of cards and bank accounts, followed to the payment account that takes them (research/mapping.md §8)."""

from __future__ import annotations

from typing import Any

import pytest

from target_splynx.loading.masking import MASK, masked

NAME = "customers/payment_accounts"
CARD = {"credit_card_type": "VISA", "masked_number": "************4242", "customer_profile_id": "cus_1", "expiration_month": 7}


@pytest.fixture
def processors(bench: Any, provider: Any) -> None:
    bench.add("credit_card_processors", id=1, provider="AUTHORIZE", enabled=True)
    bench.add("credit_card_processors", id=2, provider="BAMBORA", enabled=False)
    bench.add("bank_account_processors", id=1, provider="AUTHORIZE", enabled=True)
    bench.set(payment_account_map={"AUTHORIZE": "3"})


def card(bench: Any, account: int, token: str | None, year: int, **values: Any) -> int:
    return bench.add(
        "credit_cards", account_id=account, token=token, expiration_year=year, name_on_card="J ROE",
        **{"auto": False, "credit_card_processor_id": 1} | CARD | values,
    )  # fmt: skip


def test_the_card_that_pays_by_itself_goes_into_its_account(bench: Any, provider: Any, processors: None) -> None:
    account, other = provider.account(), provider.account()
    later = card(bench, account, "tok_2", 2031)
    auto = card(bench, account, "tok_1", 2028, auto=True)
    old = card(bench, other, "tok_3", 2025)
    foreign = card(bench, other, "tok_4", 2031, credit_card_processor_id=2)
    unread = card(bench, other, None, 2031)
    bench.run(NAME)
    row = bench.row(NAME, f"{account}:3")
    assert row.fine
    assert (row.id, row.customer_id, row.values["_account"]) == (3, bench.made("customers", account), str(account))
    assert [row.values[f"field_{number}"] for number in range(1, 8)] == ["cus_1", "tok_1", "VISA", "4242", "07", "2028", None]
    assert str(auto) in row.values["_label"]
    skips = {row.source_key: row.values["_skip"] for row in bench.results[NAME] if row.values["_skip"]}
    assert skips == {
        f"card:{later}": "another card or account of the customer is kept", f"card:{old}": "the card has expired",
        f"card:{foreign}": "no payment account for BAMBORA (payment_account_map)", f"card:{unread}": "the token was not read (select it in the tap)",
    }  # fmt: skip


def test_banks_apart_and_fields_by_processor(bench: Any, provider: Any, processors: None) -> None:
    account = provider.account()
    card(bench, account, "tok_1", 2028)
    bench.add(
        "bank_accounts", account_id=account, token="btok", auto=True, bank_account_processor_id=1, bank_account_type="CHECKING",
        masked_account_number="******6789", routing_number="075000019", name_on_account="Jane",
    )  # fmt: skip
    bench.set(
        payment_account_map={"card:AUTHORIZE": "3", "bank:AUTHORIZE": "4"},
        payment_account_fields={"bank:AUTHORIZE": "token, routing_number, last_digits, name"},
    )
    bench.run(NAME)
    row = bench.row(NAME, f"{account}:4")
    assert [row.values[f"field_{number}"] for number in range(1, 6)] == ["btok", "075000019", "6789", "Jane", None]
    assert bench.row(NAME, f"{account}:3").field_2 == "tok_1"


def test_another_card_changes_the_account_it_does_not_end_it(bench: Any, provider: Any, processors: None) -> None:
    """The old row gone would be a DELETE behind the PUT of the new one."""
    account = provider.account()
    first = card(bench, account, "tok_1", 2028)
    bench.run(NAME)
    before = [row.source_key for row in bench.results[NAME]]
    bench.connection.execute("DELETE FROM sonar.credit_cards WHERE id = ?", [first]).fetchall()
    card(bench, account, "tok_9", 2029)
    bench.forget_parts()
    bench.run(NAME)
    assert [row.source_key for row in bench.results[NAME]] == before == [f"{account}:3"]


def test_without_a_map_nothing_is_sent(bench: Any, provider: Any, processors: None) -> None:
    number = card(bench, provider.account(), "tok_1", 2028)
    bench.set(payment_account_map={})
    bench.run(NAME)
    assert bench.row(NAME, f"card:{number}").values["_skip"] == "no payment account for AUTHORIZE (payment_account_map)"


def test_people_do_not_see_tokens() -> None:
    assert masked({"customer_id": 7, "field_1": "cus_1", "field_2": "tok_1", "field_3": None}) == {
        "customer_id": 7,
        "field_1": MASK,
        "field_2": MASK,
        "field_3": None,
    }
    assert masked({"amount": 5, "field_1": "reference"}) == {"amount": 5, "field_1": "reference"}
