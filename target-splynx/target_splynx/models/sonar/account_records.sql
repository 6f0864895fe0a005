-- What each account became in Splynx, for everything that hangs on it: a customer, a lead, or nothing, and why.
-- account_id, customer_id, lead_id, skip (the rule), reject, label.
SELECT
    kind.account_id,
    customer.id AS customer_id,
    lead.id AS lead_id,
    CASE
        WHEN customer.id IS NULL AND lead.id IS NULL AND kind.skip IS NOT NULL THEN 'account left out (' || kind.skip || ')'
    END AS skip,
    CASE
        WHEN customer.id IS NULL AND lead.id IS NULL AND kind.skip IS NULL
            THEN reject('account_not_written', kind.label || ' is not in Splynx.', 'Load the section customers first.')
    END AS reject,
    kind.label
FROM shared.account_kinds AS kind
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(kind.account_id AS VARCHAR)
LEFT JOIN splynx.leads AS lead ON lead.source_key = CAST(kind.account_id AS VARCHAR)
