-- Whose customer an account's money belongs to: the parent's where child accounts are billed to it, else its own (mapping.md §3.5).
-- Splynx takes no documents of an aggregated sub account. account_id, payer_account_id.
SELECT
    account.id AS account_id,
    CASE
        WHEN link.account_id IS NOT NULL AND link.problem IS NULL AND getvariable('child_billing') = 'aggregated' THEN link.parent_account_id
        ELSE account.id
    END AS payer_account_id
FROM sonar.accounts AS account
LEFT JOIN shared.parent_links AS link ON link.account_id = account.id
