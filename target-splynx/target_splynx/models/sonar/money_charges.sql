-- Debits with their taxes. Cents; days are local.
-- debit_id, account_id, invoice_id, net_cents, tax_cents, cents, made_on, gone, gone_on (reversed, or its invoice voided).
WITH taxes AS (
    SELECT taxtransactionable_id AS debit_id, CAST(sum(amount) AS BIGINT) AS cents
    FROM sonar.tax_transactions
    WHERE taxtransactionable_type = 'Debit'
    GROUP BY taxtransactionable_id
)
SELECT
    debit.id AS debit_id,
    debit.account_id,
    debit.invoice_id,
    debit.service_id,
    debit.voice_service_generic_parameter_id,
    one_line(coalesce(debit.description, debit.service_name)) AS description,
    debit.prorated_from,
    debit.prorated_to,
    debit.amount AS net_cents,
    coalesce(tax.cents, 0) AS tax_cents,
    debit.amount + coalesce(tax.cents, 0) AS cents,
    local_date(debit.created_at) AS made_on,
    -- GUESS: what stands on a void invoice is not owed, whether Sonar marks the line as reversed or not.
    coalesce(debit.reversed, false) OR coalesce(invoice.void, false) AS gone,
    least(
        CASE WHEN debit.reversed THEN local_date(coalesce(debit.reversed_at, debit.created_at)) END,
        CASE WHEN invoice.void THEN local_date(coalesce(invoice.voided_at, invoice.created_at)) END
    ) AS gone_on
FROM sonar.debits AS debit
LEFT JOIN taxes AS tax ON tax.debit_id = debit.id
LEFT JOIN sonar.invoices AS invoice ON invoice.id = debit.invoice_id
