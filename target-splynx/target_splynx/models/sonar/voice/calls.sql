-- resource: voice_calls
-- on_delete: ignore
-- description: Calls that Sonar has not billed yet; what it has billed stays in Sonar.

-- One request per call, because the bulk import (cdr-import) carries no marker and does not tell which rows it took: after a lost
-- answer nobody could say whether the calls are there. A month of calls is loaded once.
WITH calls AS (
    SELECT
        call.*,
        -- Sonar's amounts are floats; they are read as decimals first, so that no cent is lost.
        CASE
            WHEN getvariable('unbilled_calls') <> 'charge' THEN CAST(0 AS DECIMAL(19,4))
            WHEN getvariable('call_amounts') = 'units' THEN CAST(CAST(amount AS DECIMAL(19,6)) AS DECIMAL(19,4))
            ELSE CAST(CAST(amount AS DECIMAL(19,6)) * CAST(0.01 AS DECIMAL(4,2)) AS DECIMAL(19,4))
        END AS price
    FROM sonar.call_detail_records AS call
)
SELECT
    CAST(call.id AS VARCHAR) AS source_key,  -- call_detail_records.id
    found.customer_id,  -- account_id
    found.service_id,  -- the voice service with the number that called or was called, else with the plan service_id, else the account's first
    local_datetime(call.started_at) AS start,  -- started_at in the provider's time zone
    local_datetime(call.started_at + to_seconds(greatest(coalesce(call.length_in_seconds, 0), 0))) AS stop,  -- started_at and length_in_seconds
    clip(call.receiving_number, 64) AS call_to,  -- receiving_number
    coalesce(call.price, CAST(0 AS DECIMAL(19,4))) AS sell_price,  -- amount when unbilled_calls is charge (call_amounts says its unit), else 0
    1 AS is_price_from_import,  -- the price counts as it is; Splynx does not rate the call again
    nullif(clip(concat_ws(', ', lower(call.direction), 'from ' || one_line(call.originating_number), lower(replace(call.prefix_type, '_', ' ')), one_line(call.description)), 255), '') AS comment,  -- direction, originating_number, prefix_type, description
    CASE
        WHEN account.account_id IS NULL
            THEN reject('account_missing', 'The call is of account ' || call.account_id || ', which does not exist.', 'Correct it in Sonar.')
        WHEN account.reject IS NOT NULL THEN account.reject
        WHEN found.service_id IS NULL
            THEN reject('voice_service_missing', account.label || ' has no voice service in Splynx.', 'See why its voice service was left out, or bill the call in Sonar.')
    END AS _reject,
    CASE
        WHEN call.monthly_billing_completion_id IS NOT NULL THEN 'call that Sonar has billed'
        WHEN call.account_id IS NULL THEN 'call of no account'
        WHEN getvariable('unbilled_calls') = 'skip' THEN 'unbilled_calls: skip'
        WHEN account.skip IS NOT NULL THEN account.skip
        WHEN account.customer_id IS NULL AND account.lead_id IS NOT NULL THEN 'account is a lead'
    END AS _skip,
    CAST(call.account_id AS VARCHAR) AS _account,
    'Call ' || call.id || coalesce(' of account ' || call.account_id, '') AS _label
FROM calls AS call
LEFT JOIN shared.account_records AS account ON account.account_id = call.account_id
LEFT JOIN shared.call_services AS found ON found.call_id = call.id
ORDER BY call.id
