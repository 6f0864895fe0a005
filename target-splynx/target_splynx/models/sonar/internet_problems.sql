-- Why an internet service is not written: its line, its login, its addresses, its MAC addresses. NULL: it is.
-- account_service_id, problem.
SELECT
    line.account_service_id,
    coalesce(
        line.problem,
        login.problem,
        CASE WHEN getvariable('ip_problem') = 'reject' THEN address.problem END,
        macs.problem
    ) AS problem
FROM shared.service_lines AS line
LEFT JOIN shared.service_logins AS login ON login.account_service_id = line.account_service_id
LEFT JOIN shared.service_addresses AS address ON address.account_service_id = line.account_service_id
LEFT JOIN shared.service_macs AS macs ON macs.account_service_id = line.account_service_id
WHERE line.kind = 'internet'
