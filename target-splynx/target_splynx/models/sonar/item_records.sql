-- Which tariff each thing that is sold becomes; with several tax percentages the one that everybody pays, else the first. What becomes none says why.
-- item, model, source_key, skip.
SELECT
    item.item,
    CASE item.kind
        WHEN 'internet' THEN 'catalogue/tariffs_internet'
        WHEN 'voice' THEN 'catalogue/tariffs_voice'
        WHEN 'recurring' THEN 'catalogue/tariffs_recurring'
        WHEN 'one_time' THEN 'catalogue/tariffs_one_time'
    END AS model,
    tariff.tariff_key AS source_key,
    CASE item.kind
        WHEN 'credit' THEN 'a regular credit: a discount of services, not a tariff'
        WHEN 'category' THEN 'charged or credited once: a transaction, not a tariff'
    END AS skip
FROM shared.catalogue_items AS item
LEFT JOIN (SELECT item, min(tariff_key) AS tariff_key FROM shared.tariffs GROUP BY item) AS tariff ON tariff.item = item.item
