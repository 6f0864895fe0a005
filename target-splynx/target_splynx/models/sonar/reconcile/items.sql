-- What is owed when the books close: open invoices, charges that no invoice has yet, and money that nothing has used up.
-- Signed: what the customer owes counts up. Under opening_balance what the opening holds is one row per account; under none there is
-- nothing to owe. Kind closed: an invoice that was written and of which nothing is left.
-- account, kind (invoice, future, payment, discount, opening, closed), item, cents, due_date, splynx_id, reject.
WITH taxed AS (
    SELECT taxtransactionable_id AS id, sum(amount) AS cents
    FROM sonar.tax_transactions WHERE taxtransactionable_type = 'Debit'
    GROUP BY taxtransactionable_id
),
open_items AS (
    -- Splynx takes no due date before the date of the invoice.
    SELECT
        invoice.account_id,
        'invoice' AS kind,
        invoice.id,
        invoice.remaining_due AS cents,
        greatest(invoice.due_date, invoice.date) AS due_date,
        invoice.id <= basis.last_invoices AS in_opening,
        'money/invoices' AS model
    FROM sonar.invoices AS invoice
    JOIN shared.money_bases AS basis ON basis.account_id IS NOT DISTINCT FROM invoice.account_id
    WHERE NOT coalesce(invoice.void, false) AND invoice.remaining_due <> 0
    UNION ALL
    SELECT debit.account_id, 'future', debit.id, debit.amount + coalesce(tax.cents, 0), NULL, debit.id <= basis.last_debits, 'money/charges'
    FROM sonar.debits AS debit
    JOIN shared.money_bases AS basis ON basis.account_id IS NOT DISTINCT FROM debit.account_id
    LEFT JOIN taxed AS tax ON tax.id = debit.id
    WHERE debit.invoice_id IS NULL AND NOT coalesce(debit.reversed, false)
    UNION ALL
    SELECT payment.account_id, 'payment', payment.id, -payment.amount_remaining, NULL, payment.id <= basis.last_payments, 'money/payments'
    FROM sonar.payments AS payment
    JOIN shared.money_bases AS basis ON basis.account_id IS NOT DISTINCT FROM payment.account_id
    WHERE payment.successful AND payment.amount_remaining <> 0
    UNION ALL
    SELECT
        discount.account_id,
        'discount',
        discount.id,
        -discount.amount_remaining,
        NULL,
        discount.id <= basis.last_discounts,
        CASE WHEN basis.strategy = 'history' AND local_date(discount.created_at) >= basis.day THEN 'money/credit_notes' ELSE 'money/discounts' END
    FROM sonar.discounts AS discount
    JOIN shared.money_bases AS basis ON basis.account_id IS NOT DISTINCT FROM discount.account_id
    WHERE NOT coalesce(discount.reversed, false) AND discount.amount_remaining <> 0
),
expected AS (
    SELECT item.account_id, item.kind, item.id, item.cents, item.due_date, item.model
    FROM open_items AS item
    JOIN shared.money_basis AS basis ON basis.strategy IN ('open_items', 'history') OR (basis.strategy = 'opening_balance' AND NOT item.in_opening)
    UNION ALL
    SELECT item.account_id, 'opening', item.account_id, sum(item.cents), NULL, 'money/opening_balances'
    FROM open_items AS item
    JOIN shared.money_basis AS basis ON basis.strategy = 'opening_balance'
    WHERE item.in_opening
    GROUP BY item.account_id
    HAVING sum(item.cents) <> 0
    UNION ALL
    SELECT invoice.account_id, 'closed', invoice.id, 0, NULL, 'money/invoices'
    FROM sonar.invoices AS invoice
    JOIN engine.records AS made ON made.model = 'money/invoices' AND made.source_key = CAST(invoice.id AS VARCHAR)
    WHERE coalesce(invoice.void, false) OR invoice.remaining_due = 0
),
placed AS (
    SELECT
        *,
        CASE model
            WHEN 'money/charges' THEN 'debit:' || id
            WHEN 'money/discounts' THEN 'discount:' || id
            WHEN 'money/opening_balances' THEN 'opening:' || id
            ELSE CAST(id AS VARCHAR)
        END AS source_key
    FROM expected
)
SELECT
    CAST(item.account_id AS VARCHAR) AS account,
    item.kind,
    CAST(item.id AS VARCHAR) AS item,
    CAST(item.cents AS BIGINT) AS cents,
    item.due_date,
    made.splynx_id,
    rejected.reject
FROM placed AS item
LEFT JOIN engine.records AS made ON made.model = item.model AND made.source_key = item.source_key
LEFT JOIN engine.rejects AS rejected ON rejected.model = item.model AND rejected.source_key = item.source_key
ORDER BY item.account_id, item.kind, item.id
