-- title: Taxes
-- where: Config › Finance › Taxes
-- why: The API only reads taxes. Tariffs find theirs by its percentage; without it they carry the bare percentage, and invoices name no tax.
SELECT
    needed.name,
    regexp_replace(CAST(needed.rate AS VARCHAR), '\.?0+$', '') || ' %'
        || CASE
            WHEN needed.type = 'group'
                THEN ', a tax group of ' || array_to_string(
                    list_transform(
                        from_json(needed.components, '[{"name": "VARCHAR", "rate": "DECIMAL(6,4)"}]'),
                        lambda part: part.name || ' ' || regexp_replace(CAST(part.rate AS VARCHAR), '\.?0+$', '') || ' %'
                    ),
                    ' + '
                )
            ELSE ''
        END
        || ', used by ' || needed.used_by || ' services' AS details,
    EXISTS (
        SELECT 1 FROM splynx.taxes AS tax WHERE TRY_CAST(tax.rate AS DECIMAL(9,4)) = needed.rate AND coalesce(tax.archived, 0) = 0
    ) AS "exists"
FROM shared.needed_taxes AS needed
