-- resource: partners
-- mode: patch
-- on_delete: ignore
-- description: The default company gives Splynx's first partner its name; a second one would leave the first without customers.
SELECT
    CAST(company.id AS VARCHAR) AS source_key,  -- companies.id where default
    CAST(getvariable('default_partner_id') AS BIGINT) AS id,  -- setting default_partner_id (1)
    clip(coalesce(one_line(company.name), 'Company #' || company.id), 64) AS name,  -- companies.name
    'Company ' || company.name AS _label
FROM sonar.companies AS company
WHERE company."default"
QUALIFY row_number() OVER (ORDER BY company.id) = 1
