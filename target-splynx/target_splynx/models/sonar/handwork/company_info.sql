-- title: What invoices say about the company
-- where: Config › Main › Company information, for each partner
-- why: The API only reads it. Invoices print it.
WITH places AS (
    SELECT
        addressable_id AS company_id,
        concat_ws(', ', one_line(line1), one_line(line2), one_line(city), state_code(subdivision), one_line(zip)) AS address
    FROM sonar.addresses
    WHERE addressable_type = 'Company'
    QUALIFY row_number() OVER (PARTITION BY addressable_id ORDER BY type = 'PHYSICAL' DESC, id) = 1
)
SELECT
    coalesce(one_line(company.name), 'Company ' || company.id) AS name,
    concat_ws(
        '; ',
        place.address,
        'tax number ' || one_line(company.tax_identification),
        'phone ' || one_line(company.phone_number),
        'web site ' || one_line(company.website_address),
        'checks payable to ' || one_line(company.checks_payable_to)
    ) AS details,
    EXISTS (
        SELECT 1 FROM splynx.company_info AS told WHERE lower(one_line(told.company_name)) = lower(one_line(company.name))
    ) AS "exists"
FROM sonar.companies AS company
LEFT JOIN places AS place ON place.company_id = company.id
WHERE coalesce(company.enabled, true)
