-- The bundles that accounts have: one per package and tax percentage. bundle_key, package_id, percent, title, tax_id, partners.
WITH used AS (
    SELECT DISTINCT bundle_key, package_id, CAST(split_part(bundle_key, ':', 2) AS DECIMAL(9,4)) AS percent FROM shared.bundle_lines
)
SELECT
    used.bundle_key,
    used.package_id,
    CAST(used.percent AS DECIMAL(6,4)) AS percent,
    clip(coalesce(one_line(package.name), 'Package'), 30)
        || CASE
            WHEN row_number() OVER (PARTITION BY lower(clip(coalesce(one_line(package.name), 'Package'), 30)), used.percent ORDER BY used.package_id) = 1 THEN ''
            ELSE ' (#' || used.package_id || ')'
        END
        || CASE WHEN used.percent > 0 THEN ' (tax ' || regexp_replace(CAST(used.percent AS VARCHAR), '\.?0+$', '') || ' %)' ELSE '' END AS title,
    tax.tax_id,
    CASE WHEN partner.partner_id IS NOT NULL THEN [partner.partner_id] ELSE (SELECT ids FROM shared.all_partners) END AS partners
FROM used
JOIN sonar.packages AS package ON package.id = used.package_id
LEFT JOIN shared.matching_taxes AS tax ON tax.percent = used.percent AND used.percent > 0
LEFT JOIN shared.company_partners AS partner ON partner.company_id = package.company_id
