-- The percentage that a line's taxes add up to, for its account, as Sonar charges it. line_key, item, account_id, percent.
SELECT
    line.line_key,
    line.item,
    line.account_id,
    -- One line of Splynx has one percentage, so the taxes are added (mapping.md §1.5); part-exempt prices differ by design.
    coalesce(sum(percent(rate.rate)), 0) AS percent
FROM shared.lines AS line
LEFT JOIN shared.item_taxes AS applied ON applied.item = line.item
LEFT JOIN shared.account_tax_rates AS rate ON rate.account_id = line.account_id AND rate.tax_id = applied.tax_id
GROUP BY line.line_key, line.item, line.account_id
