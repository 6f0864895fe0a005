-- title: Regular credits above the regular charges
-- area: services
-- severity: error
-- action: The credits are rejected (credits_exceed_charges); Splynx issues no negative invoice.
WITH monthly AS (
    SELECT
        line.account_id,
        line.account_service_id,
        item.kind = 'credit' AS is_credit,
        line.quantity * money_per_month(coalesce(line.cents, item.cents), item.frequency) AS amount
    FROM shared.lines AS line
    JOIN shared.catalogue_items AS item ON item.item = line.item
    JOIN shared.account_kinds AS kind ON kind.account_id = line.account_id AND kind.skip IS NULL AND kind.final_status IN ('active', 'blocked')
    WHERE item.kind IN ('internet', 'voice', 'recurring', 'credit')
        AND item.source_type <> 'FLAT_TAX'
        AND (item.times_to_run IS NULL OR item.times_to_run > line.times_billed)
)
SELECT
    'account_services' AS stream,
    arg_max(account_service_id, amount) FILTER (WHERE is_credit) AS id,
    account_id,
    'credits of ' || sum(amount) FILTER (WHERE is_credit) || ' a month, charges of ' || coalesce(sum(amount) FILTER (WHERE NOT is_credit), 0) AS detail
FROM monthly
GROUP BY account_id
HAVING coalesce(sum(amount) FILTER (WHERE is_credit), 0) > coalesce(sum(amount) FILTER (WHERE NOT is_credit), 0)
