-- Types of numbers only say which is a mobile one.
SELECT id, CAST(NULL AS VARCHAR) AS model, CAST(NULL AS VARCHAR) AS source_key, 'merged' AS part, 'read as a value: mobile numbers come first' AS skip
FROM sonar.phone_number_types
