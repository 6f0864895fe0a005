-- The percentage that the taxes of a planned service add up to, for its account. event_id, item, account_id, percent.
SELECT
    change.id AS event_id,
    'service:' || change.service_id AS item,
    change.account_id,
    CASE WHEN getvariable('tax_by') <> 'none' THEN coalesce(sum(percent(rate.rate)), 0) ELSE 0 END AS percent
FROM shared.scheduled_changes AS change
LEFT JOIN shared.item_taxes AS applied ON applied.item = 'service:' || change.service_id
LEFT JOIN shared.account_tax_rates AS rate ON rate.account_id = change.account_id AND rate.tax_id = applied.tax_id
WHERE change.becomes = 'service'
GROUP BY change.id, change.service_id, change.account_id
