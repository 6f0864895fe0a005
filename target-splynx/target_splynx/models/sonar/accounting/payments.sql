-- What is left of a payment, or a new one in full, is a payment; used up and declined ones are left out.
SELECT id, 'money/payments' AS model, CAST(id AS VARCHAR) AS source_key, 'written' AS part, CAST(NULL AS VARCHAR) AS skip
FROM sonar.payments
