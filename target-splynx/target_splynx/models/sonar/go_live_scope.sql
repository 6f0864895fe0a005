-- Which customers go live now: all, or those of some partners (setting go_live_partners, by name or id). source_key, skip.
SELECT
    customer.source_key,
    CASE
        WHEN len(getvariable('go_live_partners')) > 0
            AND NOT list_contains(getvariable('go_live_partners'), CAST(partner.id AS VARCHAR))
            AND NOT list_contains(list_transform(getvariable('go_live_partners'), lambda name: lower(one_line(name))), lower(one_line(partner.name)))
            THEN 'not in go_live_partners'
    END AS skip
FROM splynx.customers AS customer
LEFT JOIN splynx.partners AS partner ON partner.id = customer.partner_id
WHERE customer.source_key IS NOT NULL
