-- Services whose taxes leave out different parts of the price: one charge of Splynx is taxed as a whole, and no split of it gives Sonar's taxes
-- (part_exempt split). service_id, problem.
SELECT
    applied.service_id,
    reject(
        'part_exempt_unclear',
        'The taxes of service ' || applied.service_id || ' leave out different parts of its price (' || string_agg(DISTINCT amount_text(applied.exemption_amount), ', ' ORDER BY amount_text(applied.exemption_amount)) || ').',
        'Make two services of it in Sonar, or set part_exempt to accept.'
    ) AS problem
FROM sonar.service_taxes AS applied
JOIN sonar.taxes AS tax ON tax.id = applied.tax_id AND tax.application = 'PERCENTAGE'
JOIN sonar.services AS service
    ON service.id = applied.service_id AND service.application <> 'CREDIT' AND service.type IN ('DATA', 'VOICE', 'RECURRING', 'EXPIRING')
WHERE getvariable('part_exempt') = 'split' AND getvariable('tax_by') <> 'none'
GROUP BY applied.service_id
HAVING min(applied.exemption_amount) <> max(applied.exemption_amount)
