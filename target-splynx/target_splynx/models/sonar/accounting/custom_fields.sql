-- Definitions of fields become additional fields of the module of their owner; those of services exist once per kind of tariff.
WITH named AS (
    SELECT custom_field_id, min(module || '--' || name) AS source_key FROM shared.custom_field_names GROUP BY custom_field_id
)
SELECT
    field.id,
    'foundation/additional_fields' AS model,
    coalesce(named.source_key, lower(field.entity_type) || '--custom_field_' || field.id) AS source_key,
    'written' AS part,
    CAST(NULL AS VARCHAR) AS skip
FROM sonar.custom_fields AS field
LEFT JOIN named ON named.custom_field_id = field.id
