-- title: E-mail address that is none
-- area: contacts
-- severity: error
-- action: Left out; the text stays in the additional field sonar_contacts.
SELECT 'contacts' AS stream, contact.id, contact.contactable_id AS account_id, contact.email_address AS detail
FROM sonar.contacts AS contact
JOIN sonar.accounts AS account ON account.id = contact.contactable_id
WHERE contact.contactable_type = 'Account'
    AND one_line(contact.email_address) IS NOT NULL
    AND (
        len(valid_emails(contact.email_address)) = 0
        -- One address that is not the whole text: spaces, words around it. A name before <address> is fine.
        OR (
            length(contact.email_address) - length(replace(contact.email_address, '@', '')) = 1
            AND contact.email_address NOT LIKE '%<%>%'
            AND lower(trim(contact.email_address)) <> lower(valid_emails(contact.email_address)[1])
        )
    )
