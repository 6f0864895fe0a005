"""The root ``transactions``: an account's debits, discounts and payments in order of time, with a running balance.

In: an account id (or None for all accounts) and a paginator. Out: the source of a TransactionConnection.
Nothing is stored: the rows are computed from Debit, Discount, Payment and TaxTransaction.

The last running balance equals the account's debt as of research/money.md §1, identity B: debits with tax
less discounts with tax less successful payments; reversed rows count zero, refunded, reversed and voided
payments only with what is left. GUESS: id (the row's own id three times, plus 0, 1 or 2 for debit, discount,
payment), sort order of equal times.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.sonar.resolvers import Info, check_permission
from sandbox.sonar.rows import Request, Row, page_info, read_paginator

_TAX = """coalesce((SELECT sum(x.amount) FROM "TaxTransaction" x
    WHERE x.taxtransactionable_type = '{type}' AND x.taxtransactionable_id = r.id), 0)"""

_BACK = """coalesce((SELECT sum(b.amount) FROM "ReversedPayment" b WHERE b.payment_id = r.id), 0)
    + coalesce((SELECT sum(b.amount) FROM "RefundedPayment" b
                WHERE b.payment_id = r.id AND b.transaction_successful IS NOT 0), 0)"""

_LINES = f"""
SELECT r.id * 3 AS id, r.account_id, r.sonar_unique_id, r.created_at, r.updated_at, r.amount, r.description,
       r.created_at AS datetime, 'DEBIT' AS type, {_TAX.format(type="Debit")} AS tax_total, 1 AS successful,
       r.id AS debit_id, NULL AS discount_id, NULL AS payment_id,
       iif(r.reversed, 0, r.amount + {_TAX.format(type="Debit")}) AS effect
FROM "Debit" r {{where}}
UNION ALL
SELECT r.id * 3 + 1, r.account_id, r.sonar_unique_id, r.created_at, r.updated_at, r.amount, r.description,
       r.created_at, 'DISCOUNT', {_TAX.format(type="Discount")}, 1, NULL, r.id, NULL,
       iif(r.reversed, 0, -r.amount - {_TAX.format(type="Discount")})
FROM "Discount" r {{where}}
UNION ALL
SELECT r.id * 3 + 2, r.account_id, r.sonar_unique_id, r.created_at, r.updated_at, r.amount, r.description,
       r.payment_datetime, 'PAYMENT', 0, r.successful, NULL, NULL, r.id,
       CASE WHEN NOT r.successful THEN 0
            WHEN EXISTS (SELECT 1 FROM "VoidedPayment" v WHERE v.payment_id = r.id) THEN 0
            ELSE {_BACK} - r.amount END
FROM "Payment" r {{where}}
"""

_COLUMNS = (
    "id",
    "account_id",
    "sonar_unique_id",
    "created_at",
    "updated_at",
    "amount",
    "description",
    "datetime",
    "type",
    "tax_total",
    "successful",
    "debit_id",
    "discount_id",
    "payment_id",
    "running_balance",
)


def resolve_transactions(
    _source: Any,
    info: Info,
    account_id: int | None = None,
    paginator: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The rows of one account, oldest first; of all accounts (by account) when none is named."""
    check_permission(info, "Transaction")
    request: Request = info.context
    page, size = read_paginator(paginator, request.limits, nested=False)
    where, parameters = ("WHERE r.account_id = ?", (account_id,) * 3) if account_id is not None else ("", ())
    lines = _LINES.format(where=where)
    total = request.connection.execute(f"SELECT count(*) FROM ({lines})", parameters).fetchone()[0]
    offset = (page - 1) * size
    limit = max(0, min(size, request.limits.window - offset))
    sql = (
        "SELECT *, sum(effect) OVER (PARTITION BY account_id ORDER BY datetime, id ROWS UNBOUNDED PRECEDING)"
        f" AS running_balance FROM ({lines}) ORDER BY account_id, datetime, id LIMIT ? OFFSET ?"
    )
    cursor = request.connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM ({sql})", (*parameters, limit, offset))
    rows = [Row("Transaction", dict(zip(_COLUMNS, values, strict=True))) for values in cursor]
    return {"entities": rows, "page_info": page_info(page, size, total)}


def resolve_core_transactions(
    _source: Any,
    info: Info,
    paginator: Mapping[str, Any] | None = None,
    **_rest: Any,
) -> dict[str, Any]:
    """What the instance itself owes Sonar: this instance owes nothing (research/sonar-entities.md "Transaction")."""
    check_permission(info, "Transaction")
    page, size = read_paginator(paginator, info.context.limits, nested=False)
    return {"entities": [], "page_info": page_info(page, size, 0)}
