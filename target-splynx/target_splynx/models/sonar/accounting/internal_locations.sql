-- Each shelf of a warehouse becomes a stock.
SELECT
    source.id,
    'inventory/stocks' AS model,
    'InternalLocation:' || source.id AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.internal_locations AS source
ORDER BY source.id
