-- resource: customer_documents
-- on_delete: ignore
-- description: Contracts, with what was signed, and files of accounts become documents of the customer.
SELECT
    paper.key AS source_key,  -- contract: and contracts.id, file: and files.id
    paper.customer_id,  -- contracts.account_id; files of an account, its address, its call logs, its signatures
    'uploaded' AS type,  -- uploaded
    paper.title,  -- contracts.name; files.description, else filename
    paper.description,  -- handwritten_signatures.signer_name, contact_name, contact_role, contact_email_address, signer_ip, created_at; contracts.term_in_months, expiration_date, custom_message; files.filename
    CASE WHEN getvariable('documents_visible') THEN '1' ELSE '0' END AS visible_by_customer,  -- documents_visible, default no
    MAP {'sonar_created_at': local_datetime(paper.added_at)} AS additional_attributes,  -- contracts.created_at, files.created_at
    paper.file_name AS _file_name,  -- contract-<id>.html; files.filename, with an ending when it had none
    paper.path AS _file_path,  -- files.content_path (tap-sonar files_folder)
    paper.content AS _file_content_base64,  -- contracts.body and the signature as one page; files.content_base64 (tap-sonar file_contents)
    paper.reject AS _reject,
    paper.skip AS _skip,
    CAST(paper.account_id AS VARCHAR) AS _account,
    paper.label AS _label
FROM shared.account_documents AS paper
WHERE paper.lead_id IS NULL
ORDER BY paper.key
