-- What becomes of each account: customer, or skipped by which rule, and its final status in Splynx (mapping.md §3.1).
-- One row per account: account_id, name, status_name, final_status, is_lead, skip (as a customer), reject, label.
WITH judged AS (
    SELECT
        account.id AS account_id,
        coalesce(
            -- Names that were pasted with HTML are read as text.
            one_line(CASE WHEN account.name LIKE '%<%>%' THEN html_to_text(account.name) ELSE account.name END),
            contact.name,
            'Account #' || account.id
        ) AS name,
        status.name AS status_name,
        status.activates_account AS activates,
        account.activation_date,
        account.is_delinquent,
        account.archived_at IS NOT NULL AS archived,
        getvariable('status_map')[status.name] AS wanted_status,
        -- A status named like a lead counts only when the account never was a customer.
        regexp_matches(lower(coalesce(status.name, '')), getvariable('lead_status_pattern'))
            AND NOT coalesce(status.activates_account, false)
            AND account.activation_date IS NULL
            AND getvariable('lead_accounts') <> 'customer' AS lead_like
    FROM sonar.accounts AS account
    LEFT JOIN sonar.account_statuses AS status ON status.id = account.account_status_id
    LEFT JOIN shared.primary_contacts AS contact ON contact.account_id = account.id
)
SELECT
    account_id,
    name,
    status_name,
    CASE
        WHEN wanted_status IS NOT NULL THEN wanted_status
        WHEN archived THEN 'disabled'
        WHEN activates AND is_delinquent THEN getvariable('delinquent_accounts')
        WHEN activates THEN 'active'
        WHEN activation_date IS NULL THEN 'new'
        ELSE 'disabled'
    END AS final_status,
    -- Written as a lead (customers/leads); lead_accounts skip leaves it out altogether.
    lead_like
        AND getvariable('lead_accounts') = 'lead'
        AND coalesce(wanted_status, '') <> 'skip'
        AND NOT (archived AND getvariable('archived_accounts') = 'skip') AS is_lead,
    CASE
        WHEN wanted_status = 'skip' THEN 'status_map: skip'
        WHEN archived AND getvariable('archived_accounts') = 'skip' THEN 'archived account'
        WHEN lead_like THEN 'lead, not a customer'
    END AS skip,
    CASE
        WHEN status_name IS NULL
            THEN reject('account_status_missing', 'The account has no status.', 'Give it a status in Sonar.')
    END AS reject,
    'Account ' || account_id || ' ' || name AS label
FROM judged
