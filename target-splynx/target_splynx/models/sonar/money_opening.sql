-- What was open on the older side of shared.money_bases: each item with what was left of it then.
-- What came later (allocations, reversals, voids) is taken out again. Cents, as the item shows them (a payment's rest is positive).
-- kind (invoice, charge, payment, discount), row_id, account_id, cents, whole (nothing of it was used or paid).
WITH charges AS (
    SELECT charge.*, coalesce(invoice.before, false) AS on_old_invoice, charge.before AND NOT charge.gone_before AS stood
    FROM shared.money_charges AS charge
    LEFT JOIN shared.money_invoices AS invoice ON invoice.invoice_id = charge.invoice_id
),
allocations AS (
    SELECT *, before AND NOT gone_before AS stood FROM shared.money_allocations
),
-- What an invoice has gained and lost since.
moved_charges AS (
    SELECT
        invoice_id,
        CAST(sum(CASE WHEN stood THEN cents ELSE 0 END) AS BIGINT) AS stood_cents,
        CAST(sum(CASE WHEN stood THEN cents ELSE 0 END - CASE WHEN gone THEN 0 ELSE cents END) AS BIGINT) AS lost_cents
    FROM charges
    WHERE invoice_id IS NOT NULL
    GROUP BY invoice_id
),
moved_allocations AS (
    SELECT
        invoice_id,
        CAST(sum(CASE WHEN stood THEN cents ELSE 0 END) AS BIGINT) AS stood_cents,
        CAST(sum(CASE WHEN gone THEN 0 ELSE cents END - CASE WHEN stood THEN cents ELSE 0 END) AS BIGINT) AS gained_cents
    FROM allocations
    GROUP BY invoice_id
),
used AS (
    SELECT
        kind,
        receipt_id,
        CAST(sum(CASE WHEN stood THEN cents ELSE 0 END) AS BIGINT) AS stood_cents,
        CAST(sum(CASE WHEN gone THEN 0 ELSE cents END - CASE WHEN stood THEN cents ELSE 0 END) AS BIGINT) AS gained_cents
    FROM allocations
    GROUP BY kind, receipt_id
),
returned_later AS (
    SELECT payment_id, CAST(sum(cents) AS BIGINT) AS cents FROM shared.money_returns WHERE NOT before GROUP BY payment_id
)
SELECT
    'invoice' AS kind,
    side.invoice_id AS row_id,
    side.account_id,
    -- GUESS: the figures of a void invoice stay as they were, so its rows are counted.
    CASE
        WHEN side.void THEN coalesce(charged.stood_cents, 0) - coalesce(paid.stood_cents, 0)
        ELSE invoice.remaining_due + coalesce(charged.lost_cents, 0) + coalesce(paid.gained_cents, 0)
    END AS cents,
    coalesce(paid.stood_cents, 0) = 0 AS whole
FROM shared.money_invoices AS side
JOIN sonar.invoices AS invoice ON invoice.id = side.invoice_id
LEFT JOIN moved_charges AS charged ON charged.invoice_id = side.invoice_id
LEFT JOIN moved_allocations AS paid ON paid.invoice_id = side.invoice_id
WHERE side.before AND NOT side.void_before
UNION ALL
SELECT 'charge', debit_id, account_id, cents, true FROM charges WHERE stood AND NOT on_old_invoice
UNION ALL
SELECT
    lower(receipt.kind),
    receipt.receipt_id,
    receipt.account_id,
    CASE
        WHEN receipt.gone THEN receipt.cents - coalesce(used.stood_cents, 0)
        ELSE receipt.left_cents + coalesce(used.gained_cents, 0) + coalesce(returned_later.cents, 0)
    END,
    coalesce(used.stood_cents, 0) = 0
FROM shared.money_receipts AS receipt
LEFT JOIN used ON used.kind = receipt.kind AND used.receipt_id = receipt.receipt_id
LEFT JOIN returned_later ON receipt.kind = 'Payment' AND returned_later.payment_id = receipt.receipt_id
WHERE receipt.before AND NOT receipt.gone_before
