-- title: Service whose taxes a rating service computes
-- area: taxes
-- severity: blocker
-- action: The service is held back, with what customers have of it (tax_rated), until rating outside of Splynx is planned; setting rated_taxes.
SELECT
    'service_tax_definitions' AS stream,
    definition.id,
    NULL::BIGINT AS account_id,
    coalesce(one_line(service.name), 'service ' || definition.service_id) AS detail
FROM sonar.service_tax_definitions AS definition
LEFT JOIN sonar.services AS service ON service.id = definition.service_id
WHERE definition.taxdefinitionable_type = 'AvalaraTaxDefinition'
