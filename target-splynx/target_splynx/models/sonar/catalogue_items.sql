-- Everything that is sold: services, priced voice parameters, flat taxes, untaxed parts of prices, and what it becomes in Splynx (mapping.md §2.0).
-- item, kind, service_id, source_type, name, cents, frequency, times_to_run, company_id, enabled, general_ledger_code_id.
SELECT
    'service:' || service.id AS item,
    CASE
        WHEN service.application = 'CREDIT' AND service.type IN ('RECURRING', 'EXPIRING', 'DATA', 'VOICE') THEN 'credit'
        WHEN service.type = 'DATA' THEN 'internet'
        WHEN service.type = 'VOICE' THEN 'voice'
        WHEN service.type IN ('RECURRING', 'EXPIRING') THEN 'recurring'
        WHEN service.type = 'ONETIME' AND service.application = 'DEBIT' THEN 'one_time'
        -- One-time credits, adjustments, overage: money that is booked once, not a tariff.
        ELSE 'category'
    END AS kind,
    service.id AS service_id,
    service.type AS source_type,
    coalesce(one_line(service.name), 'Service #' || service.id) AS name,
    -- A price that is null in Sonar may be set by the operator (service_price_map: service id → cents).
    coalesce(service.amount, TRY_CAST(getvariable('service_price_map')[CAST(service.id AS VARCHAR)] AS BIGINT)) AS cents,
    greatest(
        coalesce(data.billing_frequency, voice.billing_frequency, recurring.billing_frequency, expiring.billing_frequency, 1), 1
    ) AS frequency,
    expiring.times_to_run,
    service.company_id,
    coalesce(service.enabled, true) AS enabled,
    service.general_ledger_code_id
FROM sonar.services AS service
LEFT JOIN sonar.data_service_details AS data ON data.service_id = service.id
LEFT JOIN sonar.voice_service_details AS voice ON voice.service_id = service.id
LEFT JOIN sonar.recurring_service_details AS recurring ON recurring.service_id = service.id
LEFT JOIN sonar.expiring_service_details AS expiring ON expiring.service_id = service.id
UNION ALL
-- Lines, seats and features of a voice plan that have a price of their own: recurring tariffs.
SELECT
    'voice_parameter:' || parameter.id,
    'recurring',
    service.id,
    'VOICE_PARAMETER',
    clip(coalesce(one_line(service.name), 'Voice') || ' – ' || coalesce(one_line(parameter.description), 'feature'), 64),
    parameter.price,
    greatest(coalesce(voice.billing_frequency, 1), 1),
    NULL,
    service.company_id,
    coalesce(service.enabled, true),
    service.general_ledger_code_id
FROM sonar.voice_service_generic_parameters AS parameter
JOIN sonar.voice_service_details AS voice ON voice.id = parameter.voice_service_detail_id
JOIN sonar.services AS service ON service.id = voice.service_id
UNION ALL
-- Splynx knows no tax of a fixed amount: it becomes a fee (mapping.md §1.5). Its rate is in the smallest currency unit.
SELECT
    'flat_tax:' || tax.id,
    'recurring',
    NULL,
    'FLAT_TAX',
    coalesce(one_line(tax.name), 'Tax #' || tax.id),
    CAST(round(tax.rate) AS BIGINT),
    1,
    NULL,
    NULL,
    true,
    NULL
FROM sonar.taxes AS tax
WHERE tax.application = 'FLAT' AND getvariable('flat_taxes') = 'recurring'
UNION ALL
-- The untaxed part of a price, as a charge of its own.
SELECT
    'exempt:' || exempt.service_id,
    'recurring',
    service.id,
    'EXEMPT_PART',
    clip(coalesce(one_line(service.name), 'Service #' || service.id), 50) || ' (untaxed)',
    exempt.cents,
    greatest(coalesce(data.billing_frequency, voice.billing_frequency, recurring.billing_frequency, expiring.billing_frequency, 1), 1),
    expiring.times_to_run,
    service.company_id,
    coalesce(service.enabled, true),
    service.general_ledger_code_id
FROM shared.exempt_parts AS exempt
JOIN sonar.services AS service ON service.id = exempt.service_id
LEFT JOIN sonar.data_service_details AS data ON data.service_id = service.id
LEFT JOIN sonar.voice_service_details AS voice ON voice.service_id = service.id
LEFT JOIN sonar.recurring_service_details AS recurring ON recurring.service_id = service.id
LEFT JOIN sonar.expiring_service_details AS expiring ON expiring.service_id = service.id
