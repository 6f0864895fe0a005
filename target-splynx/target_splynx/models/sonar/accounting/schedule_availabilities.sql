-- Working hours have no place in Splynx's API.
SELECT
    source.id,
    NULL AS model,
    NULL AS source_key,
    'written' AS part,
    'working hours: no API' AS skip
FROM sonar.schedule_availabilities AS source
ORDER BY source.id
