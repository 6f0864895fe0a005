-- The RADIUS login of each internet service (mapping.md §5.5): its own RADIUS account, else the account's when it has one internet service.
-- account_service_id, login, password, radius_account_id, problem.
WITH owned AS (
    SELECT
        coalesce(radius.account_service_id, only_one.account_service_id) AS account_service_id,
        login_text(radius.username) AS login,
        -- The password is a secret that the tap leaves out unless it is selected: then the column is not there.
        to_json(radius) ->> 'password' AS password,
        radius.id AS radius_account_id
    FROM sonar.radius_accounts AS radius
    LEFT JOIN shared.only_internet_services AS only_one ON only_one.account_id = radius.account_id
),
main_login AS (
    SELECT * FROM owned
    WHERE account_service_id IS NOT NULL AND login IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY account_service_id ORDER BY radius_account_id) = 1
),
owners AS (
    SELECT
        main_login.*,
        first_value(main_login.account_service_id) OVER (
            PARTITION BY lower(main_login.login)
            -- The first service that is alive wins.
            ORDER BY (line.skip IS NULL AND line.problem IS NULL) DESC, main_login.account_service_id
        ) AS first_owner
    FROM main_login
    LEFT JOIN shared.service_lines AS line ON line.line_key = 'service:' || main_login.account_service_id
)
SELECT
    account_service_id,
    login,
    password,
    radius_account_id,
    CASE
        WHEN account_service_id <> first_owner
            THEN reject(
                'radius_login_duplicate',
                'The RADIUS login ' || login || ' belongs to service ' || first_owner || ' too.',
                'Give one of the two another login in Sonar.'
            )
    END AS problem
FROM owners
