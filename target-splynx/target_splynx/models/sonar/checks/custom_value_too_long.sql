-- title: Custom field value with more than 255 characters
-- area: custom fields
-- severity: warn
-- action: The field becomes a text of several lines.
SELECT
    'custom_field_data' AS stream,
    data.id,
    CASE WHEN data.customfielddataable_type = 'Account' THEN data.customfielddataable_id END AS account_id,
    length(data.value) || ' characters' AS detail
FROM sonar.custom_field_data AS data
WHERE length(data.value) > 255
