-- title: Tax of a fixed amount
-- area: taxes
-- severity: error
-- action: Becomes a fee beside the service (setting flat_taxes). To be signed off by whoever files the taxes.
SELECT 'taxes' AS stream, tax.id, NULL::BIGINT AS account_id, one_line(tax.name) AS detail
FROM sonar.taxes AS tax
WHERE tax.application = 'FLAT'
