-- Each call becomes a note of the customer or lead, of the type call.
SELECT
    call.id,
    CASE WHEN record.lead_id IS NULL THEN 'documents/customer_notes' ELSE 'documents/lead_notes' END AS model,
    'call:' || call.id AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.call_logs AS call
LEFT JOIN shared.account_records AS record ON record.account_id = call.account_id
