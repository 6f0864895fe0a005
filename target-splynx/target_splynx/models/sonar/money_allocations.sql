-- Which payment or discount paid how much of which invoice (Sonar's credits). Cents; days are local.
-- credit_id, invoice_id, invoice_account_id, kind, receipt_id, receipt_account_id, cents, made_on, before, gone, gone_before.
WITH stood AS (
    -- Where two accounts are joined, the side is that of the one that was opened first.
    SELECT
        credit.id AS credit_id,
        least(owing.day, paying.day) AS day,
        least(owing.moment, paying.moment) AS moment,
        least(owing.last_credits, paying.last_credits) AS last_credits
    FROM sonar.credits AS credit
    LEFT JOIN shared.money_invoices AS invoice ON invoice.invoice_id = credit.invoice_id
    LEFT JOIN shared.money_receipts AS receipt ON receipt.kind = credit.creditable_type AND receipt.receipt_id = credit.creditable_id
    LEFT JOIN shared.money_bases AS owing ON owing.account_id = invoice.account_id
    LEFT JOIN shared.money_bases AS paying ON paying.account_id = receipt.account_id
)
SELECT
    credit.id AS credit_id,
    credit.invoice_id,
    invoice.account_id AS invoice_account_id,
    credit.creditable_type AS kind,
    credit.creditable_id AS receipt_id,
    receipt.account_id AS receipt_account_id,
    credit.amount AS cents,
    local_date(credit.created_at) AS made_on,
    CASE WHEN basis.strategy = 'history' THEN local_date(credit.created_at) < coalesce(stood.day, basis.day) ELSE credit.id <= coalesce(stood.last_credits, basis.last_credits) END
        -- Never before what it joins.
        AND coalesce(invoice.before, true) AND coalesce(receipt.before, true) AS before,
    coalesce(credit.void, false) AS gone,
    coalesce(credit.void, false)
        AND CASE
            WHEN basis.strategy = 'history' THEN local_date(coalesce(credit.voided_at, credit.created_at)) < coalesce(stood.day, basis.day)
            ELSE coalesce(credit.voided_at, credit.created_at) <= coalesce(stood.moment, basis.moment)
        END AS gone_before
FROM sonar.credits AS credit
CROSS JOIN shared.money_basis AS basis
LEFT JOIN stood ON stood.credit_id = credit.id
LEFT JOIN shared.money_invoices AS invoice ON invoice.invoice_id = credit.invoice_id
LEFT JOIN shared.money_receipts AS receipt ON receipt.kind = credit.creditable_type AND receipt.receipt_id = credit.creditable_id
