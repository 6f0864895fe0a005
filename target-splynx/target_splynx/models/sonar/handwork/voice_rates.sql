-- title: Rates of voice plans
-- where: Voice › Rate tables, and the included minutes of each voice plan
-- why: Minutes and rates of a plan have no API. Without them calls cost nothing.
SELECT
    one_line(service.name) AS name,
    concat_ws(
        '; ',
        CASE WHEN voice.unlimited_local_minutes THEN 'local unlimited' ELSE voice.local_minutes || ' local minutes, then ' || voice.cost_per_minute_local_in_thousandths END,
        CASE
            WHEN voice.unlimited_long_distance_minutes THEN 'long distance unlimited'
            ELSE voice.long_distance_minutes || ' long distance minutes, then ' || voice.cost_per_minute_long_distance_in_thousandths
        END,
        'toll-free inbound ' || voice.inbound_toll_free_rate_per_minute_in_thousandths,
        'first interval ' || voice.first_interval_in_seconds || ' s, then ' || voice.sub_interval_in_seconds || ' s',
        'rates per minute in thousandths of the smallest currency unit'
    ) AS details,
    NULL AS "exists"
FROM sonar.voice_service_details AS voice
JOIN sonar.services AS service ON service.id = voice.service_id
WHERE service.enabled OR EXISTS (SELECT 1 FROM sonar.account_services AS line WHERE line.service_id = service.id)
