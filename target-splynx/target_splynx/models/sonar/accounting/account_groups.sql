-- Each group becomes a label.
SELECT id, 'foundation/labels' AS model, 'group:' || id AS source_key, 'written' AS part, CAST(NULL AS VARCHAR) AS skip
FROM sonar.account_groups
