"""How customers pay: stored cards, bank accounts, the processors behind them.

Out: rows of CreditCard, BankAccount, CreditCardProcessor, BankAccountProcessor.
"""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.data.clock import at
from sandbox.data.context import Context, spread
from sandbox.data.places import add_address
from sandbox.data.plan import AccountPlan

CARD_TYPES = {"VISA": 50, "MASTERCARD": 30, "DISCOVER": 10, "AMEX": 10}


def make_processors(context: Context) -> None:
    """The gateways: one in use, one old one that still holds tokens."""
    accepted: dict[str, Any] = dict.fromkeys(("visa", "mastercard", "discover", "amex"), True)
    table = context.writer["CreditCardProcessor"]
    context.named["processor:card"] = table.add(provider="AUTHORIZE", enabled=True, primary=True, **accepted)
    context.named["processor:old card"] = table.add(provider="IPPAY", enabled=True, **accepted)
    context.named["processor:unsupported"] = table.add(provider="BAMBORA", enabled=False, **accepted)
    context.named["processor:bank"] = context.writer["BankAccountProcessor"].add(
        provider="AUTHORIZE", enabled=True, primary=True
    )


def make_wallets(context: Context) -> None:
    """Cards and bank accounts for customers who were ever billed."""
    random = context.random("credit_cards")
    payers = [account for account in context.accounts if account.activated]
    wanted = context.volumes.of("CreditCard")
    with_bank = spread(context.random("bank_accounts"), payers, min(len(payers), context.volumes.of("BankAccount")))
    for account in with_bank:
        add_bank_account(context, random, account)
    # Who has the autopay discount must have something to pay with.
    needed = [account for account in payers if account.autopay and not account.bank_account_ids]
    rest = spread(random, payers, max(0, wanted - len(needed)))
    for account in sorted([*needed, *rest], key=lambda account: account.id):
        add_card(context, random, account)
    for account in payers:
        if not account.autopay and account.card_ids and random.random() < 0.25:
            account.autopay = True


def add_card(context: Context, random: Random, account: AccountPlan, *, auto: bool | None = None) -> int:
    """A stored card; the first one of an account that pays by itself is the automatic one."""
    automatic = (account.autopay and not account.card_ids and not account.bank_account_ids) if auto is None else auto
    created = context.past(random, account.activated or account.created)
    old = random.random() < 0.15
    card_id = context.writer["CreditCard"].add(
        created=created, account_id=account.id, auto=automatic,
        card_payment_type=random.choice(("CREDIT", "DEBIT", "NONE")),
        credit_card_processor_id=context.named["processor:old card" if old else "processor:card"],
        credit_card_type=random.choices(list(CARD_TYPES), weights=list(CARD_TYPES.values()))[0],
        customer_profile_id=str(random.randint(10**8, 10**9)), expiration_month=random.randint(1, 12),
        expiration_year=context.today.year + random.randint(1, 5),
        masked_number=f"************{random.randint(0, 9999):04d}", name_on_card=account.name[:60],
        token=f"{random.getrandbits(64):016x}", token_id=None,
    )  # fmt: skip
    account.card_ids.append(card_id)
    if random.random() < 0.3:
        add_address(context, random, account.town, owner=("CreditCard", card_id), created=created, kind="MAILING")
    return card_id


def add_bank_account(context: Context, random: Random, account: AccountPlan) -> int:
    """A stored bank account."""
    created = at(max(account.activated or account.created, account.created), random)
    row_id = context.writer["BankAccount"].add(
        created=context.not_later(created), account_id=account.id, auto=account.autopay,
        bank_account_processor_id=context.named["processor:bank"],
        bank_account_type=random.choice(("CHECKING", "CHECKING", "SAVINGS")),
        customer_profile_id=str(random.randint(10**8, 10**9)),
        masked_account_number=f"******{random.randint(0, 9999):04d}", name_on_account=account.name[:60],
        routing_number="075000019", token=f"{random.getrandbits(64):016x}",
    )  # fmt: skip
    account.bank_account_ids.append(row_id)
    return row_id
