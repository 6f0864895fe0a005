-- title: Portal login that is an empty text
-- area: contacts
-- severity: error
-- action: The login is made by login_pattern.
SELECT 'contacts' AS stream, contact.id, contact.contactable_id AS account_id, 'username is an empty text' AS detail
FROM sonar.contacts AS contact
JOIN sonar.accounts AS account ON account.id = contact.contactable_id
WHERE contact.contactable_type = 'Account' AND contact.username IS NOT NULL AND login_text(contact.username) IS NULL
