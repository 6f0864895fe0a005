-- What is owed when the books close: open invoices, charges that no invoice has yet, and money that nothing has used up.
-- Signed: what the customer owes counts up. Under opening_balance it is one row per account, under none there is nothing to owe.
-- account, kind (invoice, future, payment, discount, opening), item, cents, due_date, splynx_id, reject.
WITH taxed AS (
    SELECT taxtransactionable_id AS id, sum(amount) AS cents
    FROM sonar.tax_transactions WHERE taxtransactionable_type = 'Debit'
    GROUP BY taxtransactionable_id
),
open_items AS (
    -- Splynx takes no due date before the date of the invoice.
    SELECT invoice.account_id, 'invoice' AS kind, invoice.id, invoice.remaining_due AS cents, greatest(invoice.due_date, invoice.date) AS due_date
    FROM sonar.invoices AS invoice
    WHERE NOT coalesce(invoice.void, false) AND invoice.remaining_due <> 0
    UNION ALL
    SELECT debit.account_id, 'future', debit.id, debit.amount + coalesce(tax.cents, 0), NULL
    FROM sonar.debits AS debit
    LEFT JOIN taxed AS tax ON tax.id = debit.id
    WHERE debit.invoice_id IS NULL AND NOT coalesce(debit.reversed, false)
    UNION ALL
    SELECT payment.account_id, 'payment', payment.id, -payment.amount_remaining, NULL
    FROM sonar.payments AS payment
    WHERE payment.successful AND payment.amount_remaining <> 0
    UNION ALL
    SELECT discount.account_id, 'discount', discount.id, -discount.amount_remaining, NULL
    FROM sonar.discounts AS discount
    WHERE NOT coalesce(discount.reversed, false) AND discount.amount_remaining <> 0
),
expected AS (
    SELECT account_id, kind, id, cents, due_date FROM open_items WHERE getvariable('balance_strategy') IN ('open_items', 'history')
    UNION ALL
    SELECT account_id, 'opening', account_id, sum(cents), NULL
    FROM open_items WHERE getvariable('balance_strategy') = 'opening_balance'
    GROUP BY account_id
    HAVING sum(cents) <> 0
),
placed AS (
    SELECT
        *,
        CASE kind
            WHEN 'invoice' THEN 'money/invoices'
            WHEN 'future' THEN 'money/charges'
            WHEN 'payment' THEN 'money/payments'
            WHEN 'discount' THEN 'money/discounts'
            ELSE 'money/opening_balances'
        END AS model,
        CASE kind
            WHEN 'future' THEN 'debit:' || id
            WHEN 'discount' THEN 'discount:' || id
            WHEN 'opening' THEN 'opening:' || id
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
