-- What accounts are charged for regularly: one row per account service, priced voice parameter, flat tax of a service, untaxed part of a price.
-- line_key, item, account_id, account_service_id, quantity, cents (of one), own_name, own_reason, times_billed, next_bill_date,
-- prorated_from (added between two bills), added_on, created_at, package_id.
SELECT
    'service:' || line.id AS line_key,
    'service:' || line.service_id AS item,
    line.account_id,
    line.id AS account_service_id,
    line.quantity,
    -- Without the part that is charged by itself, because no tax falls on it.
    CASE WHEN exempt.cents < priced.cents THEN priced.cents - exempt.cents ELSE line.price_override END AS cents,
    one_line(line.name_override) AS own_name,
    one_line(line.price_override_reason) AS own_reason,
    coalesce(line.number_of_times_billed, 0) AS times_billed,
    line.next_bill_date,
    line.addition_prorate_date AS prorated_from,
    local_date(line.created_at) AS added_on,
    line.created_at,
    line.package_id
FROM sonar.account_services AS line
LEFT JOIN shared.exempt_parts AS exempt ON exempt.service_id = line.service_id
LEFT JOIN shared.line_prices AS priced ON priced.account_service_id = line.id
UNION ALL
SELECT
    'exempt:' || line.id,
    'exempt:' || line.service_id,
    line.account_id,
    line.id,
    line.quantity,
    exempt.cents,
    NULL,
    NULL,
    coalesce(line.number_of_times_billed, 0),
    line.next_bill_date,
    line.addition_prorate_date,
    local_date(line.created_at),
    line.created_at,
    line.package_id
FROM sonar.account_services AS line
JOIN shared.exempt_parts AS exempt ON exempt.service_id = line.service_id
JOIN shared.line_prices AS priced ON priced.account_service_id = line.id AND exempt.cents < priced.cents
UNION ALL
SELECT
    'voice_parameter:' || detail.id,
    'voice_parameter:' || detail.voice_service_generic_parameter_id,
    line.account_id,
    line.id,
    detail.quantity,
    detail.price_override,
    NULL,
    one_line(detail.price_override_reason),
    coalesce(line.number_of_times_billed, 0),
    line.next_bill_date,
    line.addition_prorate_date,
    local_date(detail.created_at),
    detail.created_at,
    line.package_id
FROM sonar.account_voice_service_details AS detail
JOIN sonar.account_services AS line ON line.id = detail.account_service_id
UNION ALL
-- GUESS: a flat tax is charged once per line and bill, whatever the quantity.
SELECT
    'flat_tax:' || line.id || ':' || rate.tax_id,
    'flat_tax:' || rate.tax_id,
    line.account_id,
    line.id,
    1,
    CAST(round(rate.rate) AS BIGINT),
    NULL,
    NULL,
    0,
    line.next_bill_date,
    line.addition_prorate_date,
    local_date(line.created_at),
    line.created_at,
    line.package_id
FROM sonar.account_services AS line
JOIN sonar.service_taxes AS applied ON applied.service_id = line.service_id
JOIN shared.account_tax_rates AS rate
    ON rate.account_id = line.account_id AND rate.tax_id = applied.tax_id AND rate.application = 'FLAT' AND rate.rate > 0
WHERE getvariable('flat_taxes') = 'recurring'
