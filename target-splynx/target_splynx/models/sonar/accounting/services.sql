-- Services of the price list become tariffs; regular credits become discounts, one-time credits and adjustments have no tariff.
SELECT service.id, record.model, record.source_key, 'written' AS part, record.skip
FROM sonar.services AS service
LEFT JOIN shared.item_records AS record ON record.item = 'service:' || service.id
