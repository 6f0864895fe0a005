-- Taxes of services are part of their tariffs; those of credits and one-time bookings are told by the documents themselves.
SELECT
    applied.id,
    record.model,
    record.source_key,
    'merged' AS part,
    CASE WHEN record.item IS NULL THEN 'its service does not exist' ELSE record.skip END AS skip
FROM sonar.service_taxes AS applied
LEFT JOIN shared.item_records AS record ON record.item = 'service:' || applied.service_id
