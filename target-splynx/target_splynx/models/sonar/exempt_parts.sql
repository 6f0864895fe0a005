-- The part of each service's price that its taxes leave out (mapping.md §1.5), unless part_exempt is accept. Only where all its taxes leave out the
-- same: one line of Splynx is taxed as a whole. service_id, cents.
SELECT applied.service_id, max(applied.exemption_amount) AS cents
FROM sonar.service_taxes AS applied
JOIN sonar.taxes AS tax ON tax.id = applied.tax_id AND tax.application = 'PERCENTAGE'
JOIN sonar.services AS service
    ON service.id = applied.service_id AND service.application <> 'CREDIT' AND service.type IN ('DATA', 'VOICE', 'RECURRING', 'EXPIRING')
WHERE getvariable('part_exempt') = 'split' AND getvariable('tax_by') <> 'none'
GROUP BY applied.service_id
HAVING min(applied.exemption_amount) = max(applied.exemption_amount) AND max(applied.exemption_amount) > 0
