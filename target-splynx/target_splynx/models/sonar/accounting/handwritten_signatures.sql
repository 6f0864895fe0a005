-- A signature is told in the document of the contract that it signs; its picture is a file.
SELECT
    signature.id,
    CASE
        WHEN contract.id IS NULL THEN NULL
        WHEN record.lead_id IS NULL THEN 'documents/customer_documents'
        ELSE 'documents/lead_documents'
    END AS model,
    'contract:' || contract.id AS source_key,
    'merged' AS part,
    CASE WHEN contract.id IS NULL THEN 'signature of no contract' END AS skip
FROM sonar.handwritten_signatures AS signature
LEFT JOIN (
    SELECT handwritten_signature_id, min(id) AS id, arg_min(account_id, id) AS account_id FROM sonar.contracts GROUP BY handwritten_signature_id
) AS contract ON contract.handwritten_signature_id = signature.id
LEFT JOIN shared.account_records AS record ON record.account_id = contract.account_id
