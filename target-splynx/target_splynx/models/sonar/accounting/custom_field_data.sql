-- Values of custom fields go into the record of their owner, or into its note or description where it has no fields.
SELECT
    data.id,
    CASE
        WHEN data.skip IS NOT NULL THEN NULL
        WHEN data.owner = 'Ticket' THEN 'support/tickets'
        WHEN data.owner = 'Job' THEN 'scheduling/jobs'
        WHEN data.owner = 'NetworkSite' THEN 'network/network_sites'
        WHEN data.owner = 'Service' THEN item.model
        WHEN data.in_note THEN CASE WHEN data.is_lead THEN 'customers/lead_notes' ELSE 'customers/contact_notes' END
        WHEN data.is_lead THEN 'customers/leads'
        ELSE 'customers/customers'
    END AS model,
    CASE
        WHEN data.skip IS NOT NULL THEN NULL
        WHEN data.owner = 'Service' THEN item.source_key
        WHEN data.owner = 'Job' THEN 'job:' || data.owner_id
        WHEN data.in_note AND data.is_lead THEN lead_note.source_key
        WHEN data.in_note THEN note.note_key
        ELSE CAST(coalesce(data.account_id, data.owner_id) AS VARCHAR)
    END AS source_key,
    'merged' AS part,
    coalesce(data.skip, item.skip) AS skip
FROM shared.custom_places AS data
LEFT JOIN shared.item_records AS item ON data.owner = 'Service' AND item.item = 'service:' || data.owner_id
LEFT JOIN shared.account_notes AS note ON note.account_id = data.account_id
LEFT JOIN (SELECT split_part(source_key, ':', 1) AS account, source_key FROM plan."customers__lead_notes") AS lead_note
    ON lead_note.account = CAST(data.account_id AS VARCHAR)
