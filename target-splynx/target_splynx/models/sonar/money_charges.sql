-- Debits with their taxes, and on which side of shared.money_bases they lie. Cents; days are local.
-- debit_id, account_id, invoice_id, net_cents, tax_cents, cents, made_on, before, gone (reversed, or its invoice voided), gone_on, gone_before.
WITH taxes AS (
    SELECT taxtransactionable_id AS debit_id, CAST(sum(amount) AS BIGINT) AS cents
    FROM sonar.tax_transactions
    WHERE taxtransactionable_type = 'Debit'
    GROUP BY taxtransactionable_id
),
found AS (
    SELECT
        debit.*,
        coalesce(tax.cents, 0) AS tax_cents,
        -- GUESS: what stands on a void invoice is not owed, whether Sonar marks the line as reversed or not.
        coalesce(debit.reversed, false) OR coalesce(invoice.void, false) AS gone,
        least(
            CASE WHEN debit.reversed THEN coalesce(debit.reversed_at, debit.created_at) END,
            CASE WHEN invoice.void THEN invoice.void_at END
        ) AS gone_at
    FROM sonar.debits AS debit
    LEFT JOIN taxes AS tax ON tax.debit_id = debit.id
    LEFT JOIN shared.money_invoices AS invoice ON invoice.invoice_id = debit.invoice_id
)
SELECT
    found.id AS debit_id,
    found.account_id,
    found.invoice_id,
    found.service_id,
    found.voice_service_generic_parameter_id,
    one_line(coalesce(found.description, found.service_name)) AS description,
    found.prorated_from,
    found.prorated_to,
    found.amount AS net_cents,
    found.tax_cents,
    found.amount + found.tax_cents AS cents,
    local_date(found.created_at) AS made_on,
    CASE WHEN basis.strategy = 'history' THEN local_date(found.created_at) < basis.day ELSE found.id <= basis.last_debits END AS before,
    found.gone,
    local_date(found.gone_at) AS gone_on,
    found.gone AND CASE WHEN basis.strategy = 'history' THEN local_date(found.gone_at) < basis.day ELSE found.gone_at <= basis.moment END AS gone_before
FROM found
JOIN shared.money_bases AS basis ON basis.account_id IS NOT DISTINCT FROM found.account_id
