-- resource: administrators
-- natural_key: [login]
-- on_delete: ignore
-- generate: [password]
-- description: Users become administrators; who left, and Sonar's staff, are represented by one technical administrator.
WITH people AS (
    SELECT
        CAST(person.id AS VARCHAR) AS source_key,
        person.id,
        login_text(person.username) AS login,
        coalesce(one_line(person.name), one_line(person.public_name), person.username) AS name,
        email_or_null(person.email_address) AS email,
        phone(person.mobile_number, NULL, NULL) AS phone,
        CASE
            WHEN person.super_admin THEN 'super-administrator'
            ELSE coalesce(getvariable('role_map')[role.name], getvariable('role_map')[lower(role.name)], 'administrator')
        END AS role_name,
        CASE
            WHEN coalesce(person.is_sonar_staff, false) THEN 'staff of Sonar: authorship only'
            WHEN NOT coalesce(person.enabled, false) THEN 'disabled user: authorship only'
            WHEN list_contains(getvariable('reserved_admin_logins'), lower(person.username)) THEN 'login of Splynx itself'
        END AS skip
    FROM sonar.users AS person
    LEFT JOIN sonar.roles AS role ON role.id = person.role_id
    UNION ALL
    SELECT
        'technical',
        0,
        getvariable('technical_admin'),
        getvariable('technical_admin_name'),
        getvariable('technical_admin') || '@' || getvariable('admin_email_domain'),
        NULL,
        'administrator',
        NULL
),
addressed AS (
    SELECT *, coalesce(email, login || '@' || getvariable('admin_email_domain')) AS wanted_email FROM people
),
numbered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY skip IS NULL, lower(login) ORDER BY id) AS login_use,
        row_number() OVER (PARTITION BY skip IS NULL, lower(wanted_email) ORDER BY id) AS email_use
    FROM addressed
)
SELECT
    source_key,  -- users.id; "technical" for the one who stands for those who are not created
    left(login, 60) || CASE WHEN login_use > 1 THEN '-' || id ELSE '' END AS login,  -- users.username; a second one of the same name gets -<id>
    clip(name, 64) AS name,  -- users.name, else public_name
    -- The number goes before the @: behind the domain the address would not be valid.
    CASE
        WHEN email_use = 1 THEN wanted_email
        ELSE split_part(wanted_email, '@', 1) || '+' || email_use || '@' || split_part(wanted_email, '@', 2)
    END AS email,  -- users.email_address, else login@admin_email_domain; a second use gets +2
    phone,  -- users.mobile_number
    role_name,  -- roles.name by role_map, super_admin super-administrator, default administrator; roles have no API
    0 AS partner_id,  -- 0: all partners
    CASE
        WHEN login IS NULL THEN reject('login_missing', 'The user has no username.', 'Give it one in Sonar.')
    END AS _reject,
    skip AS _skip,
    'User ' || coalesce(login, source_key) AS _label
FROM numbered
ORDER BY id
