-- title: Telephone number that is none
-- area: contacts
-- severity: info
-- action: The digits are kept as they are.
SELECT 'phone_numbers' AS stream, number.id, contact.contactable_id AS account_id, CAST(number.number AS VARCHAR) AS detail
FROM sonar.phone_numbers AS number
JOIN sonar.contacts AS contact ON contact.id = number.contact_id AND contact.contactable_type = 'Account'
WHERE phone(number.number, number.country, NULL) IS NULL
    OR NOT starts_with(phone(number.number, number.country, NULL), '+')
    -- One digit all through.
    OR replace(CAST(number.number AS VARCHAR), left(CAST(number.number AS VARCHAR), 1), '') = ''
