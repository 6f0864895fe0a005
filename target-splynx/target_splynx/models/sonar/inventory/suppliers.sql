-- resource: inventory_suppliers
-- natural_key: [name]
-- on_delete: ignore
-- description: Vendors become suppliers, as Splynx calls who sells a product, with their contacts.
WITH named AS (
    SELECT id, one_line(name) AS name, row_number() OVER (PARTITION BY lower(one_line(name)) ORDER BY id) AS use
    FROM sonar.vendors
),
addresses AS (
    SELECT
        addressable_id AS vendor_id,
        concat_ws(', ', one_line(line1), one_line(line2), one_line(city), state_code(subdivision), one_line(zip)) AS address
    FROM sonar.addresses
    WHERE addressable_type = 'Vendor'
    QUALIFY row_number() OVER (PARTITION BY addressable_id ORDER BY id DESC) = 1
),
numbers AS (
    SELECT contact_id, string_agg(phone(number, country, extension), ' | ' ORDER BY id) AS numbers FROM sonar.phone_numbers GROUP BY contact_id
),
contacts AS (
    SELECT
        contact.contactable_id AS vendor_id,
        string_agg(concat_ws(', ', one_line(contact.name), one_line(contact.role)), ' | ' ORDER BY contact."primary" DESC, contact.id) AS names,
        string_agg(number.numbers, ' | ' ORDER BY contact."primary" DESC, contact.id) AS numbers,
        -- One address only: the field takes no list.
        first(email_or_null(contact.email_address) ORDER BY contact."primary" DESC, contact.id)
            FILTER (WHERE email_or_null(contact.email_address) IS NOT NULL) AS email
    FROM sonar.contacts AS contact
    LEFT JOIN numbers AS number ON number.contact_id = contact.id
    WHERE contact.contactable_type = 'Vendor'
    GROUP BY contact.contactable_id
)
SELECT
    CAST(vendor.id AS VARCHAR) AS source_key,  -- vendors.id
    CASE WHEN vendor.use = 1 THEN clip(vendor.name, 255) ELSE clip(vendor.name, 240) || ' (#' || vendor.id || ')' END AS name,  -- vendors.name; a second one of the same name gets (#<id>)
    clip(address.address, 255) AS address,  -- newest address of the vendor
    clip(contact.names, 255) AS contact_name,  -- contacts.name and role, the main one first, joined by |
    contact.email,  -- contacts.email_address, the main contact's first; only one, invalid ones left out
    clip(contact.numbers, 255) AS phone,  -- phone_numbers of its contacts, joined by |
    CASE WHEN vendor.name IS NULL THEN reject('name_missing', 'The vendor has no name.', 'Give it one in Sonar.') END AS _reject,
    'Vendor ' || coalesce(vendor.name, '#' || vendor.id) AS _label
FROM named AS vendor
LEFT JOIN addresses AS address ON address.vendor_id = vendor.id
LEFT JOIN contacts AS contact ON contact.vendor_id = vendor.id
ORDER BY vendor.id
