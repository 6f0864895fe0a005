-- title: Price of its own above three times the list price
-- area: services
-- severity: warn
-- action: Kept. A typing mistake?
SELECT
    'account_services' AS stream,
    line.id,
    line.account_id,
    money(line.price_override) || ' instead of ' || money(service.amount) AS detail
FROM sonar.account_services AS line
JOIN sonar.services AS service ON service.id = line.service_id
-- Credits are looked at by credit_exceeds_debits.
WHERE service.application = 'DEBIT' AND service.amount > 0 AND line.price_override > 3 * service.amount
