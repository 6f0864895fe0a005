-- Users become administrators; who left, and Sonar's staff, are represented by the technical one.
SELECT id, 'foundation/administrators' AS model, CAST(id AS VARCHAR) AS source_key, 'written' AS part, CAST(NULL AS VARCHAR) AS skip
FROM sonar.users
