-- Which payment or discount paid how much of which invoice (Sonar's credits). Cents; days are local.
-- credit_id, invoice_id, invoice_account_id, kind, receipt_id, receipt_account_id, cents, made_on, gone, gone_on.
SELECT
    credit.id AS credit_id,
    credit.invoice_id,
    invoice.account_id AS invoice_account_id,
    credit.creditable_type AS kind,
    credit.creditable_id AS receipt_id,
    receipt.account_id AS receipt_account_id,
    credit.amount AS cents,
    local_date(credit.created_at) AS made_on,
    coalesce(credit.void, false) AS gone,
    CASE WHEN credit.void THEN local_date(coalesce(credit.voided_at, credit.created_at)) END AS gone_on
FROM sonar.credits AS credit
LEFT JOIN sonar.invoices AS invoice ON invoice.id = credit.invoice_id
LEFT JOIN shared.money_receipts AS receipt ON receipt.kind = credit.creditable_type AND receipt.receipt_id = credit.creditable_id
