-- title: Active account without a physical address
-- area: addresses
-- severity: warn
-- action: The mailing address is used, else none.
SELECT 'accounts' AS stream, kind.account_id AS id, kind.account_id, 'no address of type PHYSICAL' AS detail
FROM shared.account_kinds AS kind
WHERE kind.skip IS NULL
    AND kind.final_status IN ('active', 'blocked')
    AND kind.account_id NOT IN (SELECT account_id FROM shared.account_addresses WHERE type = 'PHYSICAL' AND account_id IS NOT NULL)
