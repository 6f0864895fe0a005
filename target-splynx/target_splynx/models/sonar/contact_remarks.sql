-- What hangs on an account and has no place in the customer record: other contacts, other addresses, and the custom fields of these.
-- account_id, kind (contact, address), rank, text (plain, one line), created_at.
SELECT
    contact.account_id,
    'contact' AS kind,
    row_number() OVER (PARTITION BY contact.account_id ORDER BY contact.is_main DESC, contact.contact_id) AS rank,
    concat_ws(
        ', ', coalesce(contact.name, '(no name)'), contact.role, contact.email, contact.phone,
        CASE WHEN NOT contact.is_main THEN replace(field.text, chr(10), '; ') END
    ) AS text,
    contact.created_at
FROM shared.other_contacts AS contact
LEFT JOIN shared.custom_texts AS field ON field.entity_type = 'Contact' AND field.owner_id = contact.contact_id
UNION ALL
SELECT
    address.addressable_id,
    'address',
    row_number() OVER (PARTITION BY address.addressable_id ORDER BY address.id),
    concat_ws(
        ', ', lower(address.type), one_line(address.line1), one_line(address.line2), one_line(address.city), state_code(address.subdivision),
        one_line(address.zip), replace(field.text, chr(10), '; ')
    ),
    address.created_at
FROM sonar.addresses AS address
JOIN shared.account_kinds AS kind ON address.addressable_type = 'Account' AND kind.account_id = address.addressable_id
LEFT JOIN shared.account_addresses AS chosen ON chosen.address_id = address.id
LEFT JOIN shared.account_places AS place ON place.address_id = address.id
LEFT JOIN shared.custom_texts AS field ON field.entity_type = 'Address' AND field.owner_id = address.id
WHERE CASE
    -- A lead has one address and no fields.
    WHEN kind.is_lead THEN place.address_id IS NULL
    -- A customer has one of each type, and fields for those of the physical one.
    ELSE chosen.address_id IS NULL OR (chosen.type <> 'PHYSICAL' AND field.text IS NOT NULL)
END
