-- title: No contact at all
-- area: contacts
-- severity: warn
-- action: The customer has the account's name only, no e-mail and no phone.
SELECT 'accounts' AS stream, account.id, account.id AS account_id, 'no contact' AS detail
FROM sonar.accounts AS account
WHERE account.archived_at IS NULL AND account.id NOT IN (SELECT account_id FROM shared.primary_contacts)
