-- Each type becomes a label, and decides whether its customers are persons or companies.
SELECT id, 'foundation/labels' AS model, 'type:' || id AS source_key, 'written' AS part, CAST(NULL AS VARCHAR) AS skip
FROM sonar.account_types
