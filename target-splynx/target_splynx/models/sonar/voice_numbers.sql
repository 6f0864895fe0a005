-- The telephone numbers of each voice service (mapping.md §5.6). line_key, did_assignment_id, number, position, numbers (of the line).
WITH voice_accounts AS (
    SELECT account_id, min(account_service_id) AS account_service_id, count(*) AS services
    FROM shared.service_lines
    WHERE kind = 'voice'
    GROUP BY account_id
)
SELECT
    line.line_key,
    assignment.id AS did_assignment_id,
    did.number,
    row_number() OVER (PARTITION BY line.line_key ORDER BY assignment.id) AS position,
    count(*) OVER (PARTITION BY line.line_key) AS numbers
FROM sonar.did_assignments AS assignment
JOIN sonar.dids AS did ON did.id = assignment.did_id
JOIN shared.service_lines AS line ON line.kind = 'voice' AND line.account_id = assignment.account_id
JOIN voice_accounts AS voice ON voice.account_id = line.account_id
-- A number without service belongs to the account's first voice service; one with service to the first line of that service.
WHERE line.account_service_id = CASE
    WHEN assignment.service_id IS NULL THEN voice.account_service_id
    ELSE (
        SELECT min(other.account_service_id) FROM shared.service_lines AS other
        WHERE other.account_id = assignment.account_id AND other.item = 'service:' || assignment.service_id
    )
END
