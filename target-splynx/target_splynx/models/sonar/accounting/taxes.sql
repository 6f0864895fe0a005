-- Taxes are carried by the tariffs as percentages; those of a fixed amount become fees.
WITH carried AS (
    SELECT applied.tax_id, arg_min(record.model, record.item) AS model, arg_min(record.source_key, record.item) AS source_key
    FROM shared.item_taxes AS applied
    JOIN shared.item_records AS record ON record.item = applied.item AND record.model IS NOT NULL
    GROUP BY applied.tax_id
)
SELECT
    tax.id,
    CASE WHEN tax.application = 'FLAT' THEN fee.model ELSE carried.model END AS model,
    CASE WHEN tax.application = 'FLAT' THEN fee.source_key ELSE carried.source_key END AS source_key,
    CASE WHEN tax.application = 'FLAT' THEN 'written' ELSE 'merged' END AS part,
    CASE
        WHEN tax.application = 'FLAT' AND fee.item IS NULL THEN 'flat_taxes: skip'
        WHEN tax.application <> 'FLAT' AND carried.tax_id IS NULL THEN 'no tariff carries it'
    END AS skip
FROM sonar.taxes AS tax
LEFT JOIN shared.item_records AS fee ON fee.item = 'flat_tax:' || tax.id
LEFT JOIN carried ON carried.tax_id = tax.id
