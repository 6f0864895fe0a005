-- What staff wrote down about an account: notes on it, its contacts and contracts; calls. For customers and leads.
-- key (note:, call: and the id), account_id, customer_id, lead_id, type, title, comment, said_at, administrator_id, pinned, skip, reject, label.
WITH said AS (
    SELECT
        'note:' || note.id AS key,
        CASE note.noteable_type
            WHEN 'Account' THEN note.noteable_id
            WHEN 'Contact' THEN CASE WHEN contact.contactable_type = 'Account' THEN contact.contactable_id END
            WHEN 'Contract' THEN contract.account_id
        END AS account_id,
        'comment' AS type,
        CASE note.noteable_type
            WHEN 'Contact' THEN clip('About ' || coalesce(one_line(contact.name), 'contact ' || note.noteable_id), 50)
            WHEN 'Contract' THEN clip('About ' || coalesce(one_line(contract.name), 'contract ' || note.noteable_id), 50)
        END AS title,
        as_html(nullif(trim(note.message), '')) AS body,
        note.created_at AS said_at,
        note.user_id,
        note.priority <> 'NORMAL' AS pinned,
        'Note ' || note.id || ' on ' || note.noteable_type || ' ' || note.noteable_id AS label
    FROM sonar.notes AS note
    LEFT JOIN sonar.contacts AS contact ON note.noteable_type = 'Contact' AND contact.id = note.noteable_id
    LEFT JOIN sonar.contracts AS contract ON note.noteable_type = 'Contract' AND contract.id = note.noteable_id
    WHERE note.noteable_type IN ('Account', 'Contract')
        OR (note.noteable_type = 'Contact' AND coalesce(contact.contactable_type, 'Account') = 'Account')
    UNION ALL
    SELECT
        'call:' || call.id,
        call.account_id,
        'call',
        clip(one_line(call.subject), 50),
        coalesce('<p><b>' || escape_html(one_line(call.subject)) || '</b></p>', '')
        || coalesce(as_html(nullif(trim(call.body), '')), '')
        || coalesce('<p>Duration: ' || (TRY_CAST(call.time_in_seconds AS BIGINT) // 60) || ' min ' || (TRY_CAST(call.time_in_seconds AS BIGINT) % 60) || ' s</p>', ''),
        call.created_at,
        call.user_id,
        false,
        'Call ' || call.id || ' of account ' || call.account_id
    FROM sonar.call_logs AS call
)
SELECT
    said.key,
    said.account_id,
    record.customer_id,
    record.lead_id,
    said.type,
    said.title,
    CASE WHEN author.own THEN '' ELSE '<p><i>Written by ' || escape_html(coalesce(author.name, 'user ' || said.user_id, 'nobody')) || '</i></p>' END
    || said.body AS comment,
    local_datetime(said.said_at) AS said_at,
    coalesce(author.administrator_id, technical.id) AS administrator_id,
    coalesce(said.pinned, false) AS pinned,
    coalesce(record.skip, CASE WHEN said.body IS NULL OR said.body = '' THEN 'nothing is written in it' END) AS skip,
    coalesce(
        record.reject,
        CASE
            WHEN record.account_id IS NULL
                THEN reject('account_missing', said.label || ' belongs to no account that exists.', 'Nothing to mend, unless it is worth keeping elsewhere.')
        END
    ) AS reject,
    said.label
FROM said
LEFT JOIN shared.account_records AS record ON record.account_id = said.account_id
LEFT JOIN shared.authors AS author ON author.user_id = said.user_id
LEFT JOIN shared.technical_administrator AS technical ON true
