-- title: One e-mail address on several accounts
-- area: contacts
-- severity: info
-- action: Kept on each; Splynx allows it. Set the portal to log in by login, not by e-mail.
SELECT
    'contacts' AS stream,
    contact.contact_id AS id,
    contact.account_id,
    lower(contact.email_address) || ' on ' || count(*) OVER same_mailbox || ' accounts' AS detail
FROM shared.primary_contacts AS contact
JOIN sonar.accounts AS account ON account.id = contact.account_id AND account.archived_at IS NULL
WHERE len(valid_emails(contact.email_address)) > 0
WINDOW same_mailbox AS (PARTITION BY lower(trim(contact.email_address)))
QUALIFY count(*) OVER same_mailbox > 1
