-- Priced features of voice services become recurring services.
SELECT
    detail.id,
    record.model,
    record.source_key,
    record.part,
    CASE WHEN line.id IS NULL THEN 'its service does not exist' END AS skip
FROM sonar.account_voice_service_details AS detail
LEFT JOIN sonar.account_services AS line ON line.id = detail.account_service_id
LEFT JOIN shared.line_records AS record ON record.line_key = 'voice_parameter:' || detail.id
