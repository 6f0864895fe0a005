-- Areas of schedules have no place in Splynx's API.
SELECT
    source.id,
    NULL AS model,
    NULL AS source_key,
    'written' AS part,
    'area of a schedule: no API' AS skip
FROM sonar.geofences AS source
ORDER BY source.id
