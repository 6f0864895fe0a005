-- The main contact of each account: marked primary, else the oldest (mapping.md §3.2; several primaries: the lowest id wins).
-- account_id, contact_id, name, email_address, username.
SELECT
    contact.contactable_id AS account_id,
    contact.id AS contact_id,
    one_line(contact.name) AS name,
    contact.email_address,
    login_text(contact.username) AS username
FROM sonar.contacts AS contact
WHERE contact.contactable_type = 'Account'
QUALIFY row_number() OVER (PARTITION BY contact.contactable_id ORDER BY contact."primary" DESC, contact.id) = 1
