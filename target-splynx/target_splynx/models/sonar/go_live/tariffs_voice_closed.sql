-- resource: tariffs_voice
-- mode: patch
-- on_delete: ignore
-- description: Plans that are disabled in Sonar but still used are closed, after their services are written.
SELECT
    made.source_key,  -- as the tariff
    made.id,  -- the tariff
    false AS available_for_services,  -- services.enabled
    -- Who comes later still needs them.
    CASE WHEN len(getvariable('go_live_partners')) > 0 OR len(getvariable('pilot_accounts')) > 0 THEN 'closed with the last part' END AS _skip,
    'Plan ' || tariff.title AS _label
FROM splynx.tariffs_voice AS made
JOIN shared.tariffs AS tariff ON tariff.kind = 'voice' AND tariff.tariff_key = made.source_key
WHERE NOT tariff.enabled
ORDER BY made.source_key
