-- resource: customer_notes
-- natural_key: [customer_id, name]
-- on_delete: ignore
-- description: The other contacts and addresses of an account as a pinned note, because Splynx has no contacts. Notes cannot be changed; other people make another note.
SELECT
    note.note_key AS source_key,  -- accounts.id and a sum of the text
    customer.id AS customer_id,  -- contacts.contactable_id, addresses.addressable_id
    note.datetime,  -- when the newest of these was made
    author.id AS administrator_id,  -- the technical administrator
    'comment' AS type,  -- comment
    'Contacts from Sonar' AS title,  -- the same for all
    'sonar:contacts:' || note.note_key AS name,  -- by which it is found again
    note.comment,  -- contacts.name, role, email_address, phone_numbers with extension, their custom fields; addresses beyond one of each type
    '1' AS is_pinned,  -- pinned
    CASE WHEN kind.skip IS NULL AND customer.id IS NULL THEN reject('customer_missing', 'Account ' || note.account_id || ' is not in Splynx.', 'See why the account was rejected.') END AS _reject,
    CASE WHEN kind.skip IS NOT NULL THEN 'account: ' || kind.skip END AS _skip,
    kind.label || ', contacts' AS _label,
    CAST(note.account_id AS VARCHAR) AS _account
FROM shared.account_notes AS note
JOIN shared.account_kinds AS kind ON kind.account_id = note.account_id AND NOT kind.is_lead
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(note.account_id AS VARCHAR)
LEFT JOIN splynx.administrators AS author ON author.source_key = 'technical'
ORDER BY note.note_key
