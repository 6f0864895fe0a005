-- resource: partners
-- natural_key: [name]
-- on_delete: ignore
-- description: Companies become partners; the default company is Splynx's first partner (see partners_default).
SELECT
    CAST(company.id AS VARCHAR) AS source_key,  -- companies.id
    clip(coalesce(one_line(company.name), 'Company #' || company.id), 64) AS name,  -- companies.name
    'Company ' || company.name AS _label
FROM sonar.companies AS company
WHERE NOT coalesce(company."default", false)
ORDER BY company.id
