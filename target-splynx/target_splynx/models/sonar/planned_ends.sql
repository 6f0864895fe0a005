-- Services whose removal is planned, by itself or with its package (mapping.md §5.8). The earliest removal of a service counts.
-- event_id, account_service_id, day.
WITH removals AS (
    SELECT
        event.id AS event_id,
        event.account_id,
        event.event,
        local_date(event.datetime) AS day,
        event.primary_event_object_id AS object_text,
        TRY_CAST(event.primary_event_object_id AS BIGINT) AS object_id
    FROM sonar.scheduled_events AS event
    WHERE event.event IN ('REMOVE_SERVICE', 'REMOVE_PACKAGE') AND NOT coalesce(event.complete, false)
),
by_id AS (
    SELECT removal.event_id, removal.day, line.id AS account_service_id
    FROM removals AS removal
    JOIN sonar.account_services AS line
        ON line.account_id = removal.account_id
        AND CASE removal.event
            WHEN 'REMOVE_SERVICE' THEN line.id = removal.object_id
            ELSE line.package_id = removal.object_id OR line.unique_package_relationship_id = removal.object_text
        END
)
SELECT event_id, account_service_id, day FROM by_id
UNION ALL
-- GUESS: an event may name the service of the price list instead; then it means the account's only one.
SELECT removal.event_id, min(line.id), removal.day
FROM removals AS removal
JOIN sonar.account_services AS line ON line.account_id = removal.account_id AND line.service_id = removal.object_id
WHERE removal.event = 'REMOVE_SERVICE' AND removal.event_id NOT IN (SELECT event_id FROM by_id)
GROUP BY removal.event_id, removal.day
HAVING count(*) = 1
