-- Custom fields of the account, its main contact and its address, together as one map per account.
-- account_id, fields.
WITH owners AS (
    SELECT 'Account' AS entity_type, account.id AS owner_id, account.id AS account_id FROM sonar.accounts AS account
    UNION ALL
    SELECT 'Contact', contact.contact_id, contact.account_id FROM shared.primary_contacts AS contact
    UNION ALL
    SELECT 'Address', address.address_id, address.account_id FROM shared.account_addresses AS address WHERE address.type = 'PHYSICAL'
)
SELECT
    owner.account_id,
    map_from_entries(list({'key': value.name, 'value': value.value} ORDER BY value.name)) AS fields
FROM shared.custom_values AS value
JOIN owners AS owner ON owner.entity_type = value.entity_type AND owner.owner_id = value.owner_id
WHERE value.module = 'customers'
GROUP BY owner.account_id
