-- The voice service that each unbilled call belongs to: the one with the number that called or was called, else one of the same
-- plan, else the account's first (mapping.md §12).
-- call_id, service_id (of Splynx), customer_id.
WITH calls AS (
    SELECT
        id,
        account_id,
        service_id,
        regexp_replace(CASE WHEN direction = 'INBOUND' THEN receiving_number ELSE originating_number END, '[^0-9]', '', 'g') AS own_number
    FROM sonar.call_detail_records
    WHERE monthly_billing_completion_id IS NULL AND account_id IS NOT NULL
),
services AS (
    SELECT
        service.id,
        service.customer_id,
        line.account_id,
        line.item,
        line.account_service_id,
        regexp_replace(service.phone, '[^0-9]', '', 'g') AS number,
        service.source_key
    FROM splynx.services_voice AS service
    JOIN shared.service_lines AS line
        ON line.kind = 'voice' AND line.account_service_id = TRY_CAST(split_part(service.source_key, ':', 1) AS BIGINT)
)
SELECT call.id AS call_id, service.id AS service_id, service.customer_id
FROM calls AS call
JOIN services AS service ON service.account_id = call.account_id
QUALIFY row_number() OVER (
    PARTITION BY call.id
    ORDER BY
        right(service.number, 10) = right(call.own_number, 10) DESC NULLS LAST,
        service.item = 'service:' || call.service_id DESC NULLS LAST,
        service.account_service_id,
        service.source_key
) = 1
