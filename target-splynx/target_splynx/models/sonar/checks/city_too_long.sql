-- title: City with more than 32 characters
-- area: addresses
-- severity: warn
-- action: Cut at 32, with an ellipsis.
SELECT
    'addresses' AS stream,
    address.id,
    CASE WHEN address.addressable_type = 'Account' THEN address.addressable_id END AS account_id,
    one_line(address.city) AS detail
FROM sonar.addresses AS address
WHERE length(one_line(address.city)) > 32
