-- Kinds of tariff for which a location has one tax of its own (tax_by location): all charges of that kind there pay the same percentage, and Splynx has
-- a tax of that rate. Elsewhere the tariffs carry the percentages, as with tax_by tariff. location_key, kind, percent, tax_id.
WITH charged AS (
    -- Credits that are charges of their own hang on recurring tariffs, too.
    SELECT place.location_key, CASE item.kind WHEN 'credit' THEN 'recurring' ELSE item.kind END AS kind, taxes.percent
    FROM shared.line_tax_sums AS taxes
    JOIN shared.catalogue_items AS item ON item.item = taxes.item AND item.kind IN ('internet', 'voice', 'recurring', 'credit')
    JOIN shared.account_locations AS place ON place.account_id = taxes.account_id
    WHERE getvariable('tax_by') = 'location'
),
uniform AS (
    SELECT location_key, kind, CAST(max(percent) AS DECIMAL(9,4)) AS percent
    FROM charged
    GROUP BY location_key, kind
    HAVING min(percent) = max(percent)
)
SELECT uniform.location_key, uniform.kind, uniform.percent, tax.tax_id
FROM uniform
JOIN shared.matching_taxes AS tax ON tax.percent = uniform.percent AND tax.tax_id IS NOT NULL
