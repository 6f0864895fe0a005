-- resource: pending_statuses
-- natural_key: [customer_id, date]
-- on_delete: delete
-- description: Changes of status that are planned in Sonar; Splynx carries them out on their day.
SELECT
    CAST(change.id AS VARCHAR) AS source_key,  -- scheduled_events.id of CHANGE_STATUS and DISCONNECT_ACCOUNT that are not complete
    customer.id AS customer_id,  -- scheduled_events.account_id
    CAST(change.day AS VARCHAR) AS date,  -- datetime, the day in the provider's zone; before the cut-over Sonar does it itself
    change.status,  -- status of primary_event_object_id by status_map, else activates_account (active, disabled); DISCONNECT_ACCOUNT disabled
    CASE WHEN customer.id IS NULL THEN reject('customer_missing', 'Account ' || change.account_id || ' is not in Splynx.', 'See why the account was rejected.') END AS _reject,
    CASE
        WHEN row_number() OVER (PARTITION BY change.account_id, change.day ORDER BY change.id DESC) > 1 THEN 'a later event of the same day decides'
    END AS _skip,
    'Planned status ' || change.status || ' of account ' || change.account_id AS _label,
    CAST(change.account_id AS VARCHAR) AS _account
FROM shared.scheduled_changes AS change
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(change.account_id AS VARCHAR)
WHERE change.becomes = 'status'
ORDER BY change.id
