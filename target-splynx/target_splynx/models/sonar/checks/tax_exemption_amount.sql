-- title: Part of a price untaxed
-- area: taxes
-- severity: error
-- action: The untaxed part becomes a charge of its own; where the taxes of a service leave out different parts it is held back (setting part_exempt). To be signed off by whoever files the taxes.
SELECT
    'service_taxes' AS stream,
    applied.id,
    NULL::BIGINT AS account_id,
    money(applied.exemption_amount) || ' of ' || coalesce(one_line(service.name), 'service ' || applied.service_id) AS detail
FROM sonar.service_taxes AS applied
LEFT JOIN sonar.services AS service ON service.id = applied.service_id
WHERE applied.exemption_amount > 0
