-- Accounts become customers, or leads; archived ones are left out.
SELECT
    account.id,
    CASE WHEN kind.is_lead THEN 'customers/leads' ELSE 'customers/customers' END AS model,
    CAST(account.id AS VARCHAR) AS source_key,
    'written' AS part,
    CASE WHEN NOT kind.is_lead THEN kind.skip END AS skip
FROM sonar.accounts AS account
LEFT JOIN shared.account_kinds AS kind ON kind.account_id = account.id
