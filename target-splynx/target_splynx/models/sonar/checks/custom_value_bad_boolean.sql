-- title: Custom field of type yes or no with another text
-- area: custom fields
-- severity: warn
-- action: The whole field becomes text, so that no value is lost.
SELECT
    'custom_field_data' AS stream,
    data.id,
    CASE WHEN data.customfielddataable_type = 'Account' THEN data.customfielddataable_id END AS account_id,
    one_line(field.name) || ': ' || clip(data.value, 40) AS detail
FROM sonar.custom_field_data AS data
JOIN sonar.custom_fields AS field ON field.id = data.custom_field_id AND field.type = 'BOOLEAN'
WHERE trim(data.value) <> '' AND lower(trim(data.value)) NOT IN ('0', '1', 'true', 'false', 'yes', 'no')
