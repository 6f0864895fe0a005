-- Values of internal fields are part of their service.
SELECT
    found.id,
    record.model,
    record.source_key,
    'merged' AS part,
    CASE
        WHEN record.line_key IS NULL THEN 'its service does not exist'
        WHEN one_line(found.value) IS NULL THEN 'empty'
        WHEN field.service_metadata_id IS NULL THEN 'its field does not exist'
    END AS skip
FROM sonar.service_metadata_values AS found
LEFT JOIN shared.service_metadata_fields AS field ON field.service_metadata_id = found.service_metadata_id
LEFT JOIN shared.line_records AS record ON record.line_key = 'service:' || found.account_service_id
