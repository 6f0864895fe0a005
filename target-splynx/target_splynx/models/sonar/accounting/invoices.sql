-- Each invoice is a row of money/invoices: written, or left out as paid, void or part of the opening balance.
SELECT id, 'money/invoices' AS model, CAST(id AS VARCHAR) AS source_key, 'written' AS part, CAST(NULL AS VARCHAR) AS skip
FROM sonar.invoices
