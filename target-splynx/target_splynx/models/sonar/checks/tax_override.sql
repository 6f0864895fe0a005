-- title: Tax rate of a customer's own
-- area: taxes
-- severity: error
-- action: The customer gets a tariff with that rate; the tax must exist in Splynx (handwork).
SELECT
    'tax_overrides' AS stream,
    override.id,
    override.account_id,
    coalesce(one_line(tax.name), 'tax ' || override.tax_id) || ': ' || override.rate AS detail
FROM sonar.tax_overrides AS override
LEFT JOIN sonar.taxes AS tax ON tax.id = override.tax_id
