-- title: One RADIUS user name on several accounts
-- area: network
-- severity: error
-- action: The first active service keeps it; the others are rejected (radius_login_duplicate).
SELECT 'radius_accounts' AS stream, radius.id, radius.account_id, radius.username AS detail
FROM sonar.radius_accounts AS radius
QUALIFY count(*) OVER (PARTITION BY lower(login_text(radius.username))) > 1
