-- The rate of each tax for each account: exempt pays none, an override wins, a geographical tax counts only in its zones (mapping.md §1.5).
-- account_id, tax_id, application, rate (percent, or cents when FLAT).
WITH zone_rates AS (
    SELECT account.id AS account_id, zone.tax_id, sum(zone.rate) AS rate
    FROM (SELECT id, unnest(geo_tax_zone_ids) AS zone_id FROM sonar.accounts) AS account
    JOIN sonar.geo_tax_zones AS zone ON zone.id = account.zone_id
    GROUP BY account.id, zone.tax_id
),
overrides AS (
    SELECT account_id, tax_id, arg_max(rate, id) AS rate FROM sonar.tax_overrides GROUP BY account_id, tax_id
)
SELECT
    account.id AS account_id,
    tax.id AS tax_id,
    tax.application,
    CASE
        WHEN coalesce(billing.tax_exempt, false) THEN 0
        WHEN override.rate IS NOT NULL THEN override.rate
        WHEN tax.type = 'GEOGRAPHICAL' THEN coalesce(zone.rate, 0)
        ELSE tax.rate
    END AS rate
FROM sonar.accounts AS account
CROSS JOIN sonar.taxes AS tax
LEFT JOIN shared.account_billing AS billing ON billing.account_id = account.id
LEFT JOIN overrides AS override ON override.account_id = account.id AND override.tax_id = tax.id
LEFT JOIN zone_rates AS zone ON zone.account_id = account.id AND zone.tax_id = tax.id
