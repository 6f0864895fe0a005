-- Which record each contact, with its telephone numbers, becomes part of. contact_id, model, source_key, skip.
SELECT
    contact.id AS contact_id,
    CASE
        WHEN account.id IS NOT NULL THEN CASE WHEN kind.is_lead THEN 'customers/leads' ELSE 'customers/customers' END
        WHEN site.id IS NOT NULL THEN 'network/network_sites'
        WHEN vendor.id IS NOT NULL THEN 'inventory/suppliers'
    END AS model,
    CAST(coalesce(account.id, site.id, vendor.id) AS VARCHAR) AS source_key,
    CASE
        WHEN account.id IS NOT NULL AND NOT kind.is_lead AND kind.skip IS NOT NULL THEN 'account: ' || kind.skip
        WHEN account.id IS NULL AND site.id IS NULL AND vendor.id IS NULL THEN 'its owner does not exist'
    END AS skip
FROM sonar.contacts AS contact
LEFT JOIN sonar.accounts AS account ON contact.contactable_type = 'Account' AND account.id = contact.contactable_id
LEFT JOIN shared.account_kinds AS kind ON kind.account_id = account.id
LEFT JOIN sonar.network_sites AS site ON contact.contactable_type = 'NetworkSite' AND site.id = contact.contactable_id
LEFT JOIN sonar.vendors AS vendor ON contact.contactable_type = 'Vendor' AND vendor.id = contact.contactable_id
