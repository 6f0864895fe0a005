-- Services that accounts have together as a package and that become one bundle (packages: bundle). Splynx bills a bundle as a whole, so all of it must
-- be written, begin on one day, be monthly, endless, and carry the same taxes; other packages stay separate services.
-- line_key, account_id, package_id, bundle_service_key, bundle_key.
WITH members AS (
    SELECT
        line.line_key,
        line.account_id,
        line.kind,
        line.start_date,
        line.end_date,
        line.period,
        line.percent,
        coalesce(line.problem, problems.problem, CASE WHEN line.kind = 'voice' AND number.line_key IS NULL THEN 'no number' END) AS problem,
        line.skip,
        own.package_id,
        coalesce(own.unique_package_relationship_id, CAST(own.package_id AS VARCHAR)) AS instance
    FROM shared.service_lines AS line
    JOIN sonar.account_services AS own ON line.line_key = 'service:' || own.id
    JOIN sonar.packages AS package ON package.id = own.package_id
    LEFT JOIN shared.internet_problems AS problems ON line.kind = 'internet' AND problems.account_service_id = line.account_service_id
    LEFT JOIN shared.voice_numbers AS number ON number.line_key = line.line_key AND number.position = 1
    WHERE getvariable('packages') = 'bundle' AND line.kind <> 'credit'
),
wholes AS (
    SELECT account_id, package_id, instance, CAST(any_value(percent) AS DECIMAL(9,4)) AS percent
    FROM members
    GROUP BY account_id, package_id, instance
    HAVING count(*) > 1
        AND bool_and(kind IN ('internet', 'voice', 'recurring') AND problem IS NULL AND skip IS NULL AND period = '-1' AND end_date IS NULL)
        AND count(DISTINCT start_date) = 1
        AND count(DISTINCT percent) = 1
)
SELECT
    member.line_key,
    member.account_id,
    member.package_id,
    'bundle:' || member.account_id || ':' || member.instance AS bundle_service_key,
    member.package_id || ':' || whole.percent AS bundle_key
FROM members AS member
JOIN wholes AS whole ON whole.account_id = member.account_id AND whole.package_id = member.package_id AND whole.instance = member.instance
