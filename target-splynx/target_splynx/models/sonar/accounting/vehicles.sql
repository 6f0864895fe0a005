-- Each vehicle becomes a stock.
SELECT
    source.id,
    'inventory/stocks' AS model,
    'Vehicle:' || source.id AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.vehicles AS source
ORDER BY source.id
