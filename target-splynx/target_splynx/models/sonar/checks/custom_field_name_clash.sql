-- title: Custom fields whose names become one
-- area: custom fields
-- severity: warn
-- action: The newer one gets its number behind the name.
SELECT 'custom_fields' AS stream, field.id, NULL::BIGINT AS account_id, one_line(field.name) || ' of ' || field.entity_type AS detail
FROM sonar.custom_fields AS field
QUALIFY row_number() OVER (PARTITION BY field.entity_type, splynx_name(field.name) ORDER BY field.id) > 1
