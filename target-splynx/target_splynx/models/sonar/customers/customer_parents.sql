-- resource: customers
-- mode: patch
-- on_delete: ignore
-- description: Child accounts are linked to their parent, before any money is written; Splynx links only without a balance.
SELECT
    customer.source_key,  -- accounts.id
    customer.id,  -- the child
    parent.id AS parent_id,  -- accounts.parent_account_id
    coalesce(
        link.problem,
        CASE WHEN parent.id IS NULL THEN reject('parent_missing', 'The parent is not in Splynx.', 'See why account ' || link.parent_account_id || ' was rejected.') END
    ) AS _reject,
    CASE
        WHEN parent.id IS NULL AND NOT list_contains(getvariable('pilot_accounts'), CAST(link.parent_account_id AS VARCHAR))
            AND len(getvariable('pilot_accounts')) > 0 THEN 'its parent is not in pilot_accounts'
    END AS _skip,
    kind.label || ', child of account ' || link.parent_account_id AS _label,
    customer.source_key AS _account
FROM shared.parent_links AS link
JOIN splynx.customers AS customer ON customer.source_key = CAST(link.account_id AS VARCHAR)
JOIN shared.account_kinds AS kind ON kind.account_id = link.account_id
LEFT JOIN splynx.customers AS parent ON parent.source_key = CAST(link.parent_account_id AS VARCHAR)
ORDER BY link.account_id
