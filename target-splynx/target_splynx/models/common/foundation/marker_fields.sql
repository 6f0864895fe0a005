-- resource: additional_fields
-- natural_key: [module, name]
-- description: The field sonar_id of every module whose records are marked; loaded with every mapping.
SELECT
    module || '--sonar_id' AS source_key,
    module,
    'sonar_id' AS name,
    'Source id' AS title,
    'string' AS type,
    -- A required field would refuse what people enter by hand.
    false AS is_required,
    -- A second record with the same marker is refused by Splynx itself.
    true AS is_unique,
    false AS is_add,
    false AS show_in_list,
    true AS searchable,
    false AS readonly,
    false AS disabled,
    'Additional field sonar_id of ' || module AS _label
FROM engine.marker_modules
