-- Payment processors are set up in Splynx by hand; payment_account_map names their accounts there.
SELECT id, CAST(NULL AS VARCHAR) AS model, CAST(NULL AS VARCHAR) AS source_key, 'merged' AS part, 'read as a value: payment_account_map' AS skip
FROM sonar.bank_account_processors
