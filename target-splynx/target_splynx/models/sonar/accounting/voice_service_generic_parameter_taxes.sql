-- Taxes of priced features are part of their tariffs.
SELECT
    applied.id,
    record.model,
    record.source_key,
    'merged' AS part,
    CASE WHEN record.item IS NULL THEN 'its feature does not exist' ELSE record.skip END AS skip
FROM sonar.voice_service_generic_parameter_taxes AS applied
LEFT JOIN shared.item_records AS record ON record.item = 'voice_parameter:' || applied.voice_service_generic_parameter_id
