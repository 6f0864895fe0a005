-- title: Name with a character of four bytes
-- area: contacts
-- severity: info
-- action: Sent as it is. Old tables of Splynx refuse such characters; then the record is rejected.
SELECT 'accounts' AS stream, account.id, account.id AS account_id, account.name AS detail
FROM sonar.accounts AS account
WHERE regexp_matches(account.name, '[\x{10000}-\x{10FFFF}]')
