-- Each manufacturer becomes a vendor of Splynx.
SELECT
    source.id,
    'inventory/vendors' AS model,
    CAST(source.id AS VARCHAR) AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.manufacturers AS source
ORDER BY source.id
