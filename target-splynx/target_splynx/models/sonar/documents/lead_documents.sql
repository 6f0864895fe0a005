-- resource: leads_documents
-- natural_key: [title, customer_id]
-- on_delete: ignore
-- description: Contracts and files of accounts that became leads.
SELECT
    paper.key AS source_key,  -- contract: and contracts.id, file: and files.id
    paper.lead_id AS customer_id,  -- contracts.account_id; files of an account, its address, its call logs, its signatures
    'uploaded' AS type,  -- uploaded
    -- No additional fields here: the title tells papers of one lead apart.
    clip(paper.title, 200) || ' (Sonar ' || replace(paper.key, ':', ' ') || ')' AS title,  -- contracts.name; files.description, else filename; with kind and id
    paper.description,  -- as for customers
    CASE WHEN getvariable('documents_visible') THEN '1' ELSE '0' END AS visible_by_customer,  -- documents_visible, default no
    paper.file_name AS _file_name,  -- contract-<id>.html; files.filename, with an ending when it had none
    paper.path AS _file_path,  -- files.content_path (tap-sonar files_folder)
    paper.content AS _file_content_base64,  -- contracts.body and the signature as one page; files.content_base64 (tap-sonar file_contents)
    paper.reject AS _reject,
    paper.skip AS _skip,
    CAST(paper.account_id AS VARCHAR) AS _account,
    paper.label AS _label
FROM shared.account_documents AS paper
WHERE paper.lead_id IS NOT NULL
ORDER BY paper.key
