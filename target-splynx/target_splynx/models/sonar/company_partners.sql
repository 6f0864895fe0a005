-- The partner of each company: the default company is Splynx's own first partner (mapping.md §1.1).
-- company_id, partner_id.
SELECT
    company.id AS company_id,
    CASE WHEN company."default" THEN CAST(getvariable('default_partner_id') AS BIGINT) ELSE partner.id END AS partner_id
FROM sonar.companies AS company
LEFT JOIN splynx.partners AS partner ON partner.source_key = CAST(company.id AS VARCHAR)
