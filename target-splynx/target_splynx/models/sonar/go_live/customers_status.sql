-- resource: customers
-- mode: patch
-- on_delete: ignore
-- description: Customers get their final status, after everything that needs an active customer is written.
SELECT
    customer.source_key,  -- accounts.id
    customer.id,  -- the customer
    kind.final_status AS status,  -- account_statuses.activates_account, accounts.is_delinquent, activation_date; status_map first
    scope.skip AS _skip,
    kind.label AS _label,
    customer.source_key AS _account
FROM splynx.customers AS customer
JOIN shared.go_live_scope AS scope ON scope.source_key = customer.source_key
JOIN shared.account_kinds AS kind ON CAST(kind.account_id AS VARCHAR) = customer.source_key
WHERE kind.final_status <> 'active'
ORDER BY kind.account_id
