-- Each contract becomes a document of the customer or lead, with what was signed.
SELECT
    contract.id,
    CASE WHEN record.lead_id IS NULL THEN 'documents/customer_documents' ELSE 'documents/lead_documents' END AS model,
    'contract:' || contract.id AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.contracts AS contract
LEFT JOIN shared.account_records AS record ON record.account_id = contract.account_id
