-- resource: transactions
-- on_delete: ignore
-- description: With balance_strategy opening_balance, what each account owed on the day of the cut-over, as one transaction.
SELECT
    'opening:' || account.account_id AS source_key,  -- opening:<accounts.id>
    CASE WHEN account.opening_cents > 0 THEN 'debit' ELSE 'credit' END AS type,  -- debit when the account owes, credit when it has money left
    account.customer_id,  -- accounts.id, of child accounts the parent's customer
    account.sub_account_id,  -- the child, when its parent pays
    1 AS quantity,  -- 1
    money(abs(account.opening_cents)) AS price,  -- the full ledger: debits with taxes less discounts less payments
    CAST(0 AS DECIMAL(6,4)) AS tax_percent,  -- 0, taxes stand in Sonar's books
    basis.day - 1 AS date,  -- the day before the cut-over
    category.id AS category,  -- "Opening balance (Sonar)"
    'Opening balance from Sonar' AS description,  -- fixed text
    'S-' || account.account_id AS comment,  -- accounts.id
    false AS to_invoice,  -- at once
    account.account_key AS _account,
    account.problem AS _reject,
    CASE
        WHEN account.skip IS NOT NULL THEN account.skip
        WHEN account.opening_cents = 0 THEN 'owes nothing'
    END AS _skip,
    account.label || ': opening balance' AS _label
FROM shared.money_accounts AS account
JOIN shared.money_bases AS basis ON basis.account_id = account.account_id AND basis.strategy = 'opening_balance'
LEFT JOIN splynx.transaction_categories AS category ON category.source_key = 'tool:opening_balance'
ORDER BY account.account_id
