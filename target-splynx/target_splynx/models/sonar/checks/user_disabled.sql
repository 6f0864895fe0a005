-- title: Disabled user
-- area: staff
-- severity: info
-- action: No administrator is made; the technical administrator stands for what the user wrote.
SELECT 'users' AS stream, person.id, NULL::BIGINT AS account_id, person.username AS detail
FROM sonar.users AS person
WHERE NOT coalesce(person.enabled, false)
