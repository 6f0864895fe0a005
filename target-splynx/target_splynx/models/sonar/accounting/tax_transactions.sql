-- A tax goes with the debit or discount that it is on.
SELECT
    tax.id,
    CASE
        WHEN debit.debit_id IS NULL AND discount.id IS NULL THEN NULL
        WHEN own.source_key IS NOT NULL THEN 'money/charges'
        WHEN note.source_key IS NOT NULL THEN 'money/credit_notes'
        WHEN discount.id IS NOT NULL THEN 'money/discounts'
        WHEN opening.source_key IS NOT NULL AND debit.before THEN 'money/opening_balances'
        WHEN debit.invoice_id IS NOT NULL THEN 'money/invoices'
    END AS model,
    CASE
        WHEN own.source_key IS NOT NULL THEN own.source_key
        WHEN note.source_key IS NOT NULL THEN note.source_key
        WHEN discount.id IS NOT NULL THEN 'discount:' || discount.id
        WHEN opening.source_key IS NOT NULL AND debit.before THEN opening.source_key
        WHEN debit.invoice_id IS NOT NULL THEN CAST(debit.invoice_id AS VARCHAR)
    END AS source_key,
    'merged' AS part,
    CASE
        WHEN debit.debit_id IS NULL AND discount.id IS NULL THEN 'tax of a row that does not exist'
    END AS skip
FROM sonar.tax_transactions AS tax
LEFT JOIN shared.money_charges AS debit ON tax.taxtransactionable_type = 'Debit' AND debit.debit_id = tax.taxtransactionable_id
LEFT JOIN sonar.discounts AS discount ON tax.taxtransactionable_type = 'Discount' AND discount.id = tax.taxtransactionable_id
LEFT JOIN plan.money__charges AS own ON own.source_key = 'debit:' || debit.debit_id
LEFT JOIN plan.money__credit_notes AS note ON note.source_key = CAST(discount.id AS VARCHAR)
LEFT JOIN plan.money__opening_balances AS opening ON opening.source_key = 'opening:' || debit.account_id
