-- title: Position 0,0
-- area: addresses
-- severity: warn
-- action: Dropped; the customer has no position on the map.
SELECT
    'addresses' AS stream,
    address.id,
    CASE WHEN address.addressable_type = 'Account' THEN address.addressable_id END AS account_id,
    address.latitude || ',' || address.longitude AS detail
FROM sonar.addresses AS address
WHERE TRY_CAST(address.latitude AS DOUBLE) = 0 AND TRY_CAST(address.longitude AS DOUBLE) = 0
