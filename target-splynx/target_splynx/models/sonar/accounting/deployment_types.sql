-- The name of a deployment type is told in the notes of its devices.
SELECT
    source.id,
    NULL AS model,
    NULL AS source_key,
    'merged' AS part,
    'deployment type: named in the notes of its devices' AS skip
FROM sonar.deployment_types AS source
ORDER BY source.id
