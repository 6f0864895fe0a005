-- resource: tariffs_voice
-- mode: patch
-- on_delete: ignore
-- description: Plans that are disabled in Sonar but still used are closed, after their services are written.
SELECT
    made.source_key,  -- as the tariff
    made.id,  -- the tariff
    false AS available_for_services,  -- services.enabled
    'Plan ' || tariff.title AS _label
FROM splynx.tariffs_voice AS made
JOIN shared.tariffs AS tariff ON tariff.kind = 'voice' AND tariff.tariff_key = made.source_key
WHERE NOT tariff.enabled
ORDER BY made.source_key
