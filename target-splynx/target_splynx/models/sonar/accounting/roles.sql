-- Roles are told by role_map, because Splynx has no API for them.
SELECT id, CAST(NULL AS VARCHAR) AS model, CAST(NULL AS VARCHAR) AS source_key, 'merged' AS part, 'read as a value: role_map' AS skip
FROM sonar.roles
