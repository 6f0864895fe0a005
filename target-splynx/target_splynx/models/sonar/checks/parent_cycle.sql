-- title: Accounts that are each other's parent
-- area: orphans
-- severity: error
-- action: The links are rejected (parent_has_parent).
WITH RECURSIVE above AS (
    SELECT id, parent_account_id AS ancestor, 1 AS steps FROM sonar.accounts WHERE parent_account_id IS NOT NULL
    UNION ALL
    SELECT above.id, account.parent_account_id, above.steps + 1
    FROM above
    JOIN sonar.accounts AS account ON account.id = above.ancestor
    -- No circle of an internet provider is longer.
    WHERE account.parent_account_id IS NOT NULL AND above.ancestor <> above.id AND above.steps < 10
)
SELECT 'accounts' AS stream, id, id AS account_id, 'its own ancestor in ' || min(steps) || ' steps' AS detail
FROM above
WHERE ancestor = id
GROUP BY id
