-- What the taxes of each service that is charged again and again leave out of its price (mapping.md §1.5), unless part_exempt is accept.
-- service_id, least, most (cents), told (each amount once).
SELECT
    applied.service_id,
    min(applied.exemption_amount) AS least,
    max(applied.exemption_amount) AS most,
    string_agg(DISTINCT amount_text(applied.exemption_amount), ', ' ORDER BY amount_text(applied.exemption_amount)) AS told
FROM sonar.service_taxes AS applied
JOIN sonar.taxes AS tax ON tax.id = applied.tax_id AND tax.application = 'PERCENTAGE'
JOIN sonar.services AS service
    ON service.id = applied.service_id AND service.application <> 'CREDIT' AND service.type IN ('DATA', 'VOICE', 'RECURRING', 'EXPIRING')
WHERE getvariable('part_exempt') = 'split' AND getvariable('tax_by') <> 'none'
GROUP BY applied.service_id
