-- Services whose taxes a rating service computes (mapping.md §1.5): Splynx cannot, so they wait for a decision (rated_taxes). service_id, problem.
SELECT
    definition.service_id,
    reject(
        'tax_rated',
        'The taxes of service ' || definition.service_id || coalesce(' ' || any_value(one_line(service.name)), '') || ' are computed by a rating service, which Splynx does not have.',
        'Plan the rating outside of Splynx and set rated_taxes to without, or give the service taxes of Sonar''s own.'
    ) AS problem
FROM sonar.service_tax_definitions AS definition
LEFT JOIN sonar.services AS service ON service.id = definition.service_id
WHERE definition.taxdefinitionable_type = 'AvalaraTaxDefinition' AND getvariable('rated_taxes') = 'reject'
GROUP BY definition.service_id
