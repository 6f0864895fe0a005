-- resource: customer_notes
-- natural_key: [name, customer_id]
-- on_delete: ignore
-- description: Notes and calls of accounts become notes of the customer, with author, time and pin. Splynx can neither change nor delete them.
SELECT
    said.key AS source_key,  -- note: and notes.id, call: and call_logs.id
    said.customer_id AS customer_id,  -- notes.noteable_id (of an account, its contacts and contracts), call_logs.account_id
    said.said_at AS datetime,  -- created_at, local time
    said.administrator_id,  -- user_id; who is no administrator in Splynx is told in the text, and the technical administrator stands for them
    said.type,  -- comment; call for call_logs
    said.title,  -- call_logs.subject; of a note on a contact or contract: whose
    'sonar:' || said.key AS name,  -- sonar:note:<id>, sonar:call:<id>; the natural key
    said.comment,  -- notes.message; call_logs.subject, body, time_in_seconds
    CASE WHEN said.pinned THEN '1' ELSE '0' END AS is_pinned,  -- notes.priority STICKY, STICKY_WITH_CONFIRMATION
    CASE WHEN said.pinned THEN said.said_at END AS pinned_date,  -- created_at of a pinned note
    said.reject AS _reject,
    said.skip AS _skip,
    CAST(said.account_id AS VARCHAR) AS _account,
    said.label AS _label
FROM shared.account_remarks AS said
WHERE said.lead_id IS NULL
ORDER BY said.key
