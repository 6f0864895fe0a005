-- Under which name each custom field lives in which Splynx module (mapping.md §1.10). One row per field and module.
-- custom_field_id, entity_type, module, name, title, type, select_values, long_values.
WITH places (entity_type, module, prefix) AS (
    VALUES
        ('Account', 'customers', ''),
        ('Contact', 'customers', 'contact_'),
        ('Address', 'customers', 'address_'),
        ('Ticket', 'ticket', ''),
        ('Job', 'scheduling_task', ''),
        ('Service', 'tariffs_internet', ''),
        ('Service', 'tariffs_voice', ''),
        ('Service', 'tariffs_custom', ''),
        ('Service', 'tariffs_one_time', '')
),
values_of_field AS (
    SELECT
        data.custom_field_id,
        max(length(data.value)) AS longest,
        bool_and(TRY_CAST(data.value AS DATE) IS NOT NULL) AS all_dates,
        bool_and(lower(trim(data.value)) IN ('0', '1', 'true', 'false', 'yes', 'no')) AS all_booleans,
        bool_and(list_contains(field.enum_options, data.value)) AS all_options
    FROM sonar.custom_field_data AS data
    JOIN sonar.custom_fields AS field ON field.id = data.custom_field_id
    WHERE trim(data.value) <> ''
    GROUP BY data.custom_field_id
),
named AS (
    SELECT
        field.id AS custom_field_id,
        field.entity_type,
        place.module,
        left(place.prefix || splynx_name(field.name), 60) AS plain_name,
        one_line(field.name) AS title,
        -- A single value that does not fit makes the whole field text: no value is lost.
        CASE
            WHEN len(field.enum_options) > 0 AND coalesce(found.all_options, true) THEN 'select'
            WHEN field.type = 'BOOLEAN' AND coalesce(found.all_booleans, true) THEN 'boolean'
            WHEN field.type = 'DATE' AND coalesce(found.all_dates, true) THEN 'date'
            ELSE 'string'
        END AS type,
        list_transform(field.enum_options, lambda option: replace(option, ',', ';')) AS options,
        coalesce(found.longest, 0) > 255 AS long_values
    FROM sonar.custom_fields AS field
    JOIN places AS place ON place.entity_type = field.entity_type
    LEFT JOIN values_of_field AS found ON found.custom_field_id = field.id
)
SELECT
    custom_field_id,
    entity_type,
    module,
    -- Two fields that sanitise to the same name: the older keeps it.
    CASE
        WHEN row_number() OVER (PARTITION BY module, plain_name ORDER BY custom_field_id) = 1 AND NOT starts_with(plain_name, 'sonar_')
            THEN plain_name
        ELSE plain_name || '_' || custom_field_id
    END AS name,
    title,
    type,
    CASE WHEN type = 'select' THEN array_to_string(options, ',') END AS select_values,
    type = 'string' AND long_values AS long_values
FROM named
