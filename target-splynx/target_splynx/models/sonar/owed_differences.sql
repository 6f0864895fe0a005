-- Rows whose own figure does not follow from the rows that make it up: what a person looks at when an account's figures differ.
-- account_id, stream, row_id, says_cents (the row), makes_cents (what its parts make), why.
WITH charged AS (
    SELECT invoice_id, CAST(sum(cents) AS BIGINT) AS cents FROM shared.money_charges WHERE NOT gone GROUP BY invoice_id
),
paid AS (
    SELECT invoice_id, CAST(sum(cents) AS BIGINT) AS cents FROM shared.money_allocations WHERE NOT gone GROUP BY invoice_id
),
used AS (
    SELECT kind, receipt_id, CAST(sum(cents) AS BIGINT) AS cents FROM shared.money_allocations WHERE NOT gone GROUP BY kind, receipt_id
),
returned AS (
    SELECT payment_id, CAST(sum(cents) AS BIGINT) AS cents FROM shared.money_returns GROUP BY payment_id
),
figures AS (
    SELECT
        invoice.account_id,
        'invoices' AS stream,
        invoice.id AS row_id,
        invoice.remaining_due AS says_cents,
        coalesce(charged.cents, 0) - coalesce(paid.cents, 0) AS makes_cents,
        'remaining_due is not its lines less what was paid on it' AS why
    FROM sonar.invoices AS invoice
    LEFT JOIN charged ON charged.invoice_id = invoice.id
    LEFT JOIN paid ON paid.invoice_id = invoice.id
    WHERE NOT coalesce(invoice.void, false)
    UNION ALL
    SELECT
        receipt.account_id,
        lower(receipt.kind) || 's',
        receipt.receipt_id,
        receipt.left_cents,
        receipt.cents - coalesce(used.cents, 0) - coalesce(returned.cents, 0),
        'amount_remaining is not its amount less what was used and given back'
    FROM shared.money_receipts AS receipt
    LEFT JOIN used ON used.kind = receipt.kind AND used.receipt_id = receipt.receipt_id
    LEFT JOIN returned ON receipt.kind = 'Payment' AND returned.payment_id = receipt.receipt_id
    WHERE NOT receipt.gone
    UNION ALL
    SELECT
        charge.account_id,
        'debits',
        charge.debit_id,
        charge.cents,
        0,
        CASE WHEN invoice.id IS NULL THEN 'its invoice does not exist' ELSE 'its invoice belongs to another account' END
    FROM shared.money_charges AS charge
    LEFT JOIN sonar.invoices AS invoice ON invoice.id = charge.invoice_id
    WHERE charge.invoice_id IS NOT NULL AND NOT charge.gone AND invoice.account_id IS DISTINCT FROM charge.account_id
)
SELECT * FROM figures WHERE says_cents IS DISTINCT FROM makes_cents
