-- title: Several e-mail addresses in one field
-- area: contacts
-- severity: error
-- action: Split at commas, semicolons and spaces; Splynx takes several.
SELECT 'contacts' AS stream, contact.id, contact.contactable_id AS account_id, contact.email_address AS detail
FROM sonar.contacts AS contact
JOIN sonar.accounts AS account ON account.id = contact.contactable_id
WHERE contact.contactable_type = 'Account'
    AND length(contact.email_address) - length(replace(contact.email_address, '@', '')) > 1
