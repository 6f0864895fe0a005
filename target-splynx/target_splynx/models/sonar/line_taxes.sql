-- The percentage that a line's taxes add up to, for its account. line_key, item, percent.
SELECT
    line.line_key,
    line.item,
    -- One line of Splynx has one percentage, so the taxes are added (mapping.md §1.5); part-exempt prices differ by design.
    CASE WHEN getvariable('tax_by') = 'tariff' THEN coalesce(sum(percent(rate.rate)), 0) ELSE 0 END AS percent
FROM shared.lines AS line
LEFT JOIN shared.item_taxes AS applied ON applied.item = line.item
LEFT JOIN shared.account_tax_rates AS rate ON rate.account_id = line.account_id AND rate.tax_id = applied.tax_id
GROUP BY line.line_key, line.item
