-- resource: customer_info
-- mode: patch
-- on_delete: ignore
-- description: The person to talk to, where it is not the customer itself.
SELECT
    CAST(customer.source_key AS VARCHAR) AS source_key,  -- accounts.id
    customer.id,  -- the customer
    clip(contact.name, 256) AS contact_person,  -- contacts.name of the main contact
    kind.label AS _label,
    customer.source_key AS _account
FROM splynx.customers AS customer
JOIN shared.account_kinds AS kind ON CAST(kind.account_id AS VARCHAR) = customer.source_key
JOIN shared.primary_contacts AS contact ON contact.account_id = kind.account_id
WHERE contact.name IS NOT NULL AND lower(contact.name) <> lower(kind.name)
ORDER BY kind.account_id
