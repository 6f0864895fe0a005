-- Stored bank accounts of processors that payment_account_map names keep working in Splynx; that a customer pays by itself is told in its billing.
SELECT
    method.id,
    CASE WHEN token.skip IS NULL THEN 'customers/payment_accounts' END AS model,
    CASE WHEN token.skip IS NULL THEN token.source_key END AS source_key,
    'written' AS part,
    token.skip
FROM sonar.bank_accounts AS method
LEFT JOIN shared.payment_tokens AS token ON token.token_key = 'bank:' || method.id
