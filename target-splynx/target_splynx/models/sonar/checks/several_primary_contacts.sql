-- title: Several contacts are marked as primary
-- area: contacts
-- severity: warn
-- action: The oldest of them counts.
SELECT 'contacts' AS stream, contact.id, contact.contactable_id AS account_id, 'primary, beside an older one' AS detail
FROM sonar.contacts AS contact
JOIN sonar.accounts AS account ON account.id = contact.contactable_id
WHERE contact.contactable_type = 'Account' AND contact."primary"
QUALIFY row_number() OVER (PARTITION BY contact.contactable_id ORDER BY contact.id) > 1
