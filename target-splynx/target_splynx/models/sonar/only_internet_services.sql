-- Accounts with exactly one internet service: what belongs to the account belongs to that service (mapping.md §5.5).
-- account_id, account_service_id.
SELECT line.account_id, min(line.id) AS account_service_id
FROM sonar.account_services AS line
JOIN shared.catalogue_items AS item ON item.item = 'service:' || line.service_id AND item.kind = 'internet'
GROUP BY line.account_id
HAVING count(*) = 1
