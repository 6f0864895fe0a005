-- The percentage that the tariff of a line carries: what Sonar charges, or, where the customer's location has a tax for such tariffs, that of the plain
-- tariff. line_key, item, percent.
SELECT
    taxes.line_key,
    taxes.item,
    CASE
        WHEN getvariable('tax_by') = 'none' THEN 0
        WHEN local.location_key IS NOT NULL THEN coalesce(plain.percent, 0)
        ELSE taxes.percent
    END AS percent
FROM shared.line_tax_sums AS taxes
LEFT JOIN shared.catalogue_items AS item ON item.item = taxes.item
LEFT JOIN shared.account_locations AS place ON place.account_id = taxes.account_id
LEFT JOIN shared.location_taxes AS local ON local.location_key = place.location_key AND local.kind = item.kind
LEFT JOIN shared.item_percents AS plain ON plain.item = taxes.item
