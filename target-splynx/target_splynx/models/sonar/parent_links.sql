-- Child accounts and their parents, and which links Splynx cannot hold (mapping.md §3.5).
-- account_id, parent_account_id, problem.
WITH links AS (
    SELECT account.id AS account_id, account.parent_account_id, account.company_id FROM sonar.accounts AS account
    WHERE account.parent_account_id IS NOT NULL
)
SELECT
    child.account_id,
    child.parent_account_id,
    CASE
        WHEN child.parent_account_id = child.account_id
            THEN reject('parent_is_itself', 'The account is its own parent.', 'Remove the parent in Sonar.')
        WHEN parent.id IS NULL
            THEN reject('parent_missing', 'The parent account ' || child.parent_account_id || ' does not exist.', 'Correct the parent in Sonar.')
        WHEN parent_kind.skip IS NOT NULL
            THEN reject('parent_not_migrated', 'The parent account ' || parent.id || ' is not migrated (' || parent_kind.skip || ').', 'Remove the parent in Sonar, or migrate it.')
        -- Splynx has two levels: who has a parent is nobody's parent. A circle is a special case of that.
        WHEN parent.parent_account_id IS NOT NULL
            THEN reject('parent_has_parent', 'The parent account ' || parent.id || ' has a parent itself (' || parent.parent_account_id || ').', 'Link the account to the topmost one in Sonar.')
        WHEN parent.company_id IS DISTINCT FROM child.company_id
            THEN reject('parent_of_other_company', 'The parent account ' || parent.id || ' belongs to another company.', 'Move one of the two in Sonar: linked customers need the same partner.')
    END AS problem
FROM links AS child
LEFT JOIN sonar.accounts AS parent ON parent.id = child.parent_account_id
LEFT JOIN shared.account_kinds AS parent_kind ON parent_kind.account_id = parent.id
