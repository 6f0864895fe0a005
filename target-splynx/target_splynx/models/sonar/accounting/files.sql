-- Files become documents of customers and leads, attachments of ticket messages and of tasks; others stay in the archive.
SELECT
    place.file_id AS id,
    CASE place.place
        WHEN 'attachment' THEN 'support/ticket_attachments'
        WHEN 'task' THEN 'scheduling/attachments'
        WHEN 'document' THEN CASE WHEN record.lead_id IS NULL THEN 'documents/customer_documents' ELSE 'documents/lead_documents' END
    END AS model,
    CASE place.place WHEN 'document' THEN 'file:' || place.file_id ELSE CAST(place.file_id AS VARCHAR) END AS source_key,
    'written' AS part,
    CASE WHEN place.place IS NULL THEN place.skip END AS skip
FROM shared.file_places AS place
LEFT JOIN shared.account_records AS record ON record.account_id = place.account_id
