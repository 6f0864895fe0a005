-- Where each file belongs in Splynx, or by which rule it is left out. One row per file.
-- file_id, place (document: of a customer or lead; attachment: of a ticket message; task: of a scheduling task; NULL: nowhere),
-- account_id, message_key (of ticket_conversations), task_id (jobs.id), name, description, added_at, skip, reject, label.
WITH endings (mime_type, ending) AS (
    -- Splynx goes by the name: one without an ending gets that of its type.
    VALUES
        ('image/jpeg', '.jpg'), ('image/png', '.png'), ('image/gif', '.gif'), ('application/pdf', '.pdf'), ('text/plain', '.txt'),
        ('text/html', '.html'), ('text/csv', '.csv'), ('application/zip', '.zip'), ('video/mp4', '.mp4'), ('audio/mpeg', '.mp3')
),
owners AS (
    SELECT
        file.id AS file_id,
        CASE
            WHEN file.fileable_type IN ('Account', 'Address', 'CallLog', 'HandwrittenSignature')
                AND (file.fileable_type <> 'Address' OR address.addressable_type = 'Account') THEN 'document'
            WHEN file.fileable_type IN ('Ticket', 'TicketReply', 'TicketComment') THEN 'attachment'
            WHEN file.fileable_type = 'Job' THEN 'task'
        END AS place,
        CASE file.fileable_type
            WHEN 'Account' THEN file.fileable_id
            WHEN 'Address' THEN CASE WHEN address.addressable_type = 'Account' THEN address.addressable_id END
            WHEN 'CallLog' THEN call.account_id
            WHEN 'HandwrittenSignature' THEN contract.account_id
            WHEN 'Job' THEN CASE WHEN job.jobbable_type = 'Account' THEN job.jobbable_id END
        END AS account_id,
        CASE file.fileable_type
            WHEN 'Ticket' THEN 'ticket:' || file.fileable_id
            WHEN 'TicketReply' THEN 'reply:' || file.fileable_id
            WHEN 'TicketComment' THEN 'comment:' || file.fileable_id
        END AS message_key,
        CASE WHEN file.fileable_type = 'Job' THEN file.fileable_id END AS task_id
    FROM sonar.files AS file
    LEFT JOIN sonar.addresses AS address ON file.fileable_type = 'Address' AND address.id = file.fileable_id
    LEFT JOIN sonar.call_logs AS call ON file.fileable_type = 'CallLog' AND call.id = file.fileable_id
    LEFT JOIN (
        SELECT handwritten_signature_id, min(account_id) AS account_id FROM sonar.contracts GROUP BY handwritten_signature_id
    ) AS contract ON file.fileable_type = 'HandwrittenSignature' AND contract.handwritten_signature_id = file.fileable_id
    LEFT JOIN sonar.jobs AS job ON file.fileable_type = 'Job' AND job.id = file.fileable_id
),
named AS (
    SELECT
        file.*,
        lower(trim(split_part(coalesce(file.mime_type, ''), ';', 1))) AS mime,
        -- Nothing of a path, and no control characters.
        coalesce(one_line(regexp_replace(regexp_extract(file.filename, '[^/\\]*$'), '[[:cntrl:]]', '', 'g')), 'file-' || file.id) AS name
    FROM sonar.files AS file
)
SELECT
    file.id AS file_id,
    owner.place,
    coalesce(owner.account_id, ticket.account_id) AS account_id,
    owner.message_key,
    owner.task_id,
    clip(CASE WHEN contains(file.name, '.') THEN file.name ELSE file.name || coalesce(ending.ending, '') END, 255) AS name,
    one_line(file.description) AS description,
    file.created_at AS added_at,
    CASE
        WHEN owner.place IS NULL AND file.fileable_type IS NULL THEN 'archive (file that belongs to nothing)'
        WHEN owner.place IS NULL THEN 'archive (files of ' || file.fileable_type || ')'
        WHEN owner.place = 'attachment' AND ticket.skip IS NOT NULL THEN ticket.skip
        WHEN record.skip IS NOT NULL THEN record.skip
        WHEN NOT (SELECT coalesce(bool_or(path IS NOT NULL OR content IS NOT NULL), false) FROM shared.file_contents)
            THEN 'contents of files were not read (tap-sonar: file_contents or files_folder)'
    END AS skip,
    CASE
        WHEN owner.place = 'document' AND record.account_id IS NULL
            THEN reject(
                'account_missing',
                'The file ' || file.name || ' is of ' || file.fileable_type || ' ' || coalesce(CAST(file.fileable_id AS VARCHAR), 'without a number')
                || ', which belongs to no account.',
                'Give it to an account in Sonar, or keep it elsewhere.'
            )
        WHEN owner.place = 'attachment' AND ticket.ticket_id IS NULL
            THEN reject('ticket_missing', 'The file ' || file.name || ' belongs to a ticket that does not exist.', 'Keep it elsewhere.')
        WHEN file.file_size_in_bytes > 20 * 1024 * 1024
            THEN reject(
                'file_too_large',
                'The file ' || file.name || ' has ' || file.file_size_in_bytes || ' bytes; Splynx takes 20971520.',
                'Make it smaller in Sonar, or keep it elsewhere.'
            )
        WHEN file.mime NOT IN ('', 'application/octet-stream') AND NOT EXISTS (
            SELECT 1 FROM (SELECT unnest(getvariable('file_types')) AS kind) AS taken
            WHERE taken.kind = file.mime OR (suffix(taken.kind, '/') AND starts_with(file.mime, taken.kind))
        )
            THEN reject(
                'file_type_not_allowed',
                'The file ' || file.name || ' is of type ' || file.mime || ', which Splynx does not take.',
                'Convert it (to PDF, or into a ZIP), or keep it elsewhere; file_types lists what is taken.'
            )
        WHEN content.path IS NULL AND content.content IS NULL
            THEN reject(
                'file_not_read',
                'The contents of the file ' || file.name || ' could not be read from Sonar.',
                'Look at the warnings of tap-sonar; run it again for the stream files.'
            )
    END AS reject,
    'File ' || file.id || ' ' || file.name AS label
FROM named AS file
JOIN owners AS owner ON owner.file_id = file.id
LEFT JOIN endings AS ending ON ending.mime_type = file.mime
LEFT JOIN shared.account_records AS record ON record.account_id = owner.account_id AND owner.place = 'document'
LEFT JOIN shared.ticket_conversations AS said ON said.key = owner.message_key
LEFT JOIN shared.ticket_owners AS ticket ON ticket.ticket_id = said.ticket_id
LEFT JOIN shared.file_contents AS content ON content.file_id = file.id
