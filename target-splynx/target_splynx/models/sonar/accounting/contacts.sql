-- Contacts of accounts are part of their customer or lead, those of sites and vendors part of these.
SELECT contact_id AS id, model, source_key, 'merged' AS part, skip FROM shared.contact_records
