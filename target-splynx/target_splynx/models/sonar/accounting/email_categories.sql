-- Categories of e-mails only say who gets the invoices.
SELECT id, CAST(NULL AS VARCHAR) AS model, CAST(NULL AS VARCHAR) AS source_key, 'merged' AS part, 'read as a value: who gets the invoices' AS skip
FROM sonar.email_categories
