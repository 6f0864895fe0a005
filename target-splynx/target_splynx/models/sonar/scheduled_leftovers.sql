-- Planned changes that a person must see to, because Splynx cannot plan them (mapping.md §5.8).
-- id (of the scheduled event), account_id, date, title, text.
SELECT
    event.id,
    event.account_id,
    local_date(event.datetime) AS date,
    clip(replace(lower(event.event), '_', ' ') || ' – ' || kind.name, 64) AS title,
    concat_ws(chr(10), event.event, one_line(event.description), 'Amount: ' || money(event.amount), 'It concerns: ' || event.primary_event_object_id) AS text
FROM sonar.scheduled_events AS event
JOIN shared.account_kinds AS kind ON kind.account_id = event.account_id
WHERE NOT event.complete AND event.event NOT IN ('REMOVE_SERVICE', 'CHANGE_STATUS', 'DISCONNECT_ACCOUNT')
