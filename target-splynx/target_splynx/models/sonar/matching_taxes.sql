-- The tax of Splynx for each rate (mapping.md §1.5). percent, tax_id.
-- By rate; of several the one whose name is a tax of Sonar, then the oldest.
SELECT
    TRY_CAST(tax.rate AS DECIMAL(9,4)) AS percent,
    arg_min(tax.id, tax.id + CASE WHEN known.name IS NULL THEN 1000000000 ELSE 0 END) AS tax_id
FROM splynx.taxes AS tax
LEFT JOIN (SELECT DISTINCT lower(one_line(name)) AS name FROM sonar.taxes) AS known ON known.name = lower(one_line(tax.name))
GROUP BY 1
