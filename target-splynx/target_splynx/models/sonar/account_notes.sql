-- The note about an account's other contacts and addresses (contact_remarks), ready to be written. Notes cannot be changed by the API, so what the
-- note says is part of its key: when the people change, another note is made.
-- account_id, note_key, comment (HTML), datetime.
WITH items AS (
    SELECT
        account_id,
        kind,
        -- Names may hold what a browser would take for tags.
        string_agg('<li>' || replace(replace(text, '&', '&amp;'), '<', '&lt;') || '</li>', '' ORDER BY rank) AS items,
        max(created_at) AS created_at
    FROM shared.contact_remarks
    GROUP BY account_id, kind
),
told AS (
    SELECT
        account_id,
        string_agg(
            '<p>' || CASE kind WHEN 'contact' THEN 'Contacts from Sonar:' ELSE 'Other addresses from Sonar:' END || '</p><ul>' || items || '</ul>', ''
            ORDER BY kind DESC
        ) AS comment,
        local_datetime(max(created_at)) AS datetime
    FROM items
    GROUP BY account_id
)
SELECT account_id, account_id || ':' || left(md5(coalesce(datetime, '') || comment), 8) AS note_key, comment, datetime FROM told
