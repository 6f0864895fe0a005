-- The taxes that must be made in Splynx by hand, because the API only reads them: one per percentage that customers pay (mapping.md §1.5).
-- name, rate (percent), type (single, or group of several), components (JSON list of name and rate), used_by (regular charges).
WITH parts AS (
    SELECT
        line.line_key,
        applied.percent,
        list({'name': one_line(tax.name), 'rate': percent(rate.rate)} ORDER BY tax.id) AS components
    FROM shared.line_tax_sums AS applied
    JOIN shared.lines AS line ON line.line_key = applied.line_key
    JOIN shared.item_taxes AS carried ON carried.item = line.item
    JOIN shared.account_tax_rates AS rate ON rate.account_id = line.account_id AND rate.tax_id = carried.tax_id AND rate.rate > 0
    JOIN sonar.taxes AS tax ON tax.id = carried.tax_id
    WHERE applied.percent > 0 AND getvariable('tax_by') <> 'none'
    GROUP BY line.line_key, applied.percent
),
counted AS (
    SELECT percent, components, count(*) AS lines FROM parts GROUP BY percent, components
)
SELECT
    -- Of several ways to the same percentage the commonest names it.
    clip(array_to_string(list_transform(arg_max(components, lines * 1000000 - length(CAST(components AS VARCHAR))), lambda each: each.name), ' + '), 64)
        || ' ' || regexp_replace(CAST(percent AS VARCHAR), '\.?0+$', '') || ' %' AS name,
    CAST(percent AS DECIMAL(6,4)) AS rate,
    CASE WHEN len(arg_max(components, lines * 1000000 - length(CAST(components AS VARCHAR)))) > 1 THEN 'group' ELSE 'single' END AS type,
    CAST(to_json(arg_max(components, lines * 1000000 - length(CAST(components AS VARCHAR)))) AS VARCHAR) AS components,
    sum(lines) AS used_by
FROM counted
GROUP BY percent
ORDER BY percent
