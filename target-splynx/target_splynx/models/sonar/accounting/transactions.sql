-- Sonar's own view of debits, discounts and payments with a running balance: compared (account_owed), not written.
SELECT
    id, CAST(NULL AS VARCHAR) AS model, CAST(NULL AS VARCHAR) AS source_key, 'merged' AS part, 'view of debits, discounts and payments' AS skip
FROM sonar.transactions
