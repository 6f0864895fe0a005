-- Ledger codes that services use become transaction categories.
SELECT
    code.id,
    'foundation/transaction_categories' AS model,
    'gl:' || code.id AS source_key,
    'written' AS part,
    CASE WHEN code.id NOT IN (SELECT general_ledger_code_id FROM sonar.services WHERE general_ledger_code_id IS NOT NULL) THEN 'no service uses it' END AS skip
FROM sonar.general_ledger_codes AS code
