-- Each debit as a line of Splynx: net price and one percentage where that makes Sonar's tax to the cent, else no percentage and the
-- tax apart (research/money.md §4). debit_id, price, percent, apart_cents (tax that needs a line of its own), category_id.
WITH carried AS (
    SELECT
        charge.debit_id,
        CASE WHEN getvariable('tax_by') = 'tariff' THEN coalesce(sum(percent(rate.rate)), 0) ELSE 0 END AS percent
    FROM shared.money_charges AS charge
    LEFT JOIN shared.item_taxes AS applied
        ON applied.item = coalesce('voice_parameter:' || charge.voice_service_generic_parameter_id, 'service:' || charge.service_id)
    LEFT JOIN shared.account_tax_rates AS rate ON rate.account_id = charge.account_id AND rate.tax_id = applied.tax_id AND rate.application = 'PERCENTAGE'
    WHERE charge.tax_cents <> 0
    GROUP BY charge.debit_id
),
fitting AS (
    SELECT charge.debit_id, CAST(carried.percent AS DECIMAL(6,4)) AS percent
    FROM shared.money_charges AS charge
    JOIN carried ON carried.debit_id = charge.debit_id
    -- A percentage that Splynx does not know would be refused, or booked under no tax.
    WHERE CAST(carried.percent AS DECIMAL(9,4)) IN (SELECT TRY_CAST(tax.rate AS DECIMAL(9,4)) FROM splynx.taxes AS tax)
        AND charge.net_cents > 0
        -- Half up, in whole numbers: percent has four decimals.
        AND (2 * CAST(charge.net_cents AS HUGEINT) * CAST(carried.percent * 10000 AS BIGINT) + 1000000) // 2000000 = charge.tax_cents
)
SELECT
    charge.debit_id,
    money(charge.net_cents) AS price,
    coalesce(fitting.percent, CAST(0 AS DECIMAL(6,4))) AS percent,
    CASE WHEN fitting.debit_id IS NULL THEN charge.tax_cents ELSE 0 END AS apart_cents,
    category.id AS category_id
FROM shared.money_charges AS charge
LEFT JOIN fitting ON fitting.debit_id = charge.debit_id
LEFT JOIN sonar.services AS service ON service.id = charge.service_id
LEFT JOIN splynx.transaction_categories AS category ON category.source_key = 'gl:' || service.general_ledger_code_id
