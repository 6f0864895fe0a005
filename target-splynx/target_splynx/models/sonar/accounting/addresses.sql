-- Addresses are part of the record of their owner; homes passed without an account have no place in Splynx.
SELECT
    address.id,
    CASE
        WHEN kind.is_lead THEN CASE WHEN place.address_id IS NOT NULL THEN 'customers/leads' ELSE 'customers/lead_notes' END
        WHEN kind.account_id IS NOT NULL AND chosen.address_id IS NULL THEN 'customers/contact_notes'
        WHEN kind.account_id IS NOT NULL AND chosen.type = 'MAILING' THEN 'customers/customer_billing'
        WHEN kind.account_id IS NOT NULL THEN 'customers/customers'
        WHEN site.id IS NOT NULL THEN 'network/network_sites'
        WHEN vendor.id IS NOT NULL THEN 'inventory/suppliers'
        WHEN request.id IS NOT NULL THEN 'customers/leads_towercoverage'
    END AS model,
    CASE
        WHEN kind.is_lead AND place.address_id IS NULL THEN lead_note.source_key
        WHEN kind.account_id IS NOT NULL AND NOT kind.is_lead AND chosen.address_id IS NULL THEN note.note_key
        WHEN kind.account_id IS NOT NULL THEN CAST(kind.account_id AS VARCHAR)
        WHEN request.id IS NOT NULL THEN 'towercoverage:' || request.id
        ELSE CAST(coalesce(site.id, vendor.id) AS VARCHAR)
    END AS source_key,
    'merged' AS part,
    CASE
        WHEN kind.is_lead THEN NULL
        WHEN kind.skip IS NOT NULL THEN 'account: ' || kind.skip
        WHEN kind.account_id IS NOT NULL OR site.id IS NOT NULL OR vendor.id IS NOT NULL OR request.id IS NOT NULL THEN NULL
        WHEN address.addressable_type IN ('CreditCard', 'BankAccount') THEN 'address of a card or bank account: the processor keeps it'
        WHEN address.addressable_type = 'Company' THEN 'address of a company: typed by hand (company-info has no API)'
        WHEN address.addressable_type = 'InventoryLocation' THEN 'address of a warehouse: stocks have none'
        WHEN address.addressable_id IS NULL THEN 'a place without an account'
        ELSE 'its owner does not exist'
    END AS skip
FROM sonar.addresses AS address
LEFT JOIN shared.account_kinds AS kind ON address.addressable_type = 'Account' AND kind.account_id = address.addressable_id
LEFT JOIN shared.account_addresses AS chosen ON chosen.address_id = address.id
LEFT JOIN shared.account_places AS place ON place.address_id = address.id
LEFT JOIN shared.account_notes AS note ON note.account_id = kind.account_id
LEFT JOIN (SELECT split_part(source_key, ':', 1) AS account, source_key FROM plan."customers__lead_notes") AS lead_note
    ON lead_note.account = CAST(kind.account_id AS VARCHAR)
LEFT JOIN sonar.network_sites AS site ON address.addressable_type = 'NetworkSite' AND site.id = address.addressable_id
LEFT JOIN sonar.vendors AS vendor ON address.addressable_type = 'Vendor' AND vendor.id = address.addressable_id
LEFT JOIN (SELECT min(id) AS id, serviceable_address_id FROM sonar.towercoverage_submissions GROUP BY serviceable_address_id) AS request
    ON request.serviceable_address_id = address.id AND kind.account_id IS NULL
