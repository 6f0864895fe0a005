-- Planned changes become planned statuses, end dates, pending services, or a task for a person (scheduling).
SELECT
    change.id,
    CASE change.becomes
        WHEN 'status' THEN 'services/pending_statuses'
        WHEN 'end' THEN ended.model
        WHEN 'service' THEN CASE planned.kind WHEN 'internet' THEN 'services/planned_internet' ELSE 'services/planned_recurring' END
        WHEN 'human' THEN 'scheduling/event_tasks'
    END AS model,
    CASE change.becomes
        WHEN 'end' THEN ended.source_key
        WHEN 'service' THEN planned.source_key
        WHEN 'human' THEN 'event:' || change.id
        ELSE CAST(change.id AS VARCHAR)
    END AS source_key,
    CASE change.becomes WHEN 'end' THEN 'merged' ELSE 'written' END AS part,
    change.skip
FROM shared.scheduled_changes AS change
LEFT JOIN shared.planned_services AS planned ON planned.event_id = change.id
LEFT JOIN (
    SELECT planned.event_id, arg_min(record.model, record.line_key) AS model, arg_min(record.source_key, record.line_key) AS source_key
    FROM shared.planned_ends AS planned
    JOIN shared.line_records AS record ON record.line_key = 'service:' || planned.account_service_id
    GROUP BY planned.event_id
) AS ended ON ended.event_id = change.id
