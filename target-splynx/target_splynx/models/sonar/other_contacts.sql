-- People of an account whom the customer record cannot hold: all but the main contact, and the main contact when something of it
-- would be lost (an e-mail that Splynx refuses, an extension). Splynx has no contacts (mapping.md §3.2).
-- account_id, contact_id, is_main, name, role, email (as typed), phone (with extensions), created_at.
WITH numbers AS (
    SELECT
        contact_id,
        string_agg(phone(number, country, extension), ', ' ORDER BY id) AS numbers,
        bool_or(nullif(trim(extension), '') IS NOT NULL AND phone(number, country, NULL) IS NOT NULL) AS has_extension,
        max(created_at) AS created_at
    FROM sonar.phone_numbers
    GROUP BY contact_id
)
SELECT
    contact.contactable_id AS account_id,
    contact.id AS contact_id,
    contact.id = main.contact_id AS is_main,
    one_line(contact.name) AS name,
    one_line(contact.role) AS role,
    one_line(contact.email_address) AS email,
    told.numbers AS phone,
    greatest(contact.created_at, told.created_at) AS created_at
FROM sonar.contacts AS contact
JOIN shared.primary_contacts AS main ON main.account_id = contact.contactable_id
LEFT JOIN numbers AS told ON told.contact_id = contact.id
WHERE contact.contactable_type = 'Account'
    AND (
        contact.id <> main.contact_id
        OR (one_line(contact.email_address) IS NOT NULL AND len(valid_emails(contact.email_address)) = 0)
        OR told.has_extension
    )
