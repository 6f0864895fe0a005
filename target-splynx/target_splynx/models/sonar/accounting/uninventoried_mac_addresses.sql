-- Loose MAC addresses are part of their internet service.
SELECT
    loose.id,
    CASE WHEN line.line_key IS NOT NULL AND mac(loose.mac_address) IS NOT NULL THEN 'services/services_internet' END AS model,
    CASE WHEN line.line_key IS NOT NULL THEN CAST(line.account_service_id AS VARCHAR) END AS source_key,
    'merged' AS part,
    CASE
        WHEN mac(loose.mac_address) IS NULL THEN 'no MAC address'
        WHEN line.line_key IS NOT NULL THEN NULL
        WHEN kind.account_id IS NULL THEN 'its account does not exist'
        WHEN kind.skip IS NOT NULL THEN 'account: ' || kind.skip
        ELSE 'no internet service to go with'
    END AS skip
FROM sonar.uninventoried_mac_addresses AS loose
LEFT JOIN shared.account_kinds AS kind ON kind.account_id = loose.account_id
LEFT JOIN shared.only_internet_services AS only_one ON only_one.account_id = loose.account_id
LEFT JOIN shared.service_lines AS line
    ON line.kind = 'internet' AND line.line_key = 'service:' || coalesce(loose.account_service_id, only_one.account_service_id)
