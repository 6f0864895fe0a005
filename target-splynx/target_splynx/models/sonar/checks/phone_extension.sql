-- title: Telephone number with an extension
-- area: contacts
-- severity: info
-- action: Splynx has no field for it; the extension is kept in the additional field sonar_contacts.
SELECT 'phone_numbers' AS stream, number.id, contact.contactable_id AS account_id, 'extension ' || number.extension AS detail
FROM sonar.phone_numbers AS number
JOIN sonar.contacts AS contact ON contact.id = number.contact_id AND contact.contactable_type = 'Account'
WHERE one_line(number.extension) IS NOT NULL
