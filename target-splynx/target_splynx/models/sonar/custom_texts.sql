-- Custom fields of an owner as text, for places without fields of their own: one line per field. entity_type, owner_id, text.
SELECT
    data.customfielddataable_type AS entity_type,
    data.customfielddataable_id AS owner_id,
    string_agg(one_line(field.name) || ': ' || one_line(data.value), chr(10) ORDER BY field.id, data.id) AS text
FROM sonar.custom_field_data AS data
JOIN sonar.custom_fields AS field ON field.id = data.custom_field_id
WHERE one_line(data.value) IS NOT NULL
GROUP BY data.customfielddataable_type, data.customfielddataable_id
