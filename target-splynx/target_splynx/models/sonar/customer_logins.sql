-- The portal login of each customer: the main contact's username, else login_pattern; none twice (mapping.md §3.2).
-- account_id, login.
WITH wanted AS (
    SELECT
        kind.account_id,
        login_text(coalesce(
            contact.username,
            replace(getvariable('login_pattern'), '{account_id}', CAST(kind.account_id AS VARCHAR))
        )) AS login,
        contact.username IS NULL AS by_pattern
    FROM shared.account_kinds AS kind
    LEFT JOIN shared.primary_contacts AS contact ON contact.account_id = kind.account_id
    WHERE kind.skip IS NULL
),
numbered AS (
    -- A login by pattern is the account's number and must stay; of two equal usernames the older account keeps it.
    SELECT *, row_number() OVER (PARTITION BY lower(login) ORDER BY by_pattern DESC, account_id) AS use FROM wanted
),
suffixed AS (
    SELECT account_id, CASE WHEN use = 1 THEN login ELSE left(login, 110) || '-' || account_id END AS login FROM numbered
)
SELECT
    account_id,
    -- `jane-12` may be somebody's own username already.
    CASE WHEN row_number() OVER (PARTITION BY lower(login) ORDER BY account_id) = 1 THEN login ELSE 'sonar-' || account_id END AS login
FROM suffixed
