-- Rates of their own decide which tariff the services of an account have.
SELECT
    override.id,
    CASE WHEN kind.account_id IS NOT NULL AND kind.skip IS NULL THEN 'customers/customers' END AS model,
    CASE WHEN kind.account_id IS NOT NULL AND kind.skip IS NULL THEN CAST(override.account_id AS VARCHAR) END AS source_key,
    'merged' AS part,
    CASE
        WHEN kind.account_id IS NULL THEN 'its account does not exist'
        WHEN kind.skip IS NOT NULL THEN 'account: ' || kind.skip
    END AS skip
FROM sonar.tax_overrides AS override
LEFT JOIN shared.account_kinds AS kind ON kind.account_id = override.account_id
