-- Priced lines, seats and features of voice plans become recurring tariffs.
SELECT
    parameter.id,
    record.model,
    record.source_key,
    'written' AS part,
    CASE WHEN record.item IS NULL THEN 'its voice plan does not exist' ELSE record.skip END AS skip
FROM sonar.voice_service_generic_parameters AS parameter
LEFT JOIN shared.item_records AS record ON record.item = 'voice_parameter:' || parameter.id
