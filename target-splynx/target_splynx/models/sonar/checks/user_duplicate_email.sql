-- title: Users with one e-mail address
-- area: staff
-- severity: info
-- action: The second gets +2 before the @.
SELECT 'users' AS stream, person.id, NULL::BIGINT AS account_id, person.username AS detail
FROM sonar.users AS person
WHERE email_or_null(person.email_address) IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY lower(email_or_null(person.email_address))) > 1
