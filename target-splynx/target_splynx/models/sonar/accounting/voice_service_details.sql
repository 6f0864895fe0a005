-- Details of services (minutes, rates and frequency) are part of the tariff.
SELECT
    detail.id,
    service.model,
    service.source_key,
    'merged' AS part,
    CASE WHEN service.model IS NULL THEN coalesce(service.skip, 'its service does not exist') END AS skip
FROM sonar.voice_service_details AS detail
LEFT JOIN shared.item_records AS service ON service.item = 'service:' || detail.service_id
