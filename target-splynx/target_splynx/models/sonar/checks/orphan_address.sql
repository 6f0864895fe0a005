-- title: Address of an owner that is gone
-- area: orphans
-- severity: error
-- action: Skipped and counted.
SELECT 'addresses' AS stream, address.id, NULL::BIGINT AS account_id, address.addressable_type || ' ' || address.addressable_id || ' does not exist' AS detail
FROM sonar.addresses AS address
LEFT JOIN sonar.accounts AS account ON address.addressable_type = 'Account' AND account.id = address.addressable_id
LEFT JOIN sonar.network_sites AS site ON address.addressable_type = 'NetworkSite' AND site.id = address.addressable_id
WHERE address.addressable_type IN ('Account', 'NetworkSite') AND account.id IS NULL AND site.id IS NULL
