-- resource: payment_methods
-- natural_key: [name]
-- on_delete: ignore
-- description: The payment methods that payment_type_map names; those that Splynx has already are adopted.
SELECT DISTINCT
    'method:' || lower(one_line(entry.value)) AS source_key,  -- the name in lower case: several payment types may share one method
    any_value(one_line(entry.value) ORDER BY entry.key) AS name,  -- payments.payment_type by payment_type_map
    true AS is_active,  -- usable
    'Payment method ' || any_value(one_line(entry.value) ORDER BY entry.key) AS _label
FROM (SELECT unnest(map_entries(getvariable('payment_type_map'))) AS entry)
WHERE one_line(entry.value) IS NOT NULL
GROUP BY lower(one_line(entry.value))
ORDER BY source_key
