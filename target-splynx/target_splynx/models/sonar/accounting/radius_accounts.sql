-- RADIUS accounts are the login of their internet service; a service has one.
SELECT
    radius.id,
    CASE WHEN login.account_service_id IS NOT NULL AND login.radius_account_id = radius.id THEN 'services/services_internet' END AS model,
    CASE WHEN login.account_service_id IS NOT NULL AND login.radius_account_id = radius.id THEN CAST(login.account_service_id AS VARCHAR) END AS source_key,
    'merged' AS part,
    CASE
        WHEN login.radius_account_id = radius.id THEN NULL
        WHEN login_text(radius.username) IS NULL THEN 'no username'
        WHEN kind.account_id IS NULL THEN 'its account does not exist'
        WHEN kind.skip IS NOT NULL THEN 'account: ' || kind.skip
        WHEN login.account_service_id IS NOT NULL THEN 'the service has another RADIUS account'
        ELSE 'RADIUS account without a service'
    END AS skip
FROM sonar.radius_accounts AS radius
LEFT JOIN shared.account_kinds AS kind ON kind.account_id = radius.account_id
LEFT JOIN shared.only_internet_services AS only_one ON only_one.account_id = radius.account_id
LEFT JOIN shared.service_logins AS login ON login.account_service_id = coalesce(radius.account_service_id, only_one.account_service_id)
