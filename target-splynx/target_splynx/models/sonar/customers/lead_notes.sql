-- resource: leads_notes
-- natural_key: [customer_id, name]
-- on_delete: ignore
-- description: What a lead's record has no fields for, as a note. Notes cannot be changed; other facts make another note.
WITH fields AS (
    -- Leads have no additional fields: those of the account, of its main contact and of its address.
    SELECT
        account_id,
        '<p>' || string_agg(replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), chr(10), '<br>'), '<br>' ORDER BY rank) || '</p>' AS comment
    FROM (
        SELECT owner_id AS account_id, 1 AS rank, text FROM shared.custom_texts WHERE entity_type = 'Account'
        UNION ALL
        SELECT main.account_id, 2, told.text
        FROM shared.primary_contacts AS main
        JOIN shared.custom_texts AS told ON told.entity_type = 'Contact' AND told.owner_id = main.contact_id
        UNION ALL
        SELECT place.account_id, 3, told.text
        FROM shared.account_places AS place
        JOIN shared.custom_texts AS told ON told.entity_type = 'Address' AND told.owner_id = place.address_id
    )
    GROUP BY account_id
),
notes AS (
    SELECT kind.account_id, kind.label, concat_ws('', note.comment, fields.comment) AS comment
    FROM shared.account_kinds AS kind
    LEFT JOIN shared.account_notes AS note ON note.account_id = kind.account_id
    LEFT JOIN fields ON fields.account_id = kind.account_id
    WHERE kind.is_lead AND (note.comment IS NOT NULL OR fields.comment IS NOT NULL)
)
SELECT
    note.account_id || ':' || left(md5(note.comment), 8) AS source_key,  -- accounts.id and a sum of the text
    lead.id AS customer_id,  -- the lead
    'comment' AS type,  -- comment
    'From Sonar' AS title,  -- the same for all
    'sonar:lead:' || note.account_id || ':' || left(md5(note.comment), 8) AS name,  -- by which it is found again
    note.comment,  -- other contacts and addresses, custom_field_data of the account, its contacts and addresses
    CASE WHEN lead.id IS NULL THEN reject('lead_missing', 'Lead ' || note.account_id || ' is not in Splynx.', 'See why the lead was rejected.') END AS _reject,
    note.label || ', note' AS _label,
    CAST(note.account_id AS VARCHAR) AS _account
FROM notes AS note
LEFT JOIN splynx.leads AS lead ON lead.source_key = CAST(note.account_id AS VARCHAR)
ORDER BY note.account_id
