-- title: No contact is marked as primary
-- area: contacts
-- severity: warn
-- action: The oldest contact counts as the main one.
SELECT 'accounts' AS stream, account.id, account.id AS account_id, count(contact.id) || ' contacts, none primary' AS detail
FROM sonar.accounts AS account
JOIN sonar.contacts AS contact ON contact.contactable_type = 'Account' AND contact.contactable_id = account.id
WHERE account.archived_at IS NULL
GROUP BY account.id
HAVING NOT bool_or(coalesce(contact."primary", false))
