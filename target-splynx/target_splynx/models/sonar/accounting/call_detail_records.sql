-- A call that Sonar has not billed becomes a call of the customer's voice service.
SELECT
    source.id,
    'voice/calls' AS model,
    CAST(source.id AS VARCHAR) AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.call_detail_records AS source
ORDER BY source.id
