-- title: Contact of an owner that is gone
-- area: orphans
-- severity: error
-- action: Skipped and counted.
SELECT 'contacts' AS stream, contact.id, NULL::BIGINT AS account_id, contact.contactable_type || ' ' || contact.contactable_id || ' does not exist' AS detail
FROM sonar.contacts AS contact
LEFT JOIN sonar.accounts AS account ON contact.contactable_type = 'Account' AND account.id = contact.contactable_id
LEFT JOIN sonar.network_sites AS site ON contact.contactable_type = 'NetworkSite' AND site.id = contact.contactable_id
WHERE contact.contactable_type IN ('Account', 'NetworkSite') AND account.id IS NULL AND site.id IS NULL
