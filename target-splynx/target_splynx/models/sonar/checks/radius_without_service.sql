-- title: RADIUS account without an internet service
-- area: network
-- severity: error
-- action: Not written; there is no service to carry it.
SELECT 'radius_accounts' AS stream, radius.id, radius.account_id, radius.username AS detail
FROM sonar.radius_accounts AS radius
WHERE radius.account_id NOT IN (
    SELECT line.account_id
    FROM sonar.account_services AS line
    JOIN shared.catalogue_items AS item ON item.item = 'service:' || line.service_id AND item.kind = 'internet'
    WHERE line.account_id IS NOT NULL
)
