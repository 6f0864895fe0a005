-- title: One portal login on several accounts
-- area: contacts
-- severity: error
-- action: The older account keeps it, the others get -<account id>.
SELECT 'contacts' AS stream, contact.contact_id AS id, contact.account_id, lower(contact.username) AS detail
FROM shared.primary_contacts AS contact
JOIN sonar.accounts AS account ON account.id = contact.account_id AND account.archived_at IS NULL
WHERE contact.username IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY lower(contact.username)) > 1
