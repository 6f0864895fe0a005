-- Additional fields of every service: where it came from, and the values of its internal fields. line_key, fields.
WITH metadata_values AS (
    SELECT account_service_id, map_from_entries(list({'key': name, 'value': value} ORDER BY name)) AS fields
    FROM (
        SELECT found.account_service_id, field.name, clip(found.value, 255) AS value
        FROM sonar.service_metadata_values AS found
        JOIN shared.service_metadata_fields AS field ON field.service_metadata_id = found.service_metadata_id
        WHERE trim(found.value) <> ''
        QUALIFY row_number() OVER (PARTITION BY found.account_service_id, field.name ORDER BY found.id DESC) = 1
    )
    GROUP BY account_service_id
)
SELECT
    line.line_key,
    map_concat(
        MAP {
            'sonar_account_service_id': CAST(line.account_service_id AS VARCHAR),
            'sonar_start_date': CAST(line.begin_date AS VARCHAR),
            'sonar_price_reason': clip(line.own_reason, 255),
            'sonar_package': clip(line.package, 255)
        },
        CASE WHEN starts_with(line.line_key, 'service:') THEN metadata.fields END
    ) AS fields
FROM shared.service_lines AS line
LEFT JOIN metadata_values AS metadata ON metadata.account_service_id = line.account_service_id
