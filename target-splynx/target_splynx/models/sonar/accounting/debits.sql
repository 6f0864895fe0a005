-- A debit is a line of its invoice, or a transaction of its own (not invoiced, or added later); with opening_balance it is in the balance.
SELECT
    charge.debit_id AS id,
    CASE
        WHEN own.source_key IS NOT NULL THEN 'money/charges'
        WHEN opening.source_key IS NOT NULL AND charge.before THEN 'money/opening_balances'
        WHEN charge.gone AND NOT coalesce(invoice.void, false) THEN NULL
        WHEN charge.invoice_id IS NOT NULL THEN 'money/invoices'
    END AS model,
    CASE
        WHEN own.source_key IS NOT NULL THEN own.source_key
        WHEN opening.source_key IS NOT NULL AND charge.before THEN opening.source_key
        WHEN charge.gone AND NOT coalesce(invoice.void, false) THEN NULL
        ELSE CAST(charge.invoice_id AS VARCHAR)
    END AS source_key,
    CASE WHEN own.source_key IS NOT NULL THEN 'written' ELSE 'merged' END AS part,
    CASE
        WHEN own.source_key IS NULL AND (opening.source_key IS NULL OR NOT charge.before) AND charge.gone AND NOT coalesce(invoice.void, false) THEN 'reversed'
    END AS skip
FROM shared.money_charges AS charge
LEFT JOIN sonar.invoices AS invoice ON invoice.id = charge.invoice_id
LEFT JOIN plan.money__charges AS own ON own.source_key = 'debit:' || charge.debit_id
LEFT JOIN plan.money__opening_balances AS opening ON opening.source_key = 'opening:' || charge.account_id
