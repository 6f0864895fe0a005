-- title: Balance that comes out differently by open items and by history
-- area: money
-- severity: blocker
-- action: The account's money is held back (owed_differs); everything else of it is written.
SELECT
    'accounts' AS stream,
    owed.account_id AS id,
    owed.account_id,
    'open items ' || money(owed.open_items_cents) || ', history ' || money(owed.history_cents)
        || coalesce(', running balance ' || money(owed.running_balance_cents), '') AS detail
FROM shared.account_owed AS owed
WHERE NOT owed.agree
