-- Each status becomes a label, and decides about the status of the customers.
SELECT id, 'foundation/labels' AS model, 'status:' || id AS source_key, 'written' AS part, CAST(NULL AS VARCHAR) AS skip
FROM sonar.account_statuses
