-- resource: transaction_categories
-- natural_key: [name]
-- on_delete: ignore
-- description: Ledger codes that services use, and the categories under which balances are carried over.
WITH sources AS (
    SELECT
        'gl:' || code.id AS source_key,
        one_line(concat_ws(' ', code.code, code.description)) AS name,
        code.id
    FROM sonar.general_ledger_codes AS code
    WHERE code.id IN (SELECT general_ledger_code_id FROM sonar.services)
    UNION ALL
    VALUES
        ('tool:charge', 'Sonar charge', -4),
        ('tool:opening_balance', 'Opening balance (Sonar)', -3),
        ('tool:discount', 'Sonar discount', -2),
        ('tool:refund', 'Refund', -1)
)
SELECT
    source_key,  -- gl:<id>, or tool: for the categories of the migration itself
    CASE
        WHEN row_number() OVER (PARTITION BY lower(clip(name, 64)) ORDER BY id) = 1 THEN clip(name, 64)
        ELSE clip(name, 50) || ' (#' || id || ')'
    END AS name,  -- general_ledger_codes.code and description; "Refund" is one of Splynx's own and is adopted
    'Category ' || name AS _label
FROM sources
ORDER BY id
