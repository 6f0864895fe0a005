-- Papers of an account: contracts, rendered as a page with what was signed; files. For customers and leads.
-- key (contract:, file: and the id), account_id, title, description, added_at, file_name, path, content (base64), skip, reject, label.
WITH signed AS (
    SELECT
        contract.id,
        -- Who signed, when and from where: the proof that belongs to the paper.
        concat_ws(
            chr(10),
            'Signed by ' || one_line(signature.signer_name)
                || CASE WHEN one_line(signature.contact_name) <> one_line(signature.signer_name) THEN ' for ' || one_line(signature.contact_name) ELSE '' END
                || coalesce(' (' || one_line(signature.contact_role) || ')', ''),
            'E-mail: ' || signature.contact_email_address,
            'Signed at: ' || local_datetime(signature.created_at),
            'IP address: ' || signature.signer_ip,
            CASE WHEN contract.handwritten_signature_id IS NULL THEN 'Not signed' END,
            'Term: ' || contract.term_in_months || ' months',
            'Ends on: ' || contract.expiration_date,
            'Message: ' || one_line(contract.custom_message)
        ) AS remarks
    FROM sonar.contracts AS contract
    LEFT JOIN sonar.handwritten_signatures AS signature ON signature.id = contract.handwritten_signature_id
),
papers AS (
    SELECT
        'contract:' || contract.id AS key,
        contract.account_id,
        coalesce(clip(one_line(contract.name), 255), 'Contract ' || contract.id) AS title,
        signed.remarks AS description,
        contract.created_at AS added_at,
        'contract-' || contract.id || '.html' AS file_name,
        NULL AS path,
        to_base64(encode(
            '<!DOCTYPE html>' || chr(10) || '<html><head><meta charset="utf-8"><title>' || escape_html(coalesce(one_line(contract.name), 'Contract'))
            || '</title></head><body>' || chr(10) || coalesce(contract.body, '') || chr(10) || '<hr><p>' || as_html(signed.remarks) || '</p>'
            || chr(10) || '</body></html>' || chr(10)
        )) AS content,
        NULL AS skip,
        NULL AS reject,
        'Contract ' || contract.id || coalesce(' ' || one_line(contract.name), '') AS label
    FROM sonar.contracts AS contract
    JOIN signed ON signed.id = contract.id
    UNION ALL
    SELECT
        'file:' || place.file_id,
        place.account_id,
        clip(coalesce(place.description, place.name), 255),
        CASE WHEN place.description <> place.name THEN place.name END,
        place.added_at,
        place.name,
        content.path,
        content.content,
        place.skip,
        place.reject,
        place.label
    FROM shared.file_places AS place
    LEFT JOIN shared.file_contents AS content ON content.file_id = place.file_id AND place.reject IS NULL AND place.skip IS NULL
    WHERE place.place = 'document'
)
SELECT
    paper.* REPLACE (
        coalesce(paper.skip, record.skip) AS skip,
        coalesce(
            paper.reject,
            record.reject,
            CASE
                WHEN record.account_id IS NULL
                    THEN reject('account_missing', paper.label || ' is of account ' || paper.account_id || ', which does not exist.', 'Keep it elsewhere.')
            END
        ) AS reject
    ),
    record.customer_id,
    record.lead_id
FROM papers AS paper
LEFT JOIN shared.account_records AS record ON record.account_id = paper.account_id
