-- The tariffs: each item once per tax percentage that its customers pay, because a Splynx tariff has one tax (mapping.md §1.5, §2).
-- tariff_key, kind, item, service_id, percent, title, price, frequency, enabled, used, tax_id, partners, company_id, general_ledger_code_id, skip.
WITH used_percents AS (
    SELECT item, percent, count(*) AS lines
    FROM (SELECT item, percent FROM shared.line_taxes UNION ALL SELECT item, percent FROM shared.planned_taxes)
    GROUP BY item, percent
),
variants AS (
    SELECT used.item, used.percent, used.lines FROM used_percents AS used
    UNION ALL
    SELECT item.item, CASE WHEN getvariable('tax_by') <> 'none' THEN coalesce(own.percent, 0) ELSE 0 END, 0
    FROM shared.catalogue_items AS item
    LEFT JOIN shared.item_percents AS own ON own.item = item.item
    WHERE item.item NOT IN (SELECT item FROM used_percents)
),
described AS (
    SELECT
        item.*,
        variant.percent,
        variant.lines > 0 AS used,
        variant.percent = CASE WHEN getvariable('tax_by') <> 'none' THEN coalesce(own.percent, 0) ELSE 0 END AS plain
    FROM variants AS variant
    JOIN shared.catalogue_items AS item ON item.item = variant.item
    LEFT JOIN shared.item_percents AS own ON own.item = item.item
    WHERE item.kind IN ('internet', 'voice', 'recurring', 'one_time')
),
titled AS (
    SELECT
        *,
        CASE
            WHEN plain THEN ''
            WHEN percent = 0 THEN ' (no tax)'
            ELSE ' (tax ' || regexp_replace(CAST(percent AS VARCHAR), '\.?0+$', '') || ' %)'
        END AS ending
    FROM described
)
SELECT
    CASE WHEN tariff.kind = 'recurring' THEN tariff.item ELSE CAST(tariff.service_id AS VARCHAR) END
        || CASE WHEN tariff.plain THEN '' ELSE ':' || CAST(CAST(tariff.percent AS DECIMAL(9,4)) AS VARCHAR) END AS tariff_key,
    tariff.kind,
    tariff.item,
    tariff.service_id,
    CAST(tariff.percent AS DECIMAL(6,4)) AS percent,
    -- At most 64 characters, and no title twice within one kind of tariff: the older keeps it.
    CASE
        WHEN row_number() OVER (
            PARTITION BY tariff.kind, lower(strip_accents(clip(tariff.name, 64 - length(tariff.ending)) || tariff.ending))
            ORDER BY tariff.service_id NULLS LAST, tariff.item
        ) = 1
            THEN clip(tariff.name, 64 - length(tariff.ending)) || tariff.ending
        ELSE clip(tariff.name, 64 - length(tariff.ending || ' (#' || tariff.item || ')')) || ' (#'
            || coalesce(CAST(tariff.service_id AS VARCHAR), tariff.item) || ')' || tariff.ending
    END AS title,
    coalesce(money_per_month(tariff.cents, tariff.frequency), CAST(0 AS DECIMAL(19,4))) AS price,
    tariff.frequency,
    tariff.enabled,
    tariff.used,
    tax.tax_id,
    CASE WHEN partner.partner_id IS NOT NULL THEN [partner.partner_id] ELSE (SELECT ids FROM shared.all_partners) END AS partners,
    tariff.company_id,
    tariff.general_ledger_code_id,
    CASE WHEN NOT tariff.enabled AND NOT tariff.used THEN 'disabled and not used' END AS skip,
    CASE
        WHEN rated.problem IS NOT NULL THEN rated.problem
        WHEN tariff.percent > 0 AND tax.tax_id IS NULL AND getvariable('tax_missing') = 'reject' AND tariff.used
            THEN reject(
                'tax_missing',
                'Splynx has no tax of ' || CAST(tariff.percent AS VARCHAR) || ' %.',
                'Create it in Splynx (Config, Finance, Taxes), or set tax_missing to percent.'
            )
    END AS reject
FROM titled AS tariff
LEFT JOIN shared.matching_taxes AS tax ON tax.percent = tariff.percent AND tariff.percent > 0
LEFT JOIN shared.rated_services AS rated ON rated.service_id = tariff.service_id
LEFT JOIN shared.company_partners AS partner ON partner.company_id = tariff.company_id
