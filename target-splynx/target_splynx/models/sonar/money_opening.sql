-- What was open on the day of shared.money_basis: each item with what was left of it at the beginning of that day.
-- Later allocations, reversals and voids are taken out again. Cents, as the item shows them (a payment's rest is positive).
-- kind (invoice, charge, payment, discount), row_id, account_id, cents, whole (nothing of it was used or paid).
WITH basis AS (
    SELECT day FROM shared.money_basis
),
charges AS (
    SELECT
        charge.*,
        local_date(invoice.created_at) < basis.day AS on_old_invoice,
        charge.made_on < basis.day AND NOT (charge.gone AND charge.gone_on < basis.day) AS stood
    FROM shared.money_charges AS charge
    CROSS JOIN basis
    LEFT JOIN sonar.invoices AS invoice ON invoice.id = charge.invoice_id
),
allocations AS (
    SELECT
        allocation.*,
        allocation.made_on < basis.day AND NOT (allocation.gone AND allocation.gone_on < basis.day) AS stood
    FROM shared.money_allocations AS allocation
    CROSS JOIN basis
),
-- What an invoice has gained and lost since that day.
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
    SELECT payment_id, CAST(sum(cents) AS BIGINT) AS cents
    FROM shared.money_returns
    CROSS JOIN basis
    WHERE made_on >= basis.day
    GROUP BY payment_id
)
SELECT
    'invoice' AS kind,
    invoice.id AS row_id,
    invoice.account_id,
    -- GUESS: the figures of a void invoice stay as they were, so its rows are counted.
    CASE
        WHEN invoice.void THEN coalesce(charged.stood_cents, 0) - coalesce(paid.stood_cents, 0)
        ELSE invoice.remaining_due + coalesce(charged.lost_cents, 0) + coalesce(paid.gained_cents, 0)
    END AS cents,
    coalesce(paid.stood_cents, 0) = 0 AS whole
FROM sonar.invoices AS invoice
CROSS JOIN basis
LEFT JOIN moved_charges AS charged ON charged.invoice_id = invoice.id
LEFT JOIN moved_allocations AS paid ON paid.invoice_id = invoice.id
WHERE local_date(invoice.created_at) < basis.day
    AND NOT (coalesce(invoice.void, false) AND local_date(coalesce(invoice.voided_at, invoice.created_at)) < basis.day)
UNION ALL
SELECT 'charge', debit_id, account_id, cents, true
FROM charges
WHERE stood AND on_old_invoice IS DISTINCT FROM true
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
CROSS JOIN basis
LEFT JOIN used ON used.kind = receipt.kind AND used.receipt_id = receipt.receipt_id
LEFT JOIN returned_later ON receipt.kind = 'Payment' AND returned_later.payment_id = receipt.receipt_id
WHERE receipt.made_on < basis.day AND NOT (receipt.gone AND receipt.gone_on < basis.day)
