-- Invoices, and on which side of shared.money_bases they lie. With balance_strategy history the day decides; else whether the first
-- load saw the row: by id, because clocks of two systems and rows that come while others are read would lie.
-- invoice_id, account_id, before (it is carried over), void, void_before.
SELECT
    invoice.id AS invoice_id,
    invoice.account_id,
    CASE WHEN basis.strategy = 'history' THEN local_date(invoice.created_at) < basis.day ELSE invoice.id <= basis.last_invoices END AS before,
    coalesce(invoice.void, false) AS void,
    coalesce(invoice.void, false)
        AND CASE
            WHEN basis.strategy = 'history' THEN local_date(coalesce(invoice.voided_at, invoice.created_at)) < basis.day
            ELSE coalesce(invoice.voided_at, invoice.created_at) <= basis.moment
        END AS void_before,
    coalesce(invoice.voided_at, invoice.created_at) AS void_at
FROM sonar.invoices AS invoice
JOIN shared.money_bases AS basis ON basis.account_id IS NOT DISTINCT FROM invoice.account_id
