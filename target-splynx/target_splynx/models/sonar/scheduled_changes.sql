-- What becomes of each change that is planned in Sonar (mapping.md §5.8). One row per scheduled event.
-- id, account_id, day, event, object_id, becomes (status, end, service, human, nothing), status, service_id, skip.
WITH events AS (
    SELECT
        event.id,
        event.account_id,
        local_date(event.datetime) AS day,
        event.event,
        -- GUESS: the number of what the event is about: account service, status, service or package.
        TRY_CAST(event.primary_event_object_id AS BIGINT) AS object_id,
        event.primary_event_object_id AS object_text,
        event.complete,
        kind.account_id IS NULL AS account_missing,
        kind.skip AS account_skip
    FROM sonar.scheduled_events AS event
    LEFT JOIN shared.account_kinds AS kind ON kind.account_id = event.account_id
),
sorted AS (
    SELECT
        event.*,
        CASE
            WHEN event.event = 'DISCONNECT_ACCOUNT' THEN 'disabled'
            WHEN getvariable('status_map')[status.name] IN ('new', 'active', 'blocked', 'disabled') THEN getvariable('status_map')[status.name]
            WHEN status.activates_account THEN 'active'
            WHEN status.id IS NOT NULL THEN 'disabled'
        END AS status,
        item.service_id,
        CASE
            WHEN coalesce(event.complete, false) THEN 'done in Sonar'
            WHEN event.account_missing THEN 'the account does not exist'
            WHEN event.account_skip IS NOT NULL THEN 'account: ' || event.account_skip
            -- Sonar still carries these out itself; Splynx must not do so before it is in charge.
            WHEN event.day < getvariable('cutover_date') THEN 'before the cut-over: Sonar carries it out'
        END AS skip,
        CASE
            WHEN event.day < data_day.day THEN 'human'
            WHEN event.event IN ('CHANGE_STATUS', 'DISCONNECT_ACCOUNT') THEN 'status'
            WHEN event.event IN ('REMOVE_SERVICE', 'REMOVE_PACKAGE') THEN 'end'
            WHEN event.event = 'ADD_SERVICE' AND item.kind IN ('internet', 'recurring') THEN 'service'
            ELSE 'human'
        END AS wanted
    FROM events AS event
    CROSS JOIN shared.data_day AS data_day
    LEFT JOIN sonar.account_statuses AS status ON event.event IN ('CHANGE_STATUS', 'DISCONNECT_ACCOUNT') AND status.id = event.object_id
    LEFT JOIN shared.catalogue_items AS item ON event.event = 'ADD_SERVICE' AND item.item = 'service:' || event.object_id
),
ends AS (
    SELECT DISTINCT event_id FROM shared.planned_ends
)
SELECT
    event.id,
    event.account_id,
    event.day,
    event.event,
    event.object_id,
    CASE
        WHEN event.skip IS NOT NULL THEN 'nothing'
        -- A status that is not known, a service that the account does not have: a person decides.
        WHEN event.wanted = 'status' AND event.status IS NULL THEN 'human'
        WHEN event.wanted = 'end' AND ended.event_id IS NULL THEN 'human'
        ELSE event.wanted
    END AS becomes,
    event.status,
    event.service_id,
    event.skip
FROM sorted AS event
LEFT JOIN ends AS ended ON ended.event_id = event.id
