-- Absences have no place in Splynx's API.
SELECT
    source.id,
    NULL AS model,
    NULL AS source_key,
    'written' AS part,
    'absence: no API' AS skip
FROM sonar.schedule_time_offs AS source
ORDER BY source.id
