-- title: Name with HTML
-- area: contacts
-- severity: info
-- action: Read as text.
SELECT 'accounts' AS stream, account.id, account.id AS account_id, account.name AS detail
FROM sonar.accounts AS account
WHERE regexp_matches(account.name, '<[a-zA-Z/][^<>]*>|&(amp|lt|gt|quot|nbsp|#[0-9]+);')
