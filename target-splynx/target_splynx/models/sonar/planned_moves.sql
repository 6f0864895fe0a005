-- Moves of accounts to another address that are planned in Sonar, and the job or the planned change that already tells of each.
-- move_id, account_id, day, address, gps, note, job_id, event_id.
WITH addresses AS (
    SELECT
        id,
        nullif(concat_ws(', ', one_line(line1), one_line(line2), one_line(city), state_code(subdivision), one_line(zip)), '') AS address,
        CASE
            WHEN TRY_CAST(latitude AS DOUBLE) BETWEEN -90 AND 90 AND TRY_CAST(longitude AS DOUBLE) BETWEEN -180 AND 180
                AND NOT (TRY_CAST(latitude AS DOUBLE) = 0 AND TRY_CAST(longitude AS DOUBLE) = 0)
                THEN trim(CAST(latitude AS VARCHAR)) || ',' || trim(CAST(longitude AS VARCHAR))
        END AS gps
    FROM sonar.addresses
),
jobs AS (
    SELECT serviceable_address_account_assignment_future_id AS move_id, min(id) AS job_id FROM sonar.jobs GROUP BY 1
),
events AS (
    SELECT account_id, date, min(id) AS event_id FROM shared.scheduled_leftovers GROUP BY account_id, date
)
SELECT
    move.id AS move_id,
    move.account_id,
    move.target_date AS day,
    address.address,
    address.gps,
    html_to_text(move.note) AS note,
    job.job_id,
    event.event_id
FROM sonar.serviceable_address_account_assignment_futures AS move
LEFT JOIN addresses AS address ON address.id = move.address_id
LEFT JOIN jobs AS job ON job.move_id = move.id
LEFT JOIN events AS event ON event.account_id = move.account_id AND event.date = move.target_date
