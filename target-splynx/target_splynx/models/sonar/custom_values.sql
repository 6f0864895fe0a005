-- Values of custom fields per owner, in the form that Splynx takes. Several values of one field: the last one that is not empty.
-- entity_type, owner_id, module, name, value.
SELECT
    data.customfielddataable_type AS entity_type,
    data.customfielddataable_id AS owner_id,
    field.module,
    field.name,
    CASE field.type
        WHEN 'boolean' THEN CASE WHEN lower(trim(data.value)) IN ('1', 'true', 'yes') THEN '1' ELSE '0' END
        WHEN 'date' THEN CAST(TRY_CAST(data.value AS DATE) AS VARCHAR)
        WHEN 'select' THEN replace(data.value, ',', ';')
        ELSE CASE WHEN field.long_values THEN clip(data.value, 4096) ELSE clip(data.value, 255) END
    END AS value
FROM sonar.custom_field_data AS data
JOIN shared.custom_field_names AS field
    ON field.custom_field_id = data.custom_field_id AND field.entity_type = data.customfielddataable_type
WHERE trim(data.value) <> ''
QUALIFY row_number() OVER (
    PARTITION BY data.customfielddataable_type, data.customfielddataable_id, field.module, field.name ORDER BY data.id DESC
) = 1
