-- title: Child of an archived account
-- area: orphans
-- severity: error
-- action: The link is rejected (parent_not_migrated); the child is a customer of its own.
SELECT 'accounts' AS stream, child.id, child.id AS account_id, 'parent ' || parent.id || ' is archived' AS detail
FROM sonar.accounts AS child
JOIN sonar.accounts AS parent ON parent.id = child.parent_account_id AND parent.archived_at IS NOT NULL
WHERE child.archived_at IS NULL
