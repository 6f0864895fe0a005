-- What a customer without zone, exemption and rate of its own pays on each item. item, percent.
SELECT applied.item, coalesce(sum(percent(tax.rate)) FILTER (WHERE tax.type = 'GLOBAL'), 0) AS percent
FROM shared.item_taxes AS applied
JOIN sonar.taxes AS tax ON tax.id = applied.tax_id
GROUP BY applied.item
