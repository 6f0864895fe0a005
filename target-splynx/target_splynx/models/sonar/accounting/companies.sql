-- Companies become partners; the default one gives the first partner its name.
SELECT
    company.id,
    CASE WHEN company."default" THEN 'foundation/partners_default' ELSE 'foundation/partners' END AS model,
    CAST(company.id AS VARCHAR) AS source_key,
    'written' AS part,
    CASE
        WHEN company."default" AND row_number() OVER (PARTITION BY company."default" ORDER BY company.id) > 1
            THEN 'a second default company: Splynx has one first partner'
    END AS skip
FROM sonar.companies AS company
