-- Internal fields of services become additional fields of the kind of service that has them.
SELECT
    metadata.id,
    'foundation/additional_fields' AS model,
    field.module || '--' || field.name AS source_key,
    'written' AS part,
    CASE WHEN field.service_metadata_id IS NULL THEN 'its service does not exist' END AS skip
FROM sonar.service_metadata AS metadata
LEFT JOIN shared.service_metadata_fields AS field ON field.service_metadata_id = metadata.id
